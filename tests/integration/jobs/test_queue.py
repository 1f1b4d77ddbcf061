"""Jobs in the database: of one owner, once, and only if what they follow from is there."""

import threading
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.integration.store.records import record

from scenedex.errors import NotFoundError, UsageError
from scenedex.jobs.queue import Queue
from scenedex.library import Library
from scenedex.store.writing import write_video


class Undone(Exception):
    """Rolls a transaction back."""


@pytest.fixture
def queue(library: Library) -> Queue:
    return Queue(library)


@pytest.fixture
def video(library: Library) -> UUID:
    with library.transaction() as tx:
        return write_video(tx, record())


def test_a_job_is_as_it_was_deferred(queue: Queue, library: Library, video: UUID) -> None:
    job = queue.defer("screen_text", video_id=video, priority=10)
    assert (job.owner_id, job.stage, job.state) == (library.owner, "screen_text", "waiting")
    assert (job.video_id, job.path, job.priority, job.attempts) == (video, None, 10, 0)
    assert (job.started_at, job.finished_at, job.progress, job.outcome) == (None, None, None, None)
    assert job.created_at.utcoffset() is not None
    assert queue.get(job.id) == job
    assert queue.list() == [job]


def test_any_path_comes_back_as_it_was(queue: Queue) -> None:
    for path in (
        "/films/a.mp4",
        "/films/\udcff\udc80.mp4",
        "/films/\U0010dc80 \n'%s\".mp4",
        "/" + "x" * 5000,
    ):
        assert queue.defer("video_ingestion", path=path).path == path


def test_a_job_is_there_if_and_only_if_its_transaction_is(queue: Queue, library: Library) -> None:
    def half() -> None:
        with library.transaction() as tx:
            queue.defer_in(tx, "description", video_id=write_video(tx, record()))
            raise Undone

    with pytest.raises(Undone):
        half()
    assert queue.list() == []
    with library.transaction() as tx:
        video = write_video(tx, record())
        job = queue.defer_in(tx, "description", video_id=video)
    assert [each.id for each in queue.list()] == [job.id]


