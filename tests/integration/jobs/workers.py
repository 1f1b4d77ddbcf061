"""Workers for tests: in a thread of the test, or as processes."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from scenedex.jobs.queue import Queue
from scenedex.jobs.worker import Worker, WorkerOptions
from scenedex.library import Library
from scenedex.types import Job

PATIENCE_S = 90.0


def options(**changed: object) -> WorkerOptions:
    """A worker that is quick at everything."""
    quick = {
        "heartbeat_s": 0.5, "dead_after_s": 2.0, "sweep_s": 0.5, "grace_s": 0.2, "poll_s": 0.2, "probe_s": 1.0,
    }  # fmt: skip
    return WorkerOptions(**{**quick, **changed})  # type: ignore[arg-type]


@contextlib.contextmanager
def at_work(library: Library, **changed: object) -> Iterator[Worker]:
    """A worker in a thread."""
    worker = Worker(library, options(**changed))
    failed: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as exc:  # noqa: BLE001 (said below)
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


def until(true: Callable[[], bool]) -> None:
    """Wait for it; the test fails where it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def ended(queue: Queue, *ids: int) -> list[Job]:
    """These jobs, once all of them have ended."""
    until(lambda: all(queue.get(job_id).ended for job_id in ids))
    return [queue.get(job_id) for job_id in ids]
