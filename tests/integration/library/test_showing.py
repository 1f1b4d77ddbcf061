"""Videos and scenes by their ids."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.media import make_clip

from scenedex import Library, open_library
from scenedex.errors import NotFoundError

STRANGER = UUID("00000000-0000-0000-0000-0000000000ff")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("showing")
    # a file whose name is an id must not be taken for the video of that id
    make_clip(folder / "other.mp4", 0.5, 0.5).rename(folder / str(STRANGER))
    (folder / "film.en.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nHello.\n")
    (folder / "film.ko.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\n안녕.\n")
    make_clip(folder / "film.mp4", 0.6, 0.4)
    with open_library(folder / "home") as opened:
        opened.add(folder / "film.mp4", folder / str(STRANGER), complete=False)
        yield opened


@pytest.fixture
def film(library: Library) -> UUID:
    return library.show("film.mp4")[0].id


def test_an_id_is_no_file_name(library: Library, film: UUID) -> None:
    assert library.video(film).name == "film.mp4"
    assert library.show(str(STRANGER))[0].name == str(STRANGER)
    with pytest.raises(NotFoundError):
        library.video(STRANGER)


def test_pages(library: Library, film: UUID) -> None:
    page = library.page_of_videos(10)
    assert page.total == len(page.videos) == 2
    assert library.page_of_videos(1, 1).videos == page.videos[1:]
    assert library.listed_video(film) in page.videos
    scenes, count = library.page_of_scenes(film, 10)
    assert count == len(scenes) == 2
    assert library.page_of_scenes(film, 1, 1) == (scenes[1:], 2)
    assert [library.scene(scene.id) for scene in scenes] == scenes
    assert library.scene(scenes[0].id, captions=False).captions == ()


def test_captions_of_one_kind(library: Library, film: UUID) -> None:
    assert len(library.captions(film)) == 2
    assert [caption.text for caption in library.captions(film, language="ko")] == ["안녕."]
    assert library.captions(film, origin="speech") == []


def test_a_clip_of_a_scene(library: Library, film: UUID, tmp_path: Path) -> None:
    scenes, _ = library.page_of_scenes(film, 1)
    library.clip(scenes[0].id, tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").stat().st_size > 0


def test_nothing_of_another_owner(library: Library, film: UUID, tmp_path: Path) -> None:
    scene, other = library.show("film.mp4")[1][0].id, library.of(STRANGER)
    for asked in (film, uuid4()):
        for ask in (
            other.video,
            other.listed_video,
            other.captions,
            other.original,
            other.forget,
            other.retag,
        ):
            with pytest.raises(NotFoundError):
                ask(asked)
        with pytest.raises(NotFoundError):
            other.page_of_scenes(asked, 1)
    with pytest.raises(NotFoundError):
        other.scene(scene)
    with pytest.raises(NotFoundError):
        other.clip(scene, tmp_path / "clip.mp4")
    assert other.page_of_videos(10).videos == ()
    assert library.video(film)
