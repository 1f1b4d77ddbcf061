"""Indexing with a decoder in a child process: the same library as without, and hostile files end alone."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.integration.jobs.workers import until
from tests.media import make_clip, shared_media
from tests.unit.indexing.decoder import misbehaving

from scenedex import Library, open_library
from scenedex.config import read_settings
from scenedex.errors import StoreError
from scenedex.indexing.decoder.children import Children
from scenedex.indexing.here import Here
from scenedex.indexing.progress import Silent, Step

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are Linux's")


def opened(home: Path, decoder: str) -> Library:
    changed = {"scenedex_decoder": decoder, "scenedex_profile": "mini"}
    return open_library(home, settings=read_settings().model_copy(update=changed))


def kept(library: Library) -> dict[str, Any]:
    """All that a library keeps of its videos, but for ids and times of day."""
    found = {}
    for video in library.videos():
        _, scenes = library.show(str(video.id))
        with library._database.transaction(library.owner) as tx:
            embeddings = tx.execute(
                """select s.name, c.index, e.ordinal, e.region, e.t_s, e.vector::text as vector from embeddings e
                join spaces s on s.id = e.space_id
                join scenes c on c.owner_id = e.owner_id and c.id = e.scene_id
                where e.owner_id = %(owner)s and c.video_id = %(video)s
                order by s.name, c.index, e.ordinal, e.region""",
                {"video": video.id},
            )
        found[video.name] = (
            (video.duration_s, video.width, video.height, video.frame_rate, video.warnings),
            [(s.index, s.start_s, s.end_s, s.thumbnail_key, s.keyframes, s.captions) for s in scenes],
            embeddings,
        )
    return found


def test_a_library_is_the_same_with_and_without_children(tmp_path: Path) -> None:
    media = shared_media()
    files = [
        media / "video" / "mdn_friday.mp4",
        media / "video" / "friday_srt.mkv",
        media / "odd" / "syn_trunc_faststart_half.mp4",
        media / "odd" / "syn_audio_only.mp4",
        media / "odd" / "syn_trunc_moov_missing.mp4",
        media / "odd" / "syn_huge_dims.gif",
    ]
    said, known = [], []
    for decoder, kind in (("child", Children), ("here", Here)):
        with opened(tmp_path / decoder, decoder) as library:
            said.append([(f.path, f.outcome, f.reason, f.failed) for f in library.add(*files).files])
            assert isinstance(library.decoder, kind)
            known.append(kept(library))
    assert said[0] == said[1]
    assert known[0].keys() == known[1].keys()
    for name, found in known[0].items():
        assert found == known[1][name], name
    assert len(known[0]) == 4
    assert all(rows for _, _, rows in known[0].values())


def spawners() -> set[int]:
    """Processes that this one has started to read files."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
            if parent == os.getpid() and b"scenedex.indexing.decoder" in command:
                found.add(int(status.parent.name))
    return found


def test_what_reads_files_is_started_beside_the_database(tmp_path: Path) -> None:
    before, clip = spawners(), make_clip(tmp_path / "clip.mp4")
    settings = read_settings().model_copy(update={"scenedex_decoder": "child", "scenedex_profile": "mini"})
    with open_library(tmp_path / "home", settings=settings, reading=True) as library:
        until(lambda: len(spawners() - before) == 1)
        assert [file.outcome for file in library.add(clip).files] == ["indexed"]
        assert len(spawners() - before) == 1, "the one that was there has read it"
    assert spawners() == before


def test_where_the_database_cannot_be_opened_nothing_stays(tmp_path: Path) -> None:
    before = spawners()
    settings = read_settings().model_copy(update={"scenedex_decoder": "child"})
    with pytest.raises(StoreError):
        open_library(tmp_path, url="postgresql://127.0.0.1:1/nothing", settings=settings, reading=True)
    for thread in threading.enumerate():
        if thread.name == "spawner":
            thread.join()
    assert spawners() == before


class Told(Silent):
    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def step(self, step: Step, done: float) -> None:
        self.steps.append((step, done))


@pytest.fixture
def odd_library(tmp_path: Path) -> Any:
    with opened(tmp_path / "home", "here") as library:
        odd = Children(tmp_path, 512, module=misbehaving.__name__, grace_s=120.0)
        library.__dict__["_decoder"] = odd
        yield library


def test_hostile_files_end_alone(odd_library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    names = ["a good", "abort", "bomb", "early_segfault", "hoard", "noise", "z good"]
    for number, name in enumerate(names):
        make_clip(folder / f"{name}.mp4", 0.4 + number / 10)
    told = Told()
    report = odd_library.add(folder, progress=told)
    found = {Path(file.path).stem: file for file in report.files}
    assert [name for name in names if found[name].outcome == "indexed"] == ["a good", "z good"]
    for name in names[1:-1]:
        assert (found[name].outcome, found[name].failed, found[name].video_id) == ("refused", True, None)
        assert found[name].reason, name
        assert "itself failed" not in found[name].reason
    assert sorted(video.name for video in odd_library.videos()) == ["a good.mp4", "z good.mp4"]
    assert {step for step, _ in told.steps} >= {"hash", "words", "store"}
    odd_library.sweep()
    pictures = {
        k.object_key
        for v in odd_library.videos()
        for s in odd_library.show(str(v.id))[1]
        for k in s.keyframes
    }
    assert all(odd_library.picture(key) for key in pictures)


def test_views_of_other_owners_share_the_decoder(odd_library: Library) -> None:
    assert odd_library.of(odd_library.owner).decoder is odd_library.decoder
