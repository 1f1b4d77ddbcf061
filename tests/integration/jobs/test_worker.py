"""A worker takes jobs, says how far they are, and ends them one way or the other."""

import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.jobs.workers import PATIENCE_S, at_work, ended, endless, stand_in, throw, until
from tests.integration.store.records import record
from tests.media import make_clip
from tests.spans import Spans

from scenedex.errors import DescriptionError, RemoteFailedError, StoreError
from scenedex.jobs.completing import complete
from scenedex.jobs.queue import Queue
from scenedex.library import Library
from scenedex.store.writing import write_video
from scenedex.types import JobProgress


def test_a_file_becomes_a_video(library: Library, tmp_path: Path, spans: Spans) -> None:
    clip = make_clip(tmp_path / "a.mp4", 1.0, 1.0)
    queue = Queue(library)
    job = queue.defer("video_ingestion", path=str(clip))
    with at_work(library):
        (done,) = ended(queue, job.id)
    assert (done.state, done.outcome, done.reason, done.attempts) == ("done", "indexed", None, 1)
    (video,) = library.videos()
    assert (done.video_id, video.scene_count) == (video.id, 2)
    assert done.created_at <= done.started_at <= done.finished_at  # type: ignore[operator]
    assert dict(spans()["job"].attributes or {}) == {"stage": "video_ingestion", "attempts": 0}


def test_what_the_settings_ask_for_follows_in_the_same_transaction(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    library.settings = library.settings.model_copy(
        update={"scenedex_screen_text": True, "scenedex_speech": True, "scenedex_descriptions": True}
    )
    queue = Queue(library)
    job = queue.defer("video_ingestion", path=str(clip))
    seen: list[list[str]] = []
    monkeypatch.setattr(
        Library, "_measure", lambda self: seen.append(sorted(j.stage for j in Queue(library).list("waiting")))
    )
    with at_work(library, stages=("video_ingestion",)):
        (done,) = ended(queue, job.id)
    assert seen == [["description", "screen_text", "transcription"]]
    assert {(j.video_id, j.priority) for j in queue.list("waiting")} == {(done.video_id, 5)}


def test_any_stage_can_be_done_again_alone(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 1.0, 1.0)
    (video,) = (file.video_id for file in library.add(clip).files)
    before = library.show(str(video))
    queue = Queue(library)
    clip.with_suffix(".srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nthe secret\n")
    with at_work(library, concurrency=2):
        words = queue.defer("caption_extraction", video_id=video)
        (words,) = ended(queue, words.id)
        assert [c.text for c in library.show(str(video))[1][0].captions] == ["the secret"]
        jobs = [
            queue.defer(stage, video_id=video)
            for stage in ("scene_detection", "embedding_generation", "video_ingestion")
        ]
        done = ended(queue, *(job.id for job in jobs))
    assert [(job.state, job.outcome) for job in [words, *done]] == [
        ("done", "indexed"),
        ("done", "indexed"),
        ("done", "embedded"),
        ("done", "indexed"),
    ]
    after = library.show(str(video))
    assert after[0].id == before[0].id
    assert [s.keyframes for s in after[1]] == [s.keyframes for s in before[1]]
    assert library.lacking() == {}


def test_what_lacks_embeddings_is_completed_when_a_worker_begins(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    (video,) = (file.video_id for file in library.add(clip).files)
    before = vectors(library)
    with library.transaction() as tx:
        tx.execute("delete from embeddings where owner_id = %(owner)s")
    assert library.videos_lacking() == [video]
    assert complete(library) == complete(library) == 1
    queue = Queue(library)
    (job,) = queue.list()
    with at_work(library, complete=True):
        (done,) = ended(queue, job.id)
    assert (done.state, done.outcome) == ("done", "embedded")
    assert vectors(library) == before
    assert complete(library) == 0


def vectors(library: Library) -> list[tuple[int, int]]:
    with library.transaction() as tx:
        rows = tx.execute(
            "select space_id, count(vector) as n from embeddings where owner_id = %(owner)s group by 1 order by 1"
        )
    return [(row["space_id"], row["n"]) for row in rows]


def test_two_owners_share_a_worker_and_nothing_else(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    other = library.of(uuid4())
    queues = Queue(library), Queue(other)
    jobs = [queue.defer("video_ingestion", path=str(clip)) for queue in queues]
    with at_work(library):
        done = [ended(queue, job.id)[0] for queue, job in zip(queues, jobs, strict=True)]
    assert done[0].video_id != done[1].video_id
    assert [video.id for video in library.videos()] == [done[0].video_id]
    assert [video.id for video in other.videos()] == [done[1].video_id]


def test_the_one_with_the_higher_priority_goes_first(library: Library) -> None:
    order: list[str] = []
    stand_in(library, lambda path, _: order.append(path))
    queue = Queue(library)
    ids = [queue.defer("video_ingestion", path=f"/{n}", priority=n).id for n in (0, 5, 10, 3)]
    with at_work(library):
        ended(queue, *ids)
    assert order == ["/10", "/5", "/3", "/0"]


def test_one_job_a_video_at_a_time(library: Library) -> None:
    with library.transaction() as tx:
        video = write_video(tx, record())
    inside: list[str] = []
    most: list[int] = []

    def work(stage: str, reporter: Any) -> None:
        inside.append(stage)
        most.append(len(inside))
        for share in range(20):
            reporter.step("looking", share / 20)
            time.sleep(0.005)
        inside.remove(stage)

    stand_in(library, work)
    queue = Queue(library)
    ids = [queue.defer(stage, video_id=video).id for stage in ("screen_text", "transcription", "description")]
    with at_work(library, concurrency=3):
        assert [job.outcome for job in ended(queue, *ids)] == ["annotated"] * 3
    assert most == [1, 1, 1]


def test_what_may_pass_is_tried_again(library: Library) -> None:
    failures: list[Exception] = [
        OSError(5, "Input/output error"),
        StoreError("The object store is away."),
        RemoteFailedError("The encoder is away."),
    ]
    stand_in(library, lambda *_: failures and throw(failures.pop(0)))
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library, delays_s=(0, 0, 0)):
        (done,) = ended(queue, job.id)
    assert (done.state, done.attempts, done.reason) == ("done", 4, None)


def test_what_never_passes_has_failed_at_once_and_says_why(library: Library, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    queue = Queue(library)
    ids = [queue.defer("video_ingestion", path=str(p)).id for p in (text, tmp_path / "none.mp4", tmp_path)]
    with at_work(library):
        jobs = ended(queue, *ids)
    assert [(job.state, job.attempts) for job in jobs] == [("failed", 1)] * 3
    reasons = [job.reason or "" for job in jobs]
    assert reasons == [
        "This is no video and no sound.",
        "It cannot be read: No such file or directory.",
        "This is a folder, not a video.",
    ]


def test_what_fails_each_time_has_failed_in_the_end_and_can_be_run_again(library: Library) -> None:
    failures = [OSError(5, "Input/output error")] * 3
    stand_in(library, lambda *_: failures and throw(failures.pop()))
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library, delays_s=(0, 0)):
        (failed,) = ended(queue, job.id)
        assert (failed.state, failed.attempts) == ("failed", 3)
        assert failed.reason == "It cannot be read: Input/output error."
        queue.retry(job.id)
        (done,) = ended(queue, job.id)
    assert (done.state, done.reason) == ("done", None)


def test_what_nobody_foresaw_is_a_failure_like_others(library: Library) -> None:
    stand_in(library, lambda *_: throw(ZeroDivisionError("oh")))
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library, delays_s=()):
        (failed,) = ended(queue, job.id)
    assert failed.reason == "scenedex itself failed on this (ZeroDivisionError: oh)."


def test_a_running_job_shows_how_far_it_is_and_stops_when_it_is_cancelled(library: Library) -> None:
    stand_in(library, endless)
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library):
        until(lambda: queue.get(job.id).progress is not None)
        running = queue.get(job.id)
        assert (running.state, running.attempts, running.finished_at) == ("running", 1, None)
        assert running.progress == JobProgress(step="scenes", share=0.25)
        assert queue.cancel(job.id).state == "running"
        (gone,) = ended(queue, job.id)
    assert (gone.state, gone.outcome, gone.progress) == ("cancelled", None, None)


