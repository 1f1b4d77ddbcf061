"""A library through its life: files that are renamed, copied, changed, removed, captioned later."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.media import make_clip
from tests.unit.search.encoders import Hangs

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE
from scenedex.errors import NotFoundError, UsageError
from scenedex.library import searching


@pytest.fixture
def library(tmp_path: Path, shared_server: None) -> Iterator[Library]:
    with open_library(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return make_clip(folder / "holiday.mp4")


def outcome(library: Library, *paths: Path) -> list[tuple[str, str]]:
    return [(Path(f.path).name, f.outcome) for f in library.add(*paths).files]


def test_renamed_file_is_recognised(library: Library, clip: Path) -> None:
    assert outcome(library, clip.parent) == [("holiday.mp4", "indexed")]
    clip.rename(clip.with_name("summer.mp4"))
    assert outcome(library, clip.parent) == [("summer.mp4", "moved")]
    (video,) = library.videos()
    assert [Path(p).name for p in video.paths] == ["summer.mp4"]
    assert library.search("summer").hits
    assert not library.search("holiday").hits


def test_copy_adds_a_path(library: Library, clip: Path) -> None:
    library.add(clip)
    shutil.copy(clip, clip.with_name("copy.mp4"))
    assert ("copy.mp4", "unchanged") in outcome(library, clip.parent)
    (video,) = library.videos()
    assert {Path(p).name for p in video.paths} == {"holiday.mp4", "copy.mp4"}


def test_changed_file_is_indexed_anew(library: Library, clip: Path) -> None:
    library.add(clip)
    make_clip(clip, 1.5, 1.5)
    assert outcome(library, clip) == [("holiday.mp4", "indexed")]
    online = [v for v in library.videos() if not v.offline]
    assert len(online) == 1
    assert len(library.videos()) == 2


def test_file_that_is_gone_is_offline_and_comes_back(library: Library, clip: Path) -> None:
    library.add(clip.parent)
    away = clip.parent.parent / "away.mp4"
    clip.rename(away)
    report = library.add(clip.parent)
    assert [Path(p).name for p in report.offline] == ["holiday.mp4"]
    assert library.videos()[0].offline
    away.rename(clip)
    assert outcome(library, clip.parent) == [("holiday.mp4", "moved")]
    assert not library.videos()[0].offline


def test_sidecar_added_later_is_read_without_decoding(
    library: Library, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(clip)
    clip.with_suffix(".ko.srt").write_text(
        "1\n00:00:00,200 --> 00:00:01,000\n떡볶이를 먹자\n", encoding="cp949"
    )
    monkeypatch.setattr("scenedex.indexing.pipeline._scenes", None)
    assert outcome(library, clip.parent) == [("holiday.mp4", "indexed"), ("holiday.ko.srt", "indexed")]
    hit = library.search("떡볶이").hits[0]
    assert hit.channels["lexical"].text is not None
    assert "<mark>" in hit.channels["lexical"].text
    assert outcome(library, clip.parent) == [("holiday.mp4", "unchanged"), ("holiday.ko.srt", "unchanged")]
    _, scenes = library.show("holiday.mp4")
    assert [c.language for s in scenes for c in s.captions] == ["ko"]


def test_caption_that_straddles_a_cut_counts_for_both_scenes(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "two.mp4", 2.0, 2.0)
    clip.with_suffix(".srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nacross the border\n")
    library.add(clip)
    library.add(clip, force=True)
    _, scenes = library.show("two.mp4")
    assert [[c.text for c in s.captions] for s in scenes] == [["across the border"]] * 2
    assert {hit.scene for hit in library.search("across the border").hits} == {0, 1}
    assert library.videos()[0].caption_count == 1


@pytest.mark.parametrize(
    "name",
    [
        'it\'s $(x) & "more".mp4',
        "-rf.mp4",
        "水 – näme.mp4",
        "line\nbreak.mp4",
        os.fsdecode(b"bad\xff.mp4"),
        "[bold]x.mp4",
        "a%25b.mp4",
    ],
)
def test_a_file_name_is_data(library: Library, tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "plain.mp4")
    clip = clip.rename(tmp_path / name)
    (file,) = library.add(clip).files
    assert (file.outcome, file.path) == ("indexed", str(clip))
    assert library.videos()[0].paths == (str(clip),)
    assert library.show(str(clip))[0].name == name


def test_only_a_large_library_is_read_ahead(
    library: Library, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LARGE", 1)
    assert library.warm() == 0  # there is nothing in it
    clip.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,500\nA dog barks.\n")
    library.add(clip)
    assert library.warm() > 0
    monkeypatch.setattr(searching, "LARGE", 50_000)
    assert library.warm() == 0


@pytest.mark.usefixtures("shared_server")
def test_unrelated_queries_are_begun_once_all_of_a_video_is_found(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before: the decoder has the processors until then; and not after: the database has one of them."""
    monkeypatch.setenv("SCENEDEX_INDEX_AT_ONCE", "1")
    known: list[int] = []
    make_clip(clip.with_name("second.mp4"), 1.5, 1.5)
    with open_library(tmp_path / "home") as library:
        begun = "scenedex.library.core.begin_backgrounds"
        monkeypatch.setattr(begun, lambda *_: known.append(len(library.videos())))
        library.add(clip.parent)
        assert known == [0, 1]
        library.add(clip.parent)  # there is nothing new
        assert known == [0, 1]