def test_a_job_that_waits_is_not_put_in_twice_by_eight_at_once(queue: Queue, video: UUID) -> None:
    gate = threading.Barrier(8)
    ids: list[int] = []

    def defer(priority: int) -> None:
        gate.wait()
        ids.append(queue.defer("screen_text", video_id=video, priority=priority).id)

    threads = [threading.Thread(target=defer, args=[priority]) for priority in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
    (job,) = queue.list()
    assert job.priority == 7
    assert queue.defer("transcription", video_id=video).id != job.id


def test_other_owners_see_nothing_and_change_nothing(queue: Queue, library: Library, video: UUID) -> None:
    job = queue.defer("screen_text", video_id=video)
    other = Queue(library.of(uuid4()))
    assert other.list() == []
    for act in (other.get, other.cancel, other.retry):
        with pytest.raises(NotFoundError, match=f"There is no job {job.id}"):
            act(job.id)
    with pytest.raises(NotFoundError):
        other.defer("screen_text", video_id=video)
    assert queue.get(job.id) == job


def test_row_level_security_alone_keeps_owners_apart(queue: Queue, library: Library, video: UUID) -> None:
    queue.defer("screen_text", video_id=video)
    with library.of(uuid4()).transaction() as tx:
        for table in ("procrastinate_jobs", "procrastinate_events", "job_reports"):
            assert tx.execute(f"select 1 from {table}") == []  # type: ignore[arg-type]
        assert tx.execute("update procrastinate_jobs set priority = 99 returning id") == []
        assert tx.execute("update job_reports set reason = 'mine' returning job_id") == []
    with library.transaction() as tx:
        assert len(tx.execute("select 1 from procrastinate_events")) == 1


def test_a_job_cannot_be_put_in_for_another_owner(queue: Queue, library: Library, video: UUID) -> None:
    job = queue.defer("screen_text", video_id=video)
    with pytest.raises(Exception, match="row-level security"), library.of(uuid4()).transaction() as tx:
        tx.execute(
            """insert into procrastinate_jobs (queue_name, task_name, args)
            values ('screen_text', 'screen_text', jsonb_build_object('owner_id', %(victim)s::text))""",
            {"victim": str(job.owner_id)},
        )


@pytest.mark.parametrize(
    ("stage", "about", "said"),
    [
        ("dance", {"video_id": uuid4()}, "no stage 'dance'"),
        ("screen_text", {}, "name one of the two"),
        ("video_ingestion", {"path": "/a", "video_id": uuid4()}, "name one of the two"),
        ("screen_text", {"path": "/a"}, "for a video of the library"),
        ("video_ingestion", {"path": "a.mp4"}, "must be absolute"),
        ("video_ingestion", {"path": ""}, "must be absolute"),
        ("video_ingestion", {"path": "/a\0b"}, "no path"),
        ("video_ingestion", {"path": "/a", "priority": 11}, "from 0 to 10"),
        ("video_ingestion", {"path": "/a", "priority": -1}, "from 0 to 10"),
        ("screen_text", {"video_id": uuid4()}, "There is no video"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(queue: Queue, stage: str, about: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        queue.defer(stage, **about)  # type: ignore[arg-type]
    assert queue.list() == []


def test_jobs_are_listed_by_state_and_video_page_by_page(queue: Queue, video: UUID) -> None:
    ids = [queue.defer("video_ingestion", path=f"/films/{n}.mp4").id for n in range(5)]
    text = queue.defer("screen_text", video_id=video)
    queue.cancel(ids[2])
    assert [job.id for job in queue.list(limit=2, offset=1)] == [ids[4], ids[3]]
    assert [job.id for job in queue.list("cancelled")] == [ids[2]]
    assert [job.id for job in queue.list(video_id=video)] == [text.id]
    assert queue.list("running") == []
    with pytest.raises(UsageError, match="no state 'asleep'"):
        queue.list("asleep")  # type: ignore[arg-type]


def test_what_was_cancelled_can_be_run_again_and_nothing_else(queue: Queue, video: UUID) -> None:
    job = queue.defer("screen_text", video_id=video)
    with pytest.raises(UsageError, match="is waiting"):
        queue.retry(job.id)
    gone = queue.cancel(job.id)
    assert gone.state == "cancelled"
    assert gone.ended
    assert gone.finished_at is not None
    assert queue.cancel(job.id) == gone
    again = queue.retry(job.id)
    assert (again.state, again.finished_at, again.attempts) == ("waiting", None, 0)


def test_a_job_is_not_run_again_beside_one_like_it(queue: Queue, video: UUID) -> None:
    job = queue.cancel(queue.defer("screen_text", video_id=video).id)
    twin = queue.defer("screen_text", video_id=video)
    with pytest.raises(UsageError, match=f"Job {twin.id} waits already"):
        queue.retry(job.id)


def test_ids_that_no_job_can_have_are_of_none(queue: Queue) -> None:
    for job_id in (0, -1, 1 << 63, 1 << 200):
        with pytest.raises(NotFoundError):
            queue.get(job_id)


def test_whoever_watches_sees_each_change_until_the_end(queue: Queue) -> None:
    job = queue.defer("video_ingestion", path="/films/a.mp4")
    changes = iter((lambda: None, lambda: queue.cancel(job.id)))
    seen = list(queue.watch(job.id, sleep=lambda _: next(changes)()))
    assert [each.state for each in seen] == ["waiting", "cancelled"]


def test_a_known_file_and_its_video_have_one_lock(queue: Queue, library: Library, tmp_path: Path) -> None:
    from scenedex.store.files import put_file
    from scenedex.store.jobs import place_of_path, place_of_video
    from scenedex.types import KnownFile

    with library.transaction() as tx:
        video = write_video(tx, record())
        put_file(tx, KnownFile(path="/films/a.mp4", video_id=video, size_bytes=1, mtime_ns=1))
        assert place_of_path(tx, "/films/a.mp4").lock == place_of_video(tx, video).lock
        assert place_of_path(tx, "/films/b.mp4").lock != place_of_video(tx, video).lock
