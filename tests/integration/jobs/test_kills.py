"""Workers are killed and the database is restarted while twenty videos are taken in: nothing is lost or done twice."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.jobs.workers import Crew, at_it, ended, until
from tests.media import make_clip

from scenedex.config import Settings
from scenedex.jobs.queue import Queue
from scenedex.library import Library, open_library
from scenedex.store.job_keeping import sweep_jobs
from scenedex.store.objects import ObjectStore
from scenedex.store.scenes import object_keys

VIDEOS, WORKERS, KILLS, RESTARTS = 20, 3, 30, 6


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """A library with a server of its own, which the workers share."""
    with open_library(settings=Settings(scenedex_home=home, scenedex_profile="mini")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [make_clip(folder / f"{n:02}.mp4", 1.0 + n / 25, 1.0) for n in range(VIDEOS)]


@pytest.mark.timeout(600)
def test_workers_killed_at_thirty_random_moments_lose_and_double_nothing(
    library: Library, home: Path, clips: list[Path]
) -> None:
    queue = Queue(library)
    ids = [queue.defer("video_ingestion", path=str(clip)).id for clip in clips]
    chance = random.Random(5)
    with Crew(home, max_deaths=KILLS + 1) as crew:  # on a slow machine they may all meet the same job
        for _ in range(WORKERS):
            crew.hire()
        for _ in range(KILLS):
            until(lambda: crew.members.keys() & at_it(library).keys() or not queue.list("waiting"))
            time.sleep(chance.uniform(0.0, 0.3))
            busy = sorted(crew.members.keys() & at_it(library).keys())
            crew.kill(chance.choice(busy or sorted(crew.members)))
            crew.hire()
        jobs = ended(queue, *ids)
    assert [(job.state, job.outcome, job.reason) for job in jobs] == [("done", "indexed", None)] * VIDEOS
    assert sum(job.attempts for job in jobs) > VIDEOS  # some were met in the middle
    check_whole(library, home)


@pytest.mark.timeout(600)
def test_the_database_restarted_underneath_loses_and_doubles_nothing(
    library: Library, home: Path, clips: list[Path]
) -> None:
    queue = Queue(library)
    ids = [queue.defer("video_ingestion", path=str(clip)).id for clip in clips]
    chance = random.Random(7)
    with Crew(home) as crew:
        names = [crew.hire() for _ in range(WORKERS)]
        for restart in range(RESTARTS):
            until(lambda: at_it(library) or not queue.list("waiting"))
            time.sleep(chance.uniform(0.0, 0.3))
            stop_server(home, signal.SIGINT if restart % 2 else signal.SIGQUIT)
        jobs = ended(queue, *ids)
        assert sorted(crew.members) == sorted(names)
        assert [crew.members[name].is_alive() for name in names] == [True] * WORKERS
    assert [(job.state, job.outcome) for job in jobs] == [("done", "indexed")] * VIDEOS
    check_whole(library, home)


def stop_server(home: Path, how: signal.Signals) -> None:
    """End the embedded server, politely or at once; whoever needs it next begins it again."""
    pid = int((home / "pg" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, how)
    until(lambda: not Path(f"/proc/{pid}/stat").exists() or gone(pid))


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def check_whole(library: Library, home: Path) -> None:
    """Each video is there once with all of its parts, and nothing else is."""
    videos = library.videos()
    assert sorted(video.name for video in videos) == [f"{n:02}.mp4" for n in range(VIDEOS)]
    assert [(video.scene_count, len(video.paths)) for video in videos] == [(2, 1)] * VIDEOS
    assert library.lacking() == {}
    until(lambda: sweep_jobs(library.database, 0.1) == [] and rows(library)["workers"] == 0)
    assert rows(library) == {
        "workers": 0, "running": 0, "reports": VIDEOS, "succeeded": VIDEOS, "once": VIDEOS, "locks": 0,
    }  # fmt: skip
    with library.database.operator() as tx:
        keys = set(object_keys(tx))
    store = ObjectStore(home / "objects")
    assert store.sweep(keys, older_than_s=0.0) == 0
    found = {str(p.relative_to(home / "objects")) for p in (home / "objects").rglob("*") if p.is_file()}
    assert found == keys
    assert {p.name for p in home.iterdir()} <= {"pg", "objects", "pg.lock", "pg.users", "pg.server", "swept"}


def rows(library: Library) -> dict[str, int]:
    with library.database.operator() as tx:
        (row,) = tx.execute(
            """select (select count(*) from procrastinate_workers) as workers,
              (select count(*) from procrastinate_jobs where status = 'doing') as running,
              (select count(*) from job_reports) as reports,
              (select count(*) from procrastinate_events where type = 'succeeded') as succeeded,
              (select count(distinct job_id) from procrastinate_events where type = 'succeeded') as once,
              (select count(*) from pg_locks where locktype = 'advisory') as locks"""
        )
    return row
