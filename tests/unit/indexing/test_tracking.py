"""What settles, what is gone, and what only seems to be."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.media import make_clip

from scenedex.indexing.listing import Listing, is_gone, list_files
from scenedex.indexing.tracking import Due, Patience, Tracker


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "films"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("clip") / "a.mp4", 0.2).read_bytes()


class Looker:
    """Lists a folder and looks, at times that are made up."""

    def __init__(self, *roots: Path, known: tuple[Path, ...] = ()) -> None:
        self.roots = roots
        self.tracker = Tracker(roots, Patience(settle_s=2, patience_s=60), known)
        self.now = 0.0

    def listing(self) -> Listing:
        return list_files(self.roots, (), set())

    def look(self, after_s: float, listing: Listing | None = None) -> Due:
        self.now += after_s
        due = self.tracker.look(listing or self.listing(), self.now)
        for path, mark in due.ready.items():
            self.tracker.dealt_with(path, mark)
        for path in due.gone:
            self.tracker.forget(path)
        return due


def test_a_file_is_due_once_when_it_has_settled(films: Path, film: bytes) -> None:
    looker, path = Looker(films), films / "a.mp4"
    path.write_bytes(film[:50])
    assert looker.look(0).waiting == 1
    path.write_bytes(film)
    assert not looker.look(1.9).ready
    due = looker.look(1.9)
    assert not due.ready
    assert due.next_s == pytest.approx(0.1)
    assert list(looker.look(0.2).ready) == [path]
    due = looker.look(100)
    assert (due.ready, due.waiting, due.next_s) == ({}, 0, None)
    path.write_bytes(film + bytes([0, 0, 0, 8]) + b"free")
    looker.look(1)
    assert list(looker.look(2).ready) == [path]


def test_half_a_film_waits_until_patience_ends(films: Path, film: bytes) -> None:
    looker, path = Looker(films), films / "a.mp4"
    path.write_bytes(film[:-20])
    looker.look(0)
    assert not looker.look(30).ready
    assert list(looker.look(31).ready) == [path]


def test_a_film_that_is_open_for_writing_waits(films: Path, film: bytes) -> None:
    looker, path = Looker(films), films / "a.mp4"
    with path.open("wb") as file:
        file.write(film)
        file.flush()
        looker.look(0)
        waiting = looker.look(10)
    assert list(looker.look(1).ready) == ([] if path in waiting.ready else [path])


def test_no_videos_and_loops_are_passed_over(films: Path) -> None:
    (films / "notes.txt").write_text("no film")
    (films / "empty.mp4").touch()
    (films / "loop").symlink_to(films)
    (films / "self.mp4").symlink_to(films / "self.mp4")
    os.mkfifo(films / "pipe.mp4")
    looker = Looker(films)
    looker.look(0)
    due = looker.look(5)
    assert (due.ready, due.waiting) == ({}, 0)


def test_what_is_removed_is_gone_once(films: Path, film: bytes) -> None:
    (films / "a.mp4").write_bytes(film)
    (films / "b.mp4").write_bytes(film)
    looker = Looker(films)
    looker.look(0)
    looker.look(3)
    (films / "a.mp4").unlink()
    assert looker.look(1).gone == ()
    due = looker.look(2)
    assert due.gone == (films / "a.mp4",)
    assert looker.look(10).gone == ()


def test_what_the_library_knows_and_is_not_there_is_gone(films: Path, film: bytes) -> None:
    (films / "b.mp4").write_bytes(film)
    looker = Looker(films, known=(films / "a.mp4", films / "b.mp4"))
    looker.look(0)
    assert looker.look(2).gone == (films / "a.mp4",)


def test_nothing_is_gone_with_its_folder(films: Path, film: bytes) -> None:
    (films / "a.mp4").write_bytes(film)
    looker = Looker(films)
    looker.look(0)
    looker.look(3)
    away = films.rename(films.with_name("elsewhere"))
    for _ in range(3):
        due = looker.look(10)
        assert (due.gone, due.ready) == ((), {})
    away.rename(films)
    due = looker.look(10)
    assert (due.gone, due.ready, due.waiting) == ((), {}, 0)


def test_nothing_is_gone_where_a_disk_is_not_mounted_at_the_start(films: Path) -> None:
    looker = Looker(films, known=(films / "a.mp4",))
    looker.look(0)
    assert looker.look(10).gone == ()
    (films / "other.txt").touch()  # so the folder is in use: then it is gone
    looker.look(10)
    assert looker.look(10).gone == (films / "a.mp4",)


def test_a_disk_below_that_goes_and_comes_back_under_another_number(films: Path, film: bytes) -> None:
    disk = films / "disk"
    disk.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (disk / name).write_bytes(film)
    looker = Looker(films)
    listing = looker.listing()
    numbered = replace(listing, devices={**listing.devices, disk: 4711})
    looker.look(0, numbered)
    looker.look(3, numbered)
    for name in ("a.mp4", "b.mp4"):
        (disk / name).rename(films.parent / name)
    assert looker.look(3).gone == ()  # what is left at its place is another file system
    assert looker.look(3).gone == ()
    (films.parent / "a.mp4").rename(disk / "a.mp4")
    looker.look(3)
    assert looker.look(3).gone == (disk / "b.mp4",)


def test_is_gone_only_where_the_file_system_says_so(films: Path) -> None:
    device = films.stat().st_dev
    assert is_gone(films / "a.mp4", films, device)
    assert is_gone(films / "b" / "c" / "a.mp4", films, device)
    assert not is_gone(films / "a.mp4", films, device + 1)
    assert not is_gone(films / ("x" * 300), films, device)  # refused, not denied
    assert not is_gone(films / "no" / "a.mp4", films / "no", device)
    (films / "a.mp4").symlink_to("nowhere")
    assert not is_gone(films / "a.mp4", films, device)


def test_subtitles_have_their_film_read_again(films: Path, film: bytes) -> None:
    (films / "a.mp4").write_bytes(film)
    (films / "other.mp4").write_bytes(film)
    looker = Looker(films)
    looker.look(0)
    looker.look(3)
    subtitles = films / "a.en.srt"
    subtitles.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
    assert looker.look(1).again == ()
    assert looker.look(3).again == (films / "a.mp4",)
    subtitles.unlink()
    looker.look(1)
    due = looker.look(3)
    assert (due.again, due.gone) == ((films / "a.mp4",), (subtitles,))
