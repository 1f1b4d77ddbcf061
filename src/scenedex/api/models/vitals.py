"""How the server is."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Part = Literal["database", "queue", "text_encoder", "picture_encoder"]


class ProcessStats(BaseModel):
    """What this process has done."""

    uptime_s: float = Field(description="Seconds since it began.", examples=[86_400.5])


class Health(BaseModel):
    """Whether the server lives, and what it stands on."""

    status: Literal["ok", "degraded"] = Field(
        description="degraded: it answers, and something below it does not."
    )
    database: Literal["ok", "slow", "unreachable"]
    queue: Literal["ok", "no_worker", "unknown"] = Field(
        description="no_worker: jobs wait and nobody takes them."
    )
    stats: ProcessStats


class Ready(BaseModel):
    """That the server can do its work."""

    status: Literal["ready"]
    absent: Annotated[
        list[Part],
        Field(description="What is not there and need not be: no weights, or switched off.", examples=[[]]),
    ]
