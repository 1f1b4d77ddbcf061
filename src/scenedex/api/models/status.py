"""How a library is doing."""

from pydantic import Field

from scenedex.http.values import Given
from scenedex.types import Modality, Stage


class SpaceCoverage(Given):
    """How far a space is filled."""

    space: str = Field(examples=["mini-2:visual"])
    modality: Modality
    live: bool
    scenes: int = Field(description="With an embedding.", examples=[87])
    errors: int = Field(description="Embeddings that failed.", examples=[0])
    of: int | None = Field(
        description="Scenes that have something to embed; null where it is not known.", examples=[87]
    )


class StageSeconds(Given):
    """How long the latest jobs of one stage took."""

    stage: Stage
    runs: int = Field(examples=[40])
    p50_s: float = Field(examples=[3.2])
    p95_s: float = Field(examples=[11.0])


class StageQueue(Given):
    """Jobs of one stage."""

    stage: Stage
    waiting: int
    running: int
    failed: int


class SearchSpeed(Given):
    """How long searches took."""

    mode: str = Field(description="`all`, or a mode.", examples=["rerank"])
    searches: int
    p50_ms: float = Field(examples=[18.0])
    p95_ms: float = Field(examples=[41.0])


class Status(Given):
    """How the caller's library is doing; of searches what this process has seen in the last minutes."""

    coverage: tuple[SpaceCoverage, ...]
    stages: tuple[StageSeconds, ...] = Field(description="Of the latest 500 jobs that were done.")
    queue: tuple[StageQueue, ...] = Field(description="Of each stage of which a job waits, runs or failed.")
    window_s: float = Field(
        description="How far back `searches`, `degraded` and `encoders` go.", examples=[900]
    )
    searches: tuple[SearchSpeed, ...] = Field(
        description="Of all first, then by mode; none where nobody searched."
    )
    degraded: dict[str, dict[str, int]] = Field(
        description="Channel to cause to searches from which it was left out.",
        examples=[{"visual": {"timeout": 2}}],
    )
    encoders: dict[str, int] | None = Field(
        description="How often encoders were asked, by what became of it (done, timeout, paused, failed), for all "
        "owners; null for whoever does not administer the whole server.",
        examples=[{"done": 120, "timeout": 1}],
    )
    uptime_s: float = Field(examples=[86_400.5])
