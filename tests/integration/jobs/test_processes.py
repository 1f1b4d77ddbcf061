"""Worker processes that are stopped, put to sleep, and left alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.jobs.workers import (
    Crew,
    at_it,
    counted,
    counting,
    deaf_work,
    ended,
    endless_work,
    until,
    waiting_in,
)

from scenedex.jobs.beside import spawn_worker
from scenedex.jobs.queue import Queue
from scenedex.library import Library


@pytest.mark.parametrize("where", ["lock", "transaction"])
def test_a_worker_that_slept_writes_nothing_twice_and_lives_on(
    library: Library, home: Path, database_url: str, tmp_path: Path, where: str
) -> None:
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with Crew(home, database_url) as crew:
        sleeper = crew.hire(waiting_in, where, str(tmp_path))
        until(lambda: list(tmp_path.glob("inside-*")))
        crew.send(sleeper, signal.SIGSTOP)
        other = crew.hire(counting)
        (done,) = ended(queue, job.id)
        assert (done.state, done.attempts) == ("done", 2)
        crew.kill(other)
        (tmp_path / "go").touch()
        crew.send(sleeper, signal.SIGCONT)
        later = queue.defer("video_ingestion", path="/b")
        ended(queue, later.id)  # by the one that slept: there is no other
        assert crew.members[sleeper].is_alive()
    assert counted(library) == 2  # one of each job
    assert queue.get(job.id) == done


def test_sigterm_ends_a_worker_and_gives_its_job_back(
    library: Library, home: Path, database_url: str
) -> None:
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with Crew(home, database_url) as crew:
        name = crew.hire(endless_work)
        until(lambda: queue.get(job.id).progress is not None)
        crew.send(name, signal.SIGTERM)
        assert crew.leave(name) == 0
    assert (queue.get(job.id).state, queue.get(job.id).attempts) == ("waiting", 1)


def test_a_second_signal_ends_a_worker_at_once(library: Library, home: Path, database_url: str) -> None:
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with Crew(home, database_url, grace_s=600.0) as crew:
        name = crew.hire(deaf_work)
        until(lambda: name in at_it(library))
        crew.send(name, signal.SIGINT)
        crew.send(name, signal.SIGTERM)
        assert crew.leave(name) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
    assert queue.get(job.id).state == "waiting"


PARENT = """
import sys, time
from pathlib import Path
from scenedex.config import Settings
from scenedex.jobs.beside import spawn_worker

settings = Settings(scenedex_home=Path(sys.argv[1]), database_url=sys.argv[2], scenedex_profile="mini")
worker = spawn_worker(settings)
print(worker.pid, flush=True)
time.sleep(600)
"""


def test_a_worker_beside_another_process_works_and_goes_with_it(
    library: Library, home: Path, database_url: str
) -> None:
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/nowhere/a.mp4")
    command = [sys.executable, "-c", PARENT, str(home), database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        (failed,) = ended(queue, job.id)
        assert failed.reason == "It cannot be read: No such file or directory."
        parent.kill()
    until(lambda: not alive(child))


def test_a_worker_beside_is_begun_again_when_it_dies_and_ends_when_it_is_closed(
    library: Library,
) -> None:
    with spawn_worker(library.settings, stages=["video_ingestion"]) as worker:
        first = worker.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: worker.pid != first)
        queue = Queue(library)
        ended(queue, queue.defer("video_ingestion", path="/nowhere/a.mp4").id)
        second = worker.pid
    assert not alive(second)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
