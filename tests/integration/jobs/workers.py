"""Workers for tests: in a thread of the test, or as processes."""

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.integration.store.records import record

from scenedex.config import Settings
from scenedex.jobs.queue import Queue
from scenedex.jobs.worker import Worker, WorkerOptions
from scenedex.library import Library, open_library
from scenedex.store.database import Transaction
from scenedex.store.writing import write_video
from scenedex.types import AnnotationOutcome, FileOutcome, Job

PATIENCE_S = 90.0

# a process that has imported everything begins each worker by a fork: 30 of them cost no 30 times the imports
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "scenedex.jobs.worker",
        "scenedex.indexing.run",
        "scenedex.indexing.fill",
        "scenedex.indexing.again",
        "scenedex.indexing.assembly",
        "scenedex.embeddings.equipment",
        "scenedex.inference.session",
        "wordllama",
    ]
)
NUMBERS = itertools.count(1)


def options(**changed: Any) -> WorkerOptions:
    """A worker that is quick at everything."""
    quick: dict[str, Any] = {
        "heartbeat_s": 0.5, "dead_after_s": 2.0, "sweep_s": 0.5, "grace_s": 0.2, "poll_s": 0.2, "probe_s": 1.0,
    }  # fmt: skip
    return WorkerOptions(**{**quick, **changed})


@contextlib.contextmanager
def at_work(library: Library, **changed: Any) -> Iterator[Worker]:
    """A worker in a thread."""
    worker = Worker(library, options(**changed))
    failed = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as exc:  # noqa: BLE001 (told to the test)
            failed.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert failed == []


class Crew:
    """Worker processes on one library folder; `url`: where its database lies elsewhere."""

    def __init__(self, home: Path, url: str | None = None, **changed: Any) -> None:
        self._library = (str(home), url)
        self._options = options(**changed)
        self.members: dict[str, BaseProcess] = {}

    def hire(self, work: Callable[..., None] | None = None, *arguments: Any) -> str:
        """Begin one more; its name. `work` is put in the place of decoding and encoding."""
        name = f"crew-{os.getpid()}-{next(NUMBERS)}"
        process = FORKS.Process(
            target=labour, args=(self._library, name, self._options, work, arguments), daemon=True
        )
        process.start()
        self.members[name] = process
        return name

    def send(self, name: str, number: int) -> None:
        os.kill(self.members[name].pid or 0, number)

    def kill(self, name: str) -> None:
        """End one without a word, and wait until it is gone."""
        process = self.members.pop(name)
        process.kill()
        process.join()

    def leave(self, name: str) -> int | None:
        """Wait until one has ended; its exit status."""
        process = self.members.pop(name)
        process.join(PATIENCE_S)
        return process.exitcode

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.members.values():
            process.terminate()
        for process in self.members.values():
            process.join(PATIENCE_S)
            process.kill()


def labour(
    place: tuple[str, str | None],
    name: str,
    options: WorkerOptions,
    work: Callable[..., None] | None,
    arguments: tuple[Any, ...],
) -> None:
    """What a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    home, url = place
    settings = Settings(scenedex_home=Path(home), database_url=url, scenedex_profile="mini")
    with open_library(settings=settings) as library:
        if work is not None:
            work(library, *arguments)
        Worker(library, options, name=name).run()


def until(true: Callable[[], object]) -> None:
    """Wait for it; the test fails where it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def ended(queue: Queue, *ids: int) -> list[Job]:
    """These jobs, once all of them have ended."""
    until(lambda: all(queue.get(job_id).ended for job_id in ids))
    return [queue.get(job_id) for job_id in ids]


def at_it(library: Library) -> dict[str, int]:
    """Names of the workers that run a job now, each with the job."""
    with library.database.operator() as tx:
        rows = tx.execute(
            """select r.runner, j.id from procrastinate_jobs j join job_reports r on r.job_id = j.id
            where j.status = 'doing' and r.runner is not null"""
        )
    return {row["runner"]: row["id"] for row in rows}


def endless(path: str, reporter: Any) -> None:
    while True:
        reporter.step("scenes", 0.25)
        time.sleep(0.01)


def throw(failure: Exception) -> None:
    raise failure


def stand_in(
    library: Library,
    work: Callable[[str, Any], object],
    *,
    writes: bool = False,
    check: Callable[[str], None] = lambda _: None,
) -> None:
    """Put something else in the place of decoding and encoding; queue and database are the real ones.

    `work` is told the path, or the stage, and whom to tell how far it is. `writes`: then a video is written.
    """

    def take_in(self: Library, path: str, *, progress: Any = None, force: bool = False) -> FileOutcome:
        work(path, progress)
        if writes:
            with self.transaction() as tx:
                write_video(tx, record())
        return FileOutcome(path=path, outcome="indexed")

    def annotate_video(
        self: Library, stage: str, video_id: UUID, *, anew: bool = False, watcher: Any = None
    ) -> AnnotationOutcome:
        work(stage, watcher)
        return AnnotationOutcome(video_id=video_id, video="", outcome="annotated")

    changed = {
        "take_in": take_in,
        "annotate_video": annotate_video,
        "check_stage": lambda self, stage: check(stage),
    }
    library.__class__ = type("StandIn", (Library,), changed)


# -- what worker processes do instead of decoding ----------------------------------------------------------


def count_one(tx: Transaction) -> None:
    """Something that is seen to be written twice."""
    tx.execute(
        """insert into owner_settings (owner_id, name, value) values (%(owner)s, 'written', '1')
        on conflict (owner_id, name) do update set value = to_jsonb(owner_settings.value::int + 1)"""
    )


def counted(library: Library) -> int:
    with library.transaction() as tx:
        rows = tx.execute("select value from owner_settings where owner_id = %(owner)s and name = 'written'")
    return int(rows[0]["value"]) if rows else 0


def waiting_in(library: Library, where: str, folder: str) -> None:
    """Says `inside-PID` when it is inside of a lock, or of a transaction, and goes on when `go` is there."""

    def pause() -> None:
        (Path(folder) / f"inside-{os.getpid()}").touch()
        until((Path(folder) / "go").exists)

    def take_in(self: Library, path: str, *, progress: Any = None, force: bool = False) -> FileOutcome:
        with self.database.lock("index:the same"):
            if where == "lock":
                pause()
            with self.transaction() as tx:
                count_one(tx)
                if where == "transaction":
                    pause()
        return FileOutcome(path=path, outcome="indexed")

    replaced(library, take_in=take_in)


def counting(library: Library) -> None:
    """Writes at once, under the same lock."""

    def take_in(self: Library, path: str, *, progress: Any = None, force: bool = False) -> FileOutcome:
        with self.database.lock("index:the same"), self.transaction() as tx:
            count_one(tx)
        return FileOutcome(path=path, outcome="indexed")

    replaced(library, take_in=take_in)


def endless_work(library: Library) -> None:
    stand_in(library, endless)


def deaf_work(library: Library) -> None:
    stand_in(library, lambda *_: time.sleep(PATIENCE_S))


def replaced(library: Library, **methods: Any) -> None:
    library.__class__ = type("StandIn", (Library,), {"check_stage": lambda self, stage: None, **methods})
