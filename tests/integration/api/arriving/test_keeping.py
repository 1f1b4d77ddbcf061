"""What becomes of files that were sent: one for each content, none without its video."""

import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.api.arriving.serving import STRANGER, Sender
from tests.integration.jobs.workers import at_work, ended
from tests.media import make_clip

from scenedex import Library
from scenedex.api.arriving.whole import Incoming
from scenedex.errors import UsageError
from scenedex.jobs.arrivals import sweep
from scenedex.jobs.queue import Queue
from scenedex.types import LOCAL_OWNER

DAY_S = 86_400.0


def sent(library: Library, content: bytes, name: str = "film.mp4") -> Path:
    """Send a file; where it lies."""
    with Incoming(library, "video", 10_000_000) as incoming:
        incoming.write(content)
        taken = incoming.take_in(name)
    path = Queue(library).get(taken.job_id).path
    assert path is not None
    return Path(path)


def indexed(library: Library, path: Path) -> UUID:
    [outcome] = library.add(path, complete=False).files
    assert outcome.video_id is not None, outcome.reason
    return outcome.video_id


def end_jobs(library: Library) -> None:
    for job in Queue(library).list(state="waiting"):
        Queue(library).cancel(job.id)


def test_a_sent_film_has_the_name_that_its_sender_gave_it(library: Library, clip: Path) -> None:
    video_id = indexed(library, sent(library, clip.read_bytes(), "Zebra crossing.mp4"))
    [video] = library.videos()
    assert (video.id, video.name) == (video_id, "Zebra crossing.mp4")
    hits = library.search("zebra").hits
    assert {hit.video for hit in hits} == {"Zebra crossing.mp4"}
    assert library.show("Zebra crossing.mp4")[0].id == video_id
    assert indexed(library, Path(video.paths[0])) == video_id
    assert library.videos()[0].name == "Zebra crossing.mp4"


def test_a_film_without_a_suffix_is_known_by_its_bytes(library: Library, clip: Path) -> None:
    path = sent(library, clip.read_bytes(), "holiday")
    assert path.suffix == ".media"
    assert indexed(library, path)
    assert library.videos()[0].name == "holiday"


def test_a_content_that_is_known_is_kept_once(library: Library, clip: Path, tmp_path: Path) -> None:
    content = clip.read_bytes()
    first, second = sent(library, content, "one.mp4"), sent(library, content, "two.mp4")
    assert indexed(library, first) == indexed(library, second)
    assert first.exists()
    assert not second.exists()
    assert library.videos()[0].paths == (str(first),)
    # one that lies at a path of its own is not kept, either
    other = make_clip(tmp_path / "other.mp4", 0.5, 0.7)
    third = sent(library, other.read_bytes())
    assert indexed(library, other) == indexed(library, third)
    assert (other.exists(), third.exists()) == (True, False)
    # and where the first copy is gone, the new one stays
    other.unlink()
    fourth = sent(library, other_content := third_content(tmp_path))
    assert other_content == fourth.read_bytes()
    assert indexed(library, fourth)
    assert fourth.exists()


def third_content(folder: Path) -> bytes:
    """The same clip once more: made twice, it has the same bytes."""
    return make_clip(folder / "again.mp4", 0.5, 0.7).read_bytes()


def test_removing_a_video_removes_what_was_sent(
    library: Library, sender: Sender, clip: Path, tmp_path: Path
) -> None:
    path = sent(library, clip.read_bytes())
    video_id = indexed(library, path)
    assert sender.delete(f"/videos/{video_id}").status_code == 204
    assert not path.parent.exists()
    mine = make_clip(tmp_path / "mine.mp4", 0.6, 0.6)
    library.remove(str(indexed(library, mine)))
    assert mine.exists()


def test_folders_of_the_library_are_no_place_for_videos(library: Library, clip: Path) -> None:
    path = sent(library, clip.read_bytes())
    report = library.add(library.home, complete=False)
    assert [file.path for file in report.files if "uploads" in file.path] == []
    for named in (
        library.arrivals.root,
        path.parent,
        library.arrivals.root / str(LOCAL_OWNER) / ".." / str(STRANGER),
    ):
        with pytest.raises(UsageError, match="own folder of uploads"):
            library.add(named)
    with pytest.raises(UsageError, match="own folder of uploads"):
        library.of(STRANGER).add(path)
    link = library.home / "link.mp4"
    link.symlink_to(path)
    with pytest.raises(UsageError, match="own folder of uploads"):
        library.of(STRANGER).add(link)


def test_what_nobody_needs_any_more_is_swept(library: Library, clip: Path, tmp_path: Path) -> None:
    wanted = sent(library, clip.read_bytes())
    indexed(library, wanted)
    waiting = sent(library, make_clip(tmp_path / "a.mp4", 0.5).read_bytes())
    assert sweep(library, time.time() + 100 * DAY_S) == 0  # a job waits for each
    end_jobs(library)
    assert sweep(library, time.time() + 0.9 * DAY_S) == 0  # and can be run again for a day
    assert sweep(library, time.time() + 1.1 * DAY_S) == 1
    assert (wanted.exists(), waiting.exists()) == (True, False)
    library.remove(library.videos()[0].name)
    assert not wanted.exists()
    assert sweep(library, time.time() + 9 * DAY_S) == 0


def test_what_is_being_sent_is_not_swept(library: Library) -> None:
    with Incoming(library, "a.mp4", 1_000) as going:
        going.write(b"\0\0\0\x18ftypisom")
        assert sweep(library, time.time() + 9 * DAY_S) == 0
        assert going.take_in("a.mp4").size_bytes == 12


def test_a_whole_file_without_a_job_gets_one_from_the_sweep(library: Library, clip: Path) -> None:
    path = sent(library, clip.read_bytes())
    job = Queue(library).list()[0]
    with library.arrivals.held(LOCAL_OWNER, UUID(path.stem)) as arrival:
        library.arrivals.save(replace(arrival, job=None))
    assert sweep(library) == 0
    assert [found.id for found in Queue(library).list()] == [job.id]
    assert library.arrivals.find(LOCAL_OWNER, UUID(path.stem)).job == job.id


def test_a_worker_takes_in_what_was_sent(library: Library, sender: Sender, clip: Path) -> None:
    content = clip.read_bytes()
    answers = [
        sender.post("/videos/upload", files={"file": (name, content)}) for name in ("one.mp4", "two.mp4")
    ]
    jobs = [answer.json()["job_id"] for answer in answers]
    with at_work(library):
        done = ended(Queue(library), *jobs)
    assert [job.state for job in done] == ["done", "done"]
    assert len({job.video_id for job in done}) == 1
    [video] = sender.get("/videos").json()["videos"]
    assert video["name"] in ("one.mp4", "two.mp4")
    assert len(list(library.arrivals.root.rglob("*.mp4"))) == 1


def test_a_run_that_dies_after_it_removed_a_double(library: Library, clip: Path) -> None:
    first, second = (sent(library, clip.read_bytes()) for _ in range(2))
    indexed(library, first)
    outcome = library.take_in(second)
    assert not second.exists()
    again = library.take_in(second)
    assert (again.outcome, again.video_id) == ("unchanged", outcome.video_id)
