"""What the models are made of."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field


def readable(value: Any) -> Any:
    """A text that JSON over HTTP can hold: bytes of a file name that are no UTF-8 become U+FFFD."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value


def _as_text(value: Any) -> Any:
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value


def _written(value: Any) -> Any:
    """Numbers are no dates, though pydantic would take them for seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("a text is expected, such as 2026-01-31T00:00:00Z")
    return value


Text = Annotated[str, BeforeValidator(readable)]
"""A text that is given out."""

Rate = Annotated[str, BeforeValidator(_as_text)]
"""An exact fraction, such as 30000/1001."""

Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A time with its zone, as it is asked for."""

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
"""As they are asked for."""


class Asked(BaseModel):
    """What is sent to the API: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What the API answers; made of the values of scenedex.types as they are."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