def test_bad_requests(library: Library, clip: Path) -> None:
    library.add(clip)
    with pytest.raises(UsageError):
        library.search("   ")
    with pytest.raises(UsageError):
        library.search("x", limit=-1)
    with pytest.raises(NotFoundError):
        library.show("no such film.mp4")
    with pytest.raises(NotFoundError):
        library.search("x", videos=["no such film.mp4"])


def test_bad_paths_do_not_stop_good_ones(library: Library, clip: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    report = library.add(tmp_path / "nowhere", text, clip)
    assert [(Path(f.path).name, f.outcome, f.failed) for f in report.files] == [
        ("nowhere", "refused", True),
        ("notes.txt", "refused", True),
        ("holiday.mp4", "indexed", False),
    ]


def test_removed_video_is_forgotten(library: Library, clip: Path) -> None:
    library.add(clip)
    library.remove("holiday.mp4")
    assert library.videos() == []
    assert clip.exists()
    assert outcome(library, clip) == [("holiday.mp4", "indexed")]


def test_pictures_without_a_scene_are_swept_when_they_are_old(library: Library, clip: Path) -> None:
    library.add(clip)
    _, scenes = library.show("holiday.mp4")
    keys = {keyframe.object_key for scene in scenes for keyframe in scene.keyframes}
    library.remove("holiday.mp4")
    assert library.sweep() == 0
    objects = library.home / "objects"
    for picture in objects.rglob("*.jpg"):
        os.utime(picture, (0, 0))
    assert library.sweep() == len(keys)
    assert not list(objects.rglob("*.jpg"))


def test_a_sweep_takes_nothing_that_a_scene_names(library: Library, clip: Path) -> None:
    library.add(clip)
    for picture in (library.home / "objects").rglob("*.jpg"):
        os.utime(picture, (0, 0))
    assert library.sweep() == 0
    _, scenes = library.show("holiday.mp4")
    for scene in scenes:
        assert library.picture(scene.keyframes[0].object_key)


def test_a_copy_stays_a_copy_after_the_first_path_is_gone(library: Library, clip: Path) -> None:
    library.add(clip)
    moved = clip.rename(clip.with_name("b.mp4"))
    assert outcome(library, moved) == [("b.mp4", "moved")]
    shutil.copy(moved, clip.with_name("c.mp4"))
    assert ("c.mp4", "unchanged") in outcome(library, clip.parent)


def test_what_is_gone_is_said_once_and_a_moved_file_is_not_gone(library: Library, clip: Path) -> None:
    library.add(clip.parent)
    clip.rename(clip.with_name("b.mp4"))
    assert library.add(clip.parent).offline == ()
    clip.with_name("b.mp4").unlink()
    assert [Path(p).name for p in library.add(clip.parent).offline] == ["b.mp4"]
    assert library.add(clip.parent).offline == ()
    assert library.videos()[0].offline


def test_an_empty_file_that_promises_no_video_is_no_failure(library: Library, clip: Path) -> None:
    (clip.parent / "__init__.py").touch()
    (clip.parent / "half.mp4").touch()
    failed = {Path(f.path).name: f.failed for f in library.add(clip.parent).files}
    assert failed == {"holiday.mp4": False, "__init__.py": False, "half.mp4": True}


def test_the_library_does_not_look_for_videos_in_itself(tmp_path: Path, clip: Path) -> None:
    with open_library(tmp_path / "home") as library:
        clip.rename(tmp_path / "clip.mp4")
        seen = {Path(f.path).relative_to(tmp_path).parts[:2] for f in library.add(tmp_path).files}
    assert ("clip.mp4",) in seen
    assert (tmp_path / "home" / "pg").is_dir()
    assert (tmp_path / "home" / "objects").is_dir()
    assert not {("home", "pg"), ("home", "objects")} & seen


def test_an_empty_path_is_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="empty path"):
        library.add("")


@pytest.mark.usefixtures("shared_server")
def test_an_encoder_that_hangs_takes_its_channel_out(tmp_path: Path, clip: Path) -> None:
    """The encoder is let go after the search: one that waited for it would not come back."""
    clip.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nacross the border\n")
    settings = Settings(scenedex_home=tmp_path / "home", clip_text_embedding_timeout_s=0.2)
    with open_library(settings=settings) as library:
        library.add(clip)
        hanging = Hangs(WORDLLAMA_SPACE)
        library._words = hanging  # type: ignore[assignment]
        answer = library.search("border")
        assert [hit.video for hit in answer.hits] == ["holiday.mp4"]
        assert "transcript: the encoder gave no answer within 0.2 s" in answer.degraded
        assert (
            "transcript: the encoder is still busy with an earlier query" in library.search("border").degraded
        )
        hanging.go.set()
