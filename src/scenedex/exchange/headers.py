"""What an export says of a video's file: held to what lists for editors are made of. The rest is kept as it is."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenedex.errors import ExchangeError
from scenedex.exchange.checks import mapping

WHAT = "What is known of its file"

Count = Annotated[int, Field(ge=0, lt=2**31)]


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Picture(_Said):
    base_rate: Annotated[str, Field(pattern=r"^-?[0-9]{1,19}(/[1-9][0-9]{0,18})?$")] | None = None
    first_s: Annotated[float, Field(allow_inf_nan=False)] | None = None


class _Sound(_Said):
    index: Count
    channels: Count | None = None
    sample_rate: Count | None = None


class _Headers(_Said):
    video: _Picture | None = None
    audio: list[_Sound] | None = None
    default_audio: Count | None = None
    timecode: Annotated[str, Field(max_length=100)] | None = None


def headers(text: object) -> dict[str, Any]:
    """A text that holds a `MediaInfo` as JSON, perhaps of another version. Raises ExchangeError."""
    found = mapping(text, WHAT)
    try:
        _Headers.model_validate(found)
    except ValidationError as exc:
        place = ".".join(map(str, exc.errors()[0]["loc"]))
        raise ExchangeError(f"{WHAT} makes no sense at {place!r}.") from exc
    return found
