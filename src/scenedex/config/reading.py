"""Settings out of the environment; what is wrong there is named."""

from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from scenedex.config.logs import LogSettings
from scenedex.config.settings import Settings
from scenedex.errors import UsageError

_S = TypeVar("_S", bound=BaseSettings)


def read_settings() -> Settings:
    """Settings from the environment. Raises UsageError that names what is wrong."""
    return _read(Settings)


def read_log_settings() -> LogSettings:
    """Those of the log alone. Raises UsageError that names what is wrong."""
    return _read(LogSettings)


def _read(kind: type[_S]) -> _S:
    try:
        return kind()
    except ValidationError as exc:
        wrong = "; ".join(
            ": ".join(
                [*(str(part).upper() for part in error["loc"]), error["msg"].removeprefix("Value error, ")]
            )
            for error in exc.errors()
        )
        raise UsageError(f"A setting cannot be used. {wrong}.") from exc
