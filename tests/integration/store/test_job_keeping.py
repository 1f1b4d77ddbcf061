"""The queue as a whole: jobs of the dead, who holds what, how much waits."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.integration.jobs.workers import at_work, ended, stand_in, until
from tests.integration.store.records import record

from scenedex.config import Settings
from scenedex.jobs.deferring import defer
from scenedex.jobs.queue import Queue
from scenedex.library import Library
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.job_keeping import (
    BEAT,
    FINISH,
    GIVE_BACK,
    MAX_DEATHS,
    forget_jobs,
    living_workers,
    queue_depth,
    release_jobs,
    sweep_jobs,
)
from scenedex.store.jobs import Run, get_job, hold
from scenedex.store.writing import write_video
from scenedex.types import LOCAL_OWNER, Job

DEAD_AFTER_S = 30.0


@pytest.fixture
def taken(database: Database) -> Callable[..., Run]:
    """A job that a worker has taken, whose heart beat some seconds ago."""

    def take(*, beat_s: float = 0.0, path: str = "/a") -> Run:
        with database.transaction(LOCAL_OWNER) as tx:
            job_id = defer(tx, "video_ingestion", path=path)
        with database.operator() as tx:
            (worker,) = tx.execute("select worker_id as id from procrastinate_register_worker_v1()")
            (job,) = tx.execute(
                "select id, attempts from procrastinate_fetch_job_v2(array['video_ingestion'], %(worker)s)",
                {"worker": worker["id"]},
            )
            tx.execute(
                """update procrastinate_workers set last_heartbeat = now() - make_interval(secs => %(s)s)
                where id = %(id)s""",
                {"s": beat_s, "id": worker["id"]},
            )
        assert job["id"] == job_id
        return Run(job_id=job_id, worker_id=worker["id"], attempts=job["attempts"])

    return take


def job_of(database: Database, run: Run) -> Job:
    with database.transaction(LOCAL_OWNER) as tx:
        return get_job(tx, run.job_id)


def holds(database: Database, run: Run, owner: UUID = LOCAL_OWNER) -> bool:
    with database.transaction(owner) as tx:
        return hold(tx, run) is not None


def test_jobs_of_the_dead_are_given_to_others_and_of_the_living_are_not(
    database: Database, taken: Callable[..., Run]
) -> None:
    dead, living = taken(beat_s=31.0, path="/dead"), taken(beat_s=29.0, path="/living")
    assert sweep_jobs(database, DEAD_AFTER_S) == [dead.job_id]
    assert sweep_jobs(database, DEAD_AFTER_S) == []
    assert (job_of(database, dead).state, job_of(database, living).state) == ("waiting", "running")
    assert (holds(database, dead), holds(database, living)) == (False, True)


def test_a_sweeper_is_alive_however_long_it_has_slept(database: Database, taken: Callable[..., Run]) -> None:
    run = taken(beat_s=86_400.0)
    assert sweep_jobs(database, DEAD_AFTER_S, sweeper=run.worker_id) == []
    assert holds(database, run)


def test_jobs_of_a_worker_that_is_gone_are_given_to_others(
    database: Database, taken: Callable[..., Run]
) -> None:
    run = taken()
    with database.operator() as tx:
        tx.execute("delete from procrastinate_workers")
        tx.execute(BEAT, {"worker_id": run.worker_id})  # it comes back, and has lost its job
    assert not holds(database, run)
    assert sweep_jobs(database, DEAD_AFTER_S) == [run.job_id]


def test_a_job_at_which_worker_after_worker_died_has_failed(
    database: Database, taken: Callable[..., Run]
) -> None:
    for _ in range(MAX_DEATHS - 1):
        run = taken(beat_s=31.0)
        sweep_jobs(database, DEAD_AFTER_S)
        assert job_of(database, run).state == "waiting"
    run = taken(beat_s=31.0)
    sweep_jobs(database, DEAD_AFTER_S)
    job = job_of(database, run)
    assert (job.state, job.attempts) == ("failed", MAX_DEATHS)
    assert job.reason == f"Its worker died each time, {MAX_DEATHS} times."


def test_a_cancelled_job_of_a_dead_worker_has_ended(database: Database, taken: Callable[..., Run]) -> None:
    run = taken(beat_s=31.0)
    with database.operator() as tx:
        tx.execute("select procrastinate_cancel_job_v1(%(job)s, true, false)", {"job": run.job_id})
    sweep_jobs(database, DEAD_AFTER_S)
    assert job_of(database, run).state == "cancelled"


def test_only_the_run_that_has_a_job_can_end_it_or_give_it_back(
    database: Database, taken: Callable[..., Run]
) -> None:
    old = taken(beat_s=31.0)
    sweep_jobs(database, DEAD_AFTER_S)
    new = taken()
    assert new.job_id == old.job_id
    for statement, more in ((FINISH, {"status": "failed"}), (GIVE_BACK, {"retry_at": None})):
        with database.operator() as tx:
            params = {"job_id": old.job_id, "worker_id": old.worker_id, "attempts": old.attempts, **more}
            assert tx.execute(statement, params) == []
    assert job_of(database, new).state == "running"
    assert (holds(database, old), holds(database, new), holds(database, new, uuid4())) == (
        False,
        True,
        False,
    )


def test_the_lost_are_not_swept_while_their_result_is_being_written(
    database: Database, taken: Callable[..., Run]
) -> None:
    run = taken(beat_s=31.0)
    with database.transaction(LOCAL_OWNER) as tx:
        assert hold(tx, run) is not None
        assert sweep_jobs(database, DEAD_AFTER_S) == []
    assert sweep_jobs(database, DEAD_AFTER_S) == [run.job_id]


def test_a_worker_that_ends_at_once_gives_back_what_it_has(
    database: Database, taken: Callable[..., Run]
) -> None:
    run, other = taken(path="/a"), taken(path="/b")
    assert release_jobs(database, run.worker_id) == 1
    assert (job_of(database, run).state, job_of(database, other).state) == ("waiting", "running")


def test_how_much_waits_and_who_is_there(database: Database, taken: Callable[..., Run]) -> None:
    taken(beat_s=10.0)
    with database.transaction(uuid4()) as tx:
        for path in ("/b", "/c"):
            defer(tx, "video_ingestion", path=path)
    with database.operator() as tx:
        (depth,) = queue_depth(tx)
        assert (depth.stage, depth.waiting, depth.running) == ("video_ingestion", 2, 1)
        assert depth.oldest_s >= 0
        assert (living_workers(tx, 30.0), living_workers(tx, 5.0)) == (1, 0)


def test_what_ended_long_ago_is_forgotten_and_nothing_else(
    database: Database, taken: Callable[..., Run]
) -> None:
    run = taken()
    with database.operator() as tx:
        mine = {"job_id": run.job_id, "worker_id": run.worker_id, "attempts": run.attempts}
        tx.execute(FINISH, {**mine, "status": "succeeded"})
    waiting = taken(path="/b")
    assert forget_jobs(database, days=1.0) == 0
    assert forget_jobs(database, days=0.0) == 1
    assert job_of(database, waiting).state == "running"
    with database.operator() as tx:
        assert [row["job_id"] for row in tx.execute("select job_id from job_reports")] == [waiting.job_id]


def test_sessions_are_ended_by_their_name(server: EmbeddedServer, database_name: str) -> None:
    with Database.at(server, database_name) as one, Database.at(server, database_name) as other:
        one.name_sessions("sleeper")
        held = one.connect_app()
        held.execute("select pg_advisory_lock(1)")
        other.end_sessions("nobody")
        other.end_sessions("sleeper")
        with other.ownerless() as tx:
            assert tx.execute("select 1 from pg_advisory_xact_lock(1)") != []
        with one.ownerless() as tx:  # and whoever is called so still works
            assert tx.execute("select current_setting('application_name') as name") == [{"name": "sleeper"}]
        held.close()


def test_two_workers_that_take_one_lock_at_once_fail_nothing(
    server: EmbeddedServer, database_name: str, home: Path
) -> None:
    """A job of higher priority comes while a worker takes one with the same lock: each of the two is the first."""
    url = f"postgresql://scenedex_owner@/{database_name}?host={server.data}&port=5432"
    with Library(Settings(database_url=url, scenedex_home=home)) as library:
        stand_in(library, lambda *_: None)
        with library.transaction() as tx:
            video = write_video(tx, record())
        queue = Queue(library)
        low = queue.defer("screen_text", video_id=video)
        with library.database.operator() as tx:
            tx.execute("update procrastinate_jobs set status = 'doing'")  # and is just about to commit that
            high = queue.defer("transcription", video_id=video, priority=10)
            with at_work(library, sweep_s=600.0):
                until(lambda: fetch_waits(server.conninfo("postgres", database_name)))
                tx.driver.commit()
                other = queue.defer("video_ingestion", path="/b")
                ended(queue, other.id)
                assert queue.get(high.id).state == "waiting"
                tx.execute(
                    "update procrastinate_jobs set status = 'succeeded' where id = %(job)s", {"job": low.id}
                )
                tx.driver.commit()
                assert ended(queue, high.id)[0].state == "done"


def fetch_waits(conninfo: str) -> bool:
    with psycopg.connect(conninfo) as admin:
        found = admin.execute(
            """select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%fetch_job%'"""
        )
        return found.fetchone() is not None
