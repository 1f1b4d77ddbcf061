"""The shared collection of real films: indexed once, then held against what is known of it."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.media import shared_media

from scenedex import Library, open_library
from scenedex.config import read_settings
from scenedex.indexing.run import IndexReport
from scenedex.scenes.segment import sound_scenes
from scenedex.types import MAX_KEYFRAME_GAP_S, MAX_SCENE_S, Caption

CLOCK = re.compile(r"(\d+):(\d+):(\d+),(\d+)")

Collection = tuple[Library, IndexReport]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    media = shared_media()
    settings = read_settings().model_copy(update={"scenedex_decoder": "child"})
    with open_library(tmp_path_factory.mktemp("home"), settings=settings) as library:
        yield library, library.add(media / "video", media / "odd", media / "subs")


def outcomes(report: IndexReport) -> dict[str, str]:
    return {Path(file.path).name: file.outcome for file in report.files}


@pytest.mark.timeout(600)
def test_every_file_ends_in_a_stated_outcome(collection: Collection) -> None:
    _, report = collection
    media = shared_media()
    told = {file.path for file in report.files}
    for folder in ("video", "odd", "subs"):
        for path in (media / folder).iterdir():
            assert str(path.resolve()) in told
    for file in report.files:
        assert file.video_id or file.reason, file.path
        assert "itself failed" not in (file.reason or ""), file


def test_every_film_is_indexed(collection: Collection) -> None:
    _, report = collection
    films = [
        f for f in report.files if "/video/" in f.path and not f.path.endswith((".json", ".srt", ".ass"))
    ]
    assert len(films) == len(
        [p for p in (shared_media("video")).iterdir() if p.suffix not in (".json", ".srt", ".ass")]
    )
    assert {f.outcome for f in films} <= {"indexed", "unchanged", "warning"}, [
        f for f in films if not f.video_id
    ]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("syn_huge_dims.png", {"refused"}),
        ("syn_huge_dims.gif", {"refused"}),
        ("syn_zero_byte.mp4", {"refused"}),
        ("syn_random.mkv", {"refused"}),
        ("syn_trunc_moov_missing.mp4", {"refused"}),
        ("streamio_broken.mp4", {"refused"}),
        ("syn_jpeg_named.mp4", {"refused"}),
        ("syn_trunc_faststart_half.mp4", {"warning"}),
        ("syn_bitrot_middle.mp4", {"warning", "indexed"}),
        ("syn_8k_3frames.mp4", {"indexed"}),
        ("syn_one_frame.mp4", {"indexed"}),
        ("syn_audio_only.mp4", {"indexed"}),
        ("syn_audio_only.m4a", {"indexed"}),
        ("syn_no_extension", {"unchanged", "indexed"}),
        ("SYN_UPPER.MP4", {"unchanged", "indexed"}),
        ("syn_näme – 水 'quote' & $(x).mp4", {"unchanged", "indexed"}),
        ("moviepy_no_duration.webm", {"indexed", "warning"}),
    ],
)
def test_odd_files_end_as_they_should(collection: Collection, name: str, allowed: set[str]) -> None:
    assert outcomes(collection[1])[name] in allowed


def test_scenes_cover_every_video_exactly(collection: Collection) -> None:
    library, _ = collection
    videos = library.videos()
    assert len(videos) > 45
    for video in videos:
        _, scenes = library.show(str(video.id))
        assert scenes[0].start_s == 0.0, video.name
        assert scenes[-1].end_s == video.duration_s, video.name
        assert [s.index for s in scenes] == list(range(len(scenes)))
        for left, right in itertools.pairwise(scenes):
            assert left.end_s == right.start_s, video.name
        assert all(0 < scene.end_s - scene.start_s <= MAX_SCENE_S for scene in scenes), video.name
        if not any(scene.keyframes for scene in scenes):
            spans = [(scene.start_s, scene.end_s) for scene in scenes]
            assert spans == [(s.start_s, s.end_s) for s in sound_scenes(video.duration_s)], video.name
            continue
        for scene in scenes:
            assert scene.keyframes, video.name
            times = [keyframe.t_s for keyframe in scene.keyframes]
            assert times == sorted(times)
            assert all(scene.start_s <= t < scene.end_s for t in times), video.name
            edges = [scene.start_s, *times, scene.end_s]
            assert all(b - a <= MAX_KEYFRAME_GAP_S + 1e-6 for a, b in itertools.pairwise(edges)), video.name
            assert all(min(one.width, one.height) <= 384 for one in scene.keyframes), video.name


def test_keyframes_are_pictures_of_the_right_size(collection: Collection) -> None:
    library, _ = collection
    video, scenes = library.show("intel_car-detection.mp4")
    assert (video.width, video.height) == (768, 432)
    for scene in scenes:
        for keyframe in scene.keyframes:
            assert library.picture(keyframe.object_key)[:2] == b"\xff\xd8"
            assert min(keyframe.width, keyframe.height) == 384


def test_the_same_bytes_are_one_video_with_all_its_paths(collection: Collection) -> None:
    library, _ = collection
    video, _ = library.show("syn_no_extension")
    names = {Path(path).name for path in video.paths}
    assert names >= {"syn_no_extension", "SYN_UPPER.MP4", "syn_näme – 水 'quote' & $(x).mp4"}
    assert len([v for v in library.videos() if v.content_hash == video.content_hash]) == 1


def test_a_second_run_reads_nothing_again(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    library, first = collection

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a known file was read again")

    monkeypatch.setattr("scenedex.indexing.pipeline._scenes", forbidden)
    monkeypatch.setattr("scenedex.indexing.run.content_hash", forbidden)
    before = library.stats()
    again = library.add(shared_media("video"))
    assert {f.outcome for f in again.files if f.video_id} == {"unchanged"}
    after = library.stats()
    assert {k: v for k, v in after.items() if "bytes" not in k} == {
        k: v for k, v in before.items() if "bytes" not in k
    }
    assert first.offline == again.offline == ()


def srt_lines(path: Path) -> list[tuple[float, str]]:
    """Middle and text of each caption of a well-formed SubRip file."""
    found = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        _, times, *text = block.splitlines()
        seconds = [
            int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in CLOCK.findall(times)
        ]
        found.append((sum(seconds) / 2, "\n".join(text)))
    return found


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_line_of_the_reel_finds_its_scene(collection: Collection, language: str) -> None:
    library, _ = collection
    lines = srt_lines(shared_media("video") / f"openreel_20shots.{language}.srt")
    assert len(lines) >= 20
    for middle, text in lines:
        answer = library.search(text, videos=["openreel_20shots_subs_srt2_ass.mkv"])
        best = answer.hits[0]
        assert best.start_s <= middle < best.end_s, (text, best)
        assert best.band == "strong"


def lines(captions: list[Caption]) -> list[str]:
    return [caption.text for caption in captions]


FRIDAY = [
    "Hildy!",
    "How are you?",
    "Tell me, is the lord of the universe in?",
    "Yes, he's in - in a bad humor",
    "Somebody must've stolen the crown jewels",
]


@pytest.mark.parametrize("name", ["friday_movtext.mp4", "friday_srt.mkv"])
def test_captions_of_the_film_are_the_true_ones(collection: Collection, name: str) -> None:
    _, scenes = collection[0].show(name)
    seen: dict[tuple[float, str], Caption] = {
        (c.start_s, c.text): c for scene in scenes for c in scene.captions if c.origin == "embedded"
    }
    assert lines(sorted(seen.values(), key=lambda c: c.start_s)) == FRIDAY
    assert {c.language for c in seen.values()} == {"en"}


def test_what_is_not_there_is_not_found(collection: Collection) -> None:
    answer = collection[0].search("zymurgy quincunx floccinaucinihilipilification")
    assert answer.hits == ()
