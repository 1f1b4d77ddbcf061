"""One owner's jobs: put some in, look at them, cancel them."""

import time
from collections.abc import Callable, Iterator
from typing import get_args
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.jobs.deferring import BULK, defer
from scenedex.library import Library
from scenedex.store.database import Transaction
from scenedex.store.jobs import cancel_job, count_jobs, get_job, list_jobs, revive_job
from scenedex.types import Job, JobState, Stage

POLL_S = 0.5
"""How often a job that is watched is looked at: one row, found by its key."""

MAX_LIMIT = 1000
"""Jobs that can be listed at once."""


class Queue:
    """The jobs of the owner of a library (`library.of(owner)` for another one's). Safe in threads."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def defer(
        self,
        stage: Stage,
        *,
        video_id: UUID | None = None,
        path: str | None = None,
        priority: int = BULK,
    ) -> Job:
        """Have a stage done for a video, or a file taken in. A job like it that waits already is that job.

        Priorities: 10 for what somebody waits for, 5, and 0 for bulk. Raises UsageError for a job that makes no
        sense, NotFoundError for an unknown video.
        """
        with self._library.transaction() as tx:
            return self.defer_in(tx, stage, video_id=video_id, path=path, priority=priority)

    def defer_in(
        self,
        tx: Transaction,
        stage: Stage,
        *,
        video_id: UUID | None = None,
        path: str | None = None,
        priority: int = BULK,
    ) -> Job:
        """The same within a transaction: the job is there if, and only if, the rest of it is."""
        return get_job(tx, defer(tx, stage, video_id=video_id, path=path, priority=priority))

    def list(
        self,
        state: JobState | None = None,
        video_id: UUID | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Job]:
        """The newest first; those in one state, or about one video. Raises UsageError for a state that is none."""
        _check_state(state)
        if not 0 <= limit <= MAX_LIMIT or offset < 0:
            raise UsageError(f"At most {MAX_LIMIT} jobs are listed at once, from 0 on.")
        with self._library.transaction() as tx:
            return list_jobs(tx, state=state, video_id=video_id, limit=limit, offset=offset)

    def count(self, state: JobState | None = None, video_id: UUID | None = None) -> int:
        """How many `list` has in all. Raises UsageError for a state that is none."""
        _check_state(state)
        with self._library.transaction() as tx:
            return count_jobs(tx, state=state, video_id=video_id)

    def get(self, job_id: int) -> Job:
        """One job. Raises NotFoundError where the owner has none by this id."""
        with self._library.transaction() as tx:
            return get_job(tx, job_id)

    def cancel(self, job_id: int) -> Job:
        """Let a waiting job not be run, and ask a running one to stop, which it does within seconds.

        What it has not written by then is never written. Nothing for a job that has ended. Raises NotFoundError.
        """
        with self._library.transaction() as tx:
            get_job(tx, job_id)
            cancel_job(tx, job_id)
            return get_job(tx, job_id)

    def retry(self, job_id: int) -> Job:
        """Let a job that failed or was cancelled be run again. Raises NotFoundError, and UsageError for any other."""
        with self._library.transaction() as tx:
            job = get_job(tx, job_id)
            if not revive_job(tx, job_id):
                raise UsageError(
                    f"Job {job_id} is {job.state}: only one that failed or was cancelled is run again."
                )
            return get_job(tx, job_id)

    def watch(self, job_id: int, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[Job]:
        """The job as it is, then at each change, until it has ended. Raises NotFoundError."""
        known = None
        while known is None or not known.ended:
            job = self.get(job_id)
            if job != known:
                known = job
                yield job
            else:
                sleep(POLL_S)


def _check_state(state: str | None) -> None:
    if state is not None and state not in get_args(JobState):
        raise UsageError(f"There is no state {state!r}: there are {', '.join(get_args(JobState))}.")
