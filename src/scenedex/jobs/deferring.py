"""Putting a job into the queue, in the caller's transaction: it is there when that commits, and never was else.

procrastinate's connector is never opened: it works on the connection of the transaction. Its own way of deferring from
synchronous code raises inside a worker, where the connector is asynchronous. `lock`, and no `queueing_lock`: with
retries, the latter leaves a job running for ever.
"""

from functools import cache
from typing import get_args
from uuid import UUID

from procrastinate import SyncPsycopgConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from scenedex.errors import UsageError
from scenedex.store.database import Transaction
from scenedex.store.jobs import Place, place_of_path, place_of_video, put_report, waiting_like
from scenedex.types import Stage

PERSON, NORMAL, BULK = 10, 5, 0
"""Priorities: somebody waits for it; what follows from something; a bulk import."""

STAGES: tuple[Stage, ...] = get_args(Stage)


def defer(
    tx: Transaction,
    stage: Stage,
    *,
    video_id: UUID | None = None,
    path: str | None = None,
    priority: int = BULK,
    again: bool = True,
) -> int:
    """Have a stage done for a video, or a file taken in; the id of the job. One like it that waits already is that job.

    `path` is for `video_ingestion` alone, and absolute. `again` false: what is described already is not described anew.
    Raises UsageError, and NotFoundError for an unknown video.
    """
    check(stage, video_id, path, priority)
    place = place_of_path(tx, path) if path is not None else place_of_video(tx, video_id or UUID(int=0))
    same = waiting_like(tx, stage, place, priority)
    return same if same is not None else _insert(tx, stage, place, priority, again)


def check(stage: Stage, video_id: UUID | None, path: str | None, priority: int) -> None:
    """Raises UsageError for a job that makes no sense."""
    if stage not in STAGES:
        raise UsageError(f"There is no stage {stage!r}: there are {', '.join(STAGES)}.")
    if (video_id is None) == (path is None):
        raise UsageError(
            "A job is about a video, or about a file that is to become one: name one of the two."
        )
    if path is not None and stage != "video_ingestion":
        raise UsageError(f"{stage} is done for a video of the library: name it by its id.")
    if path is not None and not path.startswith("/"):
        raise UsageError(f"The path of a job must be absolute, not {path!r}: a worker has another folder.")
    if not BULK <= priority <= PERSON:
        raise UsageError(f"The priority of a job is from {BULK} to {PERSON}, not {priority}.")


def _insert(tx: Transaction, stage: Stage, place: Place, priority: int, again: bool) -> int:
    deferrer = configure_task(
        name=stage,
        job_manager=_manager(),
        connection=tx.driver,
        lock=place.lock,
        priority=priority,
        queue=stage,
    )
    job_id = deferrer.defer(**place.args, again=again)
    put_report(tx, job_id, place.video_id)
    return job_id


@cache
def _manager() -> JobManager:
    return JobManager(SyncPsycopgConnector())