def test_a_cancelled_job_that_does_not_listen_writes_nothing_any_more(library: Library) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def deaf(path: str, _: Any) -> None:
        inside.set()
        assert go_on.wait(PATIENCE_S)

    stand_in(library, deaf, writes=True)
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library):
        assert inside.wait(PATIENCE_S)
        queue.cancel(job.id)
        go_on.set()
        assert ended(queue, job.id)[0].state == "cancelled"
    assert library.videos() == []


def test_a_worker_that_stops_gives_its_job_to_the_next(library: Library) -> None:
    runs: list[int] = []

    def at_first_endless(path: str, reporter: Any) -> None:
        runs.append(1)
        if len(runs) == 1:
            endless(path, reporter)

    stand_in(library, at_first_endless)
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library, grace_s=0.0) as worker:
        until(lambda: queue.get(job.id).progress is not None)
        worker.stop()
        until(lambda: queue.get(job.id).state == "waiting")
    with at_work(library):
        (done,) = ended(queue, job.id)
    assert (done.state, done.attempts) == ("done", 2)


def test_a_worker_that_stops_lets_a_short_job_end(library: Library) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def short(path: str, reporter: Any) -> None:
        inside.set()
        assert go_on.wait(PATIENCE_S)

    stand_in(library, short)
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with at_work(library, grace_s=PATIENCE_S) as worker:
        assert inside.wait(PATIENCE_S)
        worker.stop()
        go_on.set()
        (done,) = ended(queue, job.id)
    assert (done.state, done.attempts) == ("done", 1)


def test_a_stage_whose_model_does_not_answer_is_left_until_it_does(library: Library) -> None:
    with library.transaction() as tx:
        video = write_video(tx, record())
    back = threading.Event()

    def check(stage: str) -> None:
        if stage == "description" and not back.is_set():
            raise DescriptionError("Away.")

    stand_in(library, lambda *_: None, check=check)
    queue = Queue(library)
    described = queue.defer("description", video_id=video, priority=10)
    other = queue.defer("video_ingestion", path="/a")
    with at_work(library, probe_s=0.1):
        ended(queue, other.id)
        assert queue.get(described.id).attempts == 0
        back.set()
        assert ended(queue, described.id)[0].state == "done"


def test_a_result_that_was_written_is_not_made_again_by_the_next_run(library: Library) -> None:
    """The worker died after the result, and before it could say that the job is done."""
    stand_in(library, lambda *_: throw(AssertionError("made again")))
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a")
    with library.transaction() as tx:
        tx.execute("update job_reports set outcome = 'indexed' where owner_id = %(owner)s")
    with at_work(library):
        (done,) = ended(queue, job.id)
    assert (done.state, done.outcome) == ("done", "indexed")
