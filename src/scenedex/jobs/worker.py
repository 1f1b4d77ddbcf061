"""The worker: takes jobs, one or several at once, until it is told to stop.

The first SIGTERM or SIGINT lets the jobs in hand end, or be given back where they take longer than `grace_s`; a second
one gives them back and ends the process at once.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy
from procrastinate.worker import Worker as Fetcher

from scenedex.errors import ScenedexError, StoreError
from scenedex.jobs.completing import complete
from scenedex.jobs.counting import Counter, counted, ignore
from scenedex.jobs.deferring import STAGES
from scenedex.jobs.endings import DELAYS_S, LostError, StoppedError, TryAgainError
from scenedex.jobs.manager import PAUSE_S, PatientManager
from scenedex.jobs.readiness import Readiness
from scenedex.jobs.running import Order, run_job
from scenedex.jobs.sweeper import Sweeper
from scenedex.library import Library
from scenedex.library.telling import Teller
from scenedex.logs import about
from scenedex.store.connections import our_errors, queue_session
from scenedex.store.job_keeping import MAX_DEATHS, queue_depth, release_jobs
from scenedex.store.jobs import Run
from scenedex.tracing import span
from scenedex.types import Stage

log = logging.getLogger(__name__)

HARD_AFTER_S = 20.0
"""How long a job is waited for that was told to stop; then the process ends without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker works. Times in seconds."""

    stages: tuple[Stage, ...] = field(default=STAGES)
    concurrency: int = 1  #: jobs at once
    heartbeat_s: float = 10.0  #: how often it says that it lives
    dead_after_s: float = 30.0  #: without a heartbeat for so long, a worker is dead; the same for all workers
    sweep_s: float = 10.0  #: how often it looks for the dead
    max_deaths: int = MAX_DEATHS  #: workers that may die at a job before it has failed
    grace_s: float = 30.0  #: how long jobs may go on after the first signal
    poll_s: float = 2.0  #: how often it looks for jobs of which it was not told
    probe_s: float = 30.0  #: how long the answer of a model holds
    delays_s: tuple[int, ...] = DELAYS_S  #: until what failed is tried again: after one failure, two ...
    complete: bool = False  #: first put in jobs for what the models in use have not embedded yet


class Retry(BaseRetryStrategy):
    """A failure says itself whether and when the job is tried again; what the end of a worker broke off, at once."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None: never."""
        if isinstance(exception, TryAgainError):
            return RetryDecision(retry_in={"seconds": exception.after_s})
        return RetryDecision() if isinstance(exception, JobAborted) else None


