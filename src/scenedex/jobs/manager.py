"""procrastinate's manager of jobs, made patient and careful.

- It ends or gives back a job only while that is this worker's: procrastinate does so by the job's id, whoever runs it
  by then.
- What has come of a job is said until the database hears it: said once, into an outage, the job would stay `doing`
  under a worker that lives, and its lock would hold up all later ones.
- Neither an outage nor a job that another worker was faster to take ends a side task of the worker, which nobody would
  begin again: it would live on without a heartbeat, or without hearing of new jobs.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager, NotificationCallback

from scenedex.errors import ScenedexError
from scenedex.store.job_keeping import BEAT, FINISH, GIVE_BACK
from scenedex.types import Stage

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Between two attempts to reach a database that is away."""


class PatientManager(JobManager):
    """For one worker. `ready` says of which stages it can take a job now; it may take a while."""

    def __init__(self, connector: PsycopgConnector, ready: Callable[[], list[Stage]]) -> None:
        super().__init__(connector)
        self._ready = ready

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job of a stage that is ready; None where there is none, or the database is away."""
        try:
            ready = await asyncio.to_thread(self._ready)
            return await super().fetch_job(queues=list(ready), worker_id=worker_id) if ready else None
        except (ConnectorException, ScenedexError) as exc:
            # also: two workers took jobs with one lock in the same moment, and the unique index let one through
            log.info("no job could be taken: %s", exc.__cause__ or exc)
            return None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job, where it is still ours."""
        await self._say(FINISH, job, status=status.value)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Let a job wait again, where it is still ours."""
        await self._say(GIVE_BACK, job, retry_at=retry_at or datetime.now(UTC))

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that this worker lives."""
        try:
            await self.connector.execute_query_async(BEAT, worker_id=worker_id)
        except ConnectorException as exc:
            log.info("the database did not hear the heartbeat: %s", exc.__cause__ or exc)

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen, and listen again where the connection broke."""
        heard = list(queues or ())
        while True:
            try:
                await super().listen_for_jobs(on_notification=on_notification, queues=heard)
            except ConnectorException as exc:
                log.info("new jobs are not heard of: %s", exc.__cause__ or exc)
            await asyncio.sleep(PAUSE_S)

    async def _say(self, query: Any, job: Job, **arguments: Any) -> None:
        mine = {"job_id": job.id, "worker_id": job.worker_id, "attempts": job.attempts}
        while True:
            try:
                if not await self.connector.execute_query_all_async(query, **mine, **arguments):
                    log.warning("job %s has been given to another worker meanwhile", job.id)
                return
            except ConnectorException as exc:
                log.info("what came of job %s cannot be written yet: %s", job.id, exc.__cause__ or exc)
                await asyncio.sleep(PAUSE_S)
