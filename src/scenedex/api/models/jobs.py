"""Jobs, and what asks for them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path
from pydantic import Field, model_validator

from scenedex.http.values import Asked, Given, Text
from scenedex.types import JobState, Stage

EXAMPLE_ID = "0b6f2f5e-6c0e-5f0e-9d3b-5f1c6f1f3a10"

LAST_JOB = 2**63 - 1

JobId = Annotated[int, Path(ge=1, le=LAST_JOB)]


class JobProgress(Given):
    """How far a job is."""

    step: str = Field(examples=["scenes"])
    share: float = Field(description="Of this step that is done, 0 to 1.", examples=[0.42])


class Job(Given):
    """Work that waits for a worker, is being done, or was."""

    id: int = Field(examples=[17])
    stage: Stage
    state: JobState
    video_id: UUID | None = Field(
        description="Null until a file turns out to be a video.", examples=[EXAMPLE_ID]
    )
    path: Text | None = Field(description="Of video_ingestion.", examples=["/media/films/drive.mp4"])
    priority: int = Field(description="Higher goes first.", examples=[10])
    attempts: int = Field(description="Times that it was begun.", examples=[1])
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: JobProgress | None = Field(description="While it runs.")
    outcome: str | None = Field(description="What became of it.", examples=["indexed"])
    reason: Text | None = Field(description="Why it failed, or is to be tried again.", examples=[None])


class JobPage(Given):
    """Some of the jobs, the newest first."""

    jobs: tuple[Job, ...]
    total: int = Field(description="Jobs in all that were asked for.")


class JobCounts(Given):
    """How many jobs there are in each state."""

    waiting: int = Field(examples=[3])
    running: int = Field(examples=[1])
    done: int = Field(examples=[240])
    failed: int = Field(examples=[0])
    cancelled: int = Field(examples=[0])


class JobsState(Given):
    """How all jobs are: those that run, the first 100 that wait, the latest 50 that failed."""

    jobs: tuple[Job, ...]
    counts: JobCounts


class JobRequest(Asked):
    """A stage that is to be done, for a video, or for a file on the server that is to become one."""

    stage: Stage = Field(examples=["screen_text"])
    video_id: UUID | None = Field(default=None, examples=[EXAMPLE_ID])
    path: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        description="Absolute, on the server, below one of SCENEDEX_ROOTS; of video_ingestion only.",
    )
    priority: int = Field(
        default=10, ge=0, le=10, description="10: somebody waits for it; 5; 0: bulk.", strict=True
    )

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.video_id is None) == (self.path is None):
            raise ValueError("name either video_id or path")
        if self.path is not None and self.stage != "video_ingestion":
            raise ValueError(f"{self.stage} is done for a video: name it by video_id")
        return self