class Worker:
    """Runs jobs of all owners of a library, which is this process' own."""

    def __init__(
        self,
        library: Library,
        options: WorkerOptions | None = None,
        count: Counter = ignore,
        *,
        name: str | None = None,
    ) -> None:
        """`count` is told how each run of a job ended. `name`: what its database sessions are called; no other process
        may have it."""
        self._count = count
        self.options = options or WorkerOptions()
        self._library = library
        self._runner = name or f"scenedex-worker-{secrets.token_hex(8)}"
        library.database.name_sessions(self._runner)
        self._readiness = Readiness(
            self.options.stages, library.check_stage, self._waiting, every_s=self.options.probe_s
        )
        self._fetcher: Fetcher | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = threading.Event()
        self._signals = 0

    def run(self, begun: Callable[[], None] | None = None) -> None:
        """Work until `stop`, or a signal where this is the main thread. `begun` is called when jobs are taken.

        Database outages are waited out.
        """
        if self.options.complete:
            threading.Thread(target=self._complete, name="completer", daemon=True).start()
        with Sweeper(self._library, self.options, lambda: self._id), Teller(self._library):
            asyncio.run(self._supervise(begun or (lambda: None)))

    def stop(self) -> None:
        """Take no more jobs, and end when those in hand have. Safe in threads and signal handlers."""
        self._stopping.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._stop_fetching)

    def _stop_fetching(self) -> None:
        # in the loop: a fetcher forgets what it is told between being made and being run
        if self._fetcher is not None:
            self._fetcher.stop()  # type: ignore[no-untyped-call]

    @property
    def _id(self) -> int | None:
        return self._fetcher.worker_id if self._fetcher is not None else None

    async def _supervise(self, begun: Callable[[], None]) -> None:
        loop = self._loop = asyncio.get_running_loop()
        # procrastinate runs jobs in the loop's threads; some more for what it asks of us beside them
        loop.set_default_executor(ThreadPoolExecutor(self.options.concurrency + 4, "job"))
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._signalled, number)
        while not self._stopping.is_set():
            try:
                await self._work(begun)
            except (ConnectorException, ScenedexError) as exc:
                log.warning("the queue cannot be worked on: %s", exc.__cause__ or exc)
                await asyncio.sleep(PAUSE_S)

    async def _work(self, begun: Callable[[], None]) -> None:
        """Take jobs, until told to stop or something breaks."""
        database = self._library.database
        await asyncio.to_thread(self._waiting)  # an embedded server that died is begun again here
        conninfo, role = database.queue_login()
        connector = PsycopgConnector(
            conninfo=conninfo,
            configure=queue_session(role),
            min_size=1,
            max_size=self.options.concurrency + 3,
        )
        app = App(connector=connector)
        app.job_manager = PatientManager(connector, self._readiness.ready)
        for stage in self.options.stages:
            app.task(name=stage, queue=stage, pass_context=True, retry=Retry())(self._task(stage))
        with our_errors():
            async with app.open_async():
                self._fetcher = self._made(app)
                begun()
                if not self._stopping.is_set():
                    await self._fetcher.run()  # type: ignore[no-untyped-call]

    def _made(self, app: App) -> Fetcher:
        options = self.options
        return Fetcher(
            app,
            queues=list(options.stages),
            name=self._runner,
            concurrency=options.concurrency,
            fetch_job_polling_interval=options.poll_s,
            abort_job_polling_interval=options.poll_s,
            shutdown_graceful_timeout=options.grace_s,
            install_signal_handlers=False,
            update_heartbeat_interval=options.heartbeat_s,
            stalled_worker_timeout=options.dead_after_s,
        )

    def _task(self, stage: Stage) -> Callable[..., str]:
        def task(context: JobContext, **args: object) -> str:
            job = context.job
            assert job.id is not None
            assert job.worker_id is not None
            run = Run(job_id=job.id, worker_id=job.worker_id, attempts=job.attempts)
            order = Order(
                run=run,
                stage=stage,
                args=args,
                runner=self._runner,
                stopped=context.should_abort,
                delays_s=self.options.delays_s,
            )
            try:
                with (
                    about(job=job.id),
                    counted(self._count, stage),
                    span("job", stage=stage, attempts=job.attempts),
                ):
                    return run_job(self._library, order)
            except StoppedError as exc:
                raise JobAborted from exc
            except LostError as exc:
                log.warning("job %s was given to another worker: this one was taken for dead", job.id)
                raise JobAborted from exc

        return task

    def _waiting(self) -> set[str]:
        with self._library.database.operator() as tx:
            return {depth.stage for depth in queue_depth(tx) if depth.waiting}

    def _complete(self) -> None:
        try:
            complete(self._library)
        except ScenedexError as exc:
            log.warning("what lacks embeddings could not be found out: %s", exc)

    def _signalled(self, number: int) -> None:
        self._signals += 1
        if self._signals == 1:
            log.info("stopping: jobs in hand may go on for %.0f s", self.options.grace_s)
            self.stop()
            asyncio.get_running_loop().call_later(self.options.grace_s + HARD_AFTER_S, self._end_now, 1)
        else:
            self._end_now(128 + number)

    def _end_now(self, status: int) -> None:
        """Give back what is in hand, and end the process: threads that do not listen cannot be ended otherwise."""
        worker_id = self._id
        giving = threading.Thread(target=self._give_back, args=[worker_id], daemon=True)
        giving.start()
        giving.join(timeout=5.0)
        os._exit(status)

    def _give_back(self, worker_id: int | None) -> None:
        try:
            if worker_id is not None:
                release_jobs(self._library.database, worker_id)
        except StoreError as exc:
            log.warning("jobs could not be given back, others will find them: %s", exc)
