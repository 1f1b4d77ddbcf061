"""Jobs: work that waits for a worker, is being done, or was. Imported from `scenedex.types`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Stage = Literal[
    "video_ingestion",
    "scene_detection",
    "caption_extraction",
    "embedding_generation",
    "transcription",
    "screen_text",
    "description",
]
"""What a job does. The first takes a video in as a whole; each of the others does one part of that again."""

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a job is."""

    step: str  #: such as `hash`, `scenes`, `words`, `store`
    share: float  #: of this step that is done, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that waits for a worker, is being done, or was."""

    id: int
    owner_id: UUID
    stage: Stage
    state: JobState
    video_id: UUID | None  #: None until a path turns out to be a video
    path: str | None  #: absolute; of `video_ingestion`
    priority: int  #: higher goes first: 10 somebody waits for it, 5 normal, 0 bulk
    attempts: int  #: times that it was begun
    created_at: datetime
    started_at: datetime | None  #: the last time that it was begun
    finished_at: datetime | None
    progress: JobProgress | None  #: while it runs
    outcome: str | None  #: what became of it, in the words of FileOutcome or AnnotationOutcome, or `embedded`
    reason: (
        str | None
    )  #: a sentence: why it failed, is to be tried again, or what is to be known of its outcome

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it by itself."""
        return self.state in ("done", "failed", "cancelled")
