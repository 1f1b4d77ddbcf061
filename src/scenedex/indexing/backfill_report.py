"""What a backfill is told to do, and what it tells of what it did."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from scenedex.indexing.checkpoint import Checkpoint
from scenedex.store.backfill import Coverage, Work

Ending = Literal["finished", "max_scenes", "stopped", "shared", "dry_run"]
"""Nothing is left; enough was done; somebody stopped it; what is left is in the hands of others; nothing was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be filled, and how fast."""

    work: Work = "missing"
    owner: UUID | None = None  #: of this owner only
    video: UUID | None = None  #: of this video only
    batch_size: int = 50  #: scenes that are taken at once
    max_scenes: int | None = None  #: scenes that all runs of the checkpoint may try together
    delay_s: float = 0.5  #: from one scene to the next
    checkpoint: Path = Path(".backfill_clip_checkpoint.json")
    dry_run: bool = False  #: count only


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a run has done so far."""

    to_do: int  #: scenes that waited when it began, as far as it may try them
    updated: int = 0
    errors: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillReport:
    """What one run did."""

    space: str
    state: str  #: of the space: building, live, retired
    ending: Ending
    updated: int  #: scenes that got embeddings
    skipped: dict[str, int]  #: reason (`no_thumbnail`) to scenes
    errors: int  #: scenes that could not be embedded
    last_error: str | None
    before: Coverage
    after: Coverage
    checkpoint_file: str | None  #: None for a dry run
    checkpoint: Checkpoint
