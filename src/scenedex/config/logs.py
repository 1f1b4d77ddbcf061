"""How a process logs, and the log of encoders."""

import logging

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenedex.logs import LogFormat, LogLevel, configure


class LogSettings(BaseSettings):
    """How this process logs: known before all else, and read without the rest."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    scenedex_log_format: LogFormat = Field(
        default="text", description="text, or json: one JSON object a line"
    )
    scenedex_log_level: LogLevel | None = Field(
        default=None,
        description="least that is logged: debug (with the words of queries), info, warning, error or critical; "
        "without it info for serve and worker, and critical for other commands",
    )


def log_encoders() -> None:
    """Let every run of an encoder be logged, to stderr where nobody has said where logs go."""
    if not logging.getLogger().handlers:
        configure("text", "warning")
    for name in ("scenedex.embeddings", "scenedex.inference"):
        logging.getLogger(name).setLevel(logging.DEBUG)
