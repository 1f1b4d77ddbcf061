"""Folders in which things happen, and a library that keeps up with them."""

import contextlib
import errno
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scenedex import Library, open_library
from scenedex.errors import StoreError, UsageError
from scenedex.indexing.tracking import Patience
from scenedex.library.living import Looked, Watching, WatchOptions
from scenedex.store.embedded import EmbeddedServer
from scenedex.testing import Clip, shots_clip

PATIENCE_S = 120.0
SOON = Patience(settle_s=0.2, patience_s=600)

ODD = (b"caf\xe9.mp4", b"new\nline.mp4", b"-x.mp4", "영화.mp4".encode(), b"[a] *?.mp4", b"a" * 200 + b".mp4")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    shots_clip(path, [0.4, 0.4], Clip(size=(48, 32), captions=((0.0, 0.3, "Hello there"),)))
    return path.read_bytes()


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "films"
    folder.mkdir()
    return folder


@pytest.fixture
def new_library(
    server: EmbeddedServer, new_database: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[[], Library]]:
    with contextlib.ExitStack() as open_ones:

        def make() -> Library:
            name = new_database("scenedex")
            url = f"postgresql://scenedex_owner@/{name}?host={server.data}&port=5432"
            return open_ones.enter_context(open_library(tmp_path / name, url=url))

        yield make


def number(film: bytes, n: int) -> bytes:
    """A film of the same pictures, and another content."""
    return film + (16).to_bytes(4, "big") + b"free" + n.to_bytes(8, "big")


def online(library: Library) -> dict[str, Any]:
    """What a library holds of what is there, by content."""
    found = {}
    for video in library.videos():
        if not video.offline:
            _, scenes = library.show(str(video.id))
            found[video.content_hash] = {
                "paths": set(video.paths),
                "scenes": [(s.index, s.start_s, s.end_s, len(s.keyframes)) for s in scenes],
                "captions": [[(c.origin, c.language, c.start_s, c.text) for c in s.captions] for s in scenes],
            }
    return found


@contextmanager
def running(watching: Watching) -> Iterator[list[Looked]]:
    """A watch that runs in a thread; what it told."""
    told: list[Looked] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            watching.run(told.append)
        except BaseException as exc:
            failures.append(exc)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield told
    finally:
        watching.stop()
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not failures


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


class Chaos:
    """What people and programs do to folders, at random."""

    def __init__(self, folder: Path, film: bytes, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.film = film
        self.folders = [folder, folder / "a", folder / "a" / "deep", folder / "b"]
        for place in self.folders:
            place.mkdir(exist_ok=True)
        (folder / "a" / "loop").symlink_to(folder)
        self.files: list[Path] = []
        self.half: list[tuple[Path, bytes, Any]] = []
        self.names = 0

    def place(self) -> Path:
        self.names += 1
        folder = self.random.choice(self.folders)
        if self.random.random() < 0.15:
            name = f"{self.names} ".encode() + self.random.choice(ODD)
            return Path(os.fsdecode(os.fsencode(folder) + b"/" + name[:240]))
        return folder / f"{self.names:03d}.mp4"

    def content(self) -> bytes:
        return number(self.film, self.random.randrange(16))

    def drop(self) -> None:
        path, content = self.place(), self.content()
        if self.random.random() < 0.3:  # half of it, by a program that keeps it open, or that comes back
            file = path.open("wb")
            file.write(content[: len(content) // 2])
            file.flush()
            if self.random.random() < 0.5:
                file.close()
            self.half.append((path, content, file))
        else:
            path.write_bytes(content)
            self.files.append(path)
        if self.random.random() < 0.2:
            text = f"1\n00:00:00,100 --> 00:00:00,300\nSpoken {self.names}\n"
            path.with_suffix(".en.srt").write_text(text)

    def complete(self) -> None:
        if self.half:
            path, content, file = self.half.pop(self.random.randrange(len(self.half)))
            if file.closed:
                file = path.open("ab")
            with file:
                file.write(content[len(content) // 2 :])
            self.files.append(path)

    def move(self) -> None:
        if self.files:
            at = self.random.randrange(len(self.files))
            self.files[at] = self.files[at].rename(self.place())

    def replace(self) -> None:
        if self.files:
            path = self.random.choice(self.files)
            if self.random.random() < 0.5:
                path.write_bytes(self.content())
            else:
                beside = path.with_name(f".{self.names}.new")
                beside.write_bytes(self.content())
                beside.replace(path)

    def swap(self) -> None:
        if len(self.files) > 1:
            one, other = self.random.sample(self.files, 2)
            aside = one.with_name(".aside")
            one.rename(aside)
            other.rename(one)
            aside.rename(other)

    def delete(self) -> None:
        if self.files:
            self.files.pop(self.random.randrange(len(self.files))).unlink()

    def link(self) -> None:
        if self.files:
            path = self.place()
            path.hardlink_to(self.random.choice(self.files))
            self.files.append(path)

    def move_folder(self) -> None:
        folder = self.folders[2]
        self.names += 1
        self.folders[2] = folder.rename(folder.with_name(f"deep{self.names}"))
        self.files = [self.folders[2] / p.name if p.parent == folder else p for p in self.files]
        self.half = [(self.folders[2] / p.name if p.parent == folder else p, c, f) for p, c, f in self.half]

    def play(self, dropped: int, pause: Callable[[int], None]) -> None:
        others = [self.complete, self.move, self.replace, self.delete, self.link, self.swap]
        for turn in range(dropped):
            self.drop()
            for _ in range(self.random.randrange(3)):
                self.random.choice(others)()
            if turn % 20 == 19:
                self.move_folder()
            pause(turn)
        while self.half:
            self.complete()


@pytest.mark.parametrize(("poll", "files", "seed"), [(False, 200, 1), (True, 40, 2)], ids=["inotify", "poll"])
def test_the_library_ends_equal_to_a_fresh_index(
    films: Path, film: bytes, new_library: Callable[[], Library], poll: bool, files: int, seed: int
) -> None:
    chaos = Chaos(films, film, seed)
    options = WatchOptions(poll=poll, poll_s=0.2, rescan_s=5, patience=SOON)
    watched, fresh = new_library(), new_library()
    watching = watched.watch_folders(films, options=options, complain=lambda text: None)
    assert watching.polls is poll
    with running(watching) as told:
        # a pause now and then, so that some of what happens is seen halfway
        chaos.play(files, lambda turn: time.sleep(0.3 if turn % 25 == 24 else 0.0))
        fresh.add(films)
        expected = online(fresh)
        eventually(lambda: online(watched) == expected)
    assert online(watched) == expected
    assert {str(path) for path in chaos.files} == {p for one in expected.values() for p in one["paths"]}
    reasons = [outcome.reason or "" for looked in told for outcome in looked.files]
    assert not any("cut off" in reason for reason in reasons)  # no half film was taken for a whole one


def test_a_move_is_known_without_reading_the_film(
    films: Path, film: bytes, new_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = new_library()
    (films / "a.mp4").write_bytes(film)
    library.add(films)
    monkeypatch.setattr("scenedex.indexing.run.content_hash", lambda *_: pytest.fail("the film was read"))
    (films / "a.mp4").rename(films / "b.mp4")
    (films / "c.mp4").hardlink_to(films / "b.mp4")
    outcomes = {Path(f.path).name: f.outcome for f in library.add(films).files}
    assert outcomes == {"b.mp4": "moved", "c.mp4": "unchanged"}
    (video,) = library.videos()
    assert {Path(path).name for path in video.paths} == {"b.mp4", "c.mp4"}


def test_another_film_with_the_inode_size_and_time_of_one_that_is_gone_is_read(
    films: Path, film: bytes, new_library: Callable[[], Library]
) -> None:
    library = new_library()
    first, second = films / "a.mp4", films / "b.mp4"
    first.write_bytes(number(film, 1))
    library.add(films)
    second.write_bytes(number(film, 2))
    shutil.copystat(first, second)
    assert second.stat().st_mtime_ns == first.stat().st_mtime_ns
    first.unlink()
    with library.transaction() as tx:  # as another disk may have it
        tx.execute(
            "update files set inode = %(inode)s where owner_id = %(owner)s", {"inode": second.stat().st_ino}
        )
    library.add(films)
    assert sorted(Path(path).name for video in library.videos() for path in video.paths) == ["b.mp4"]
    assert len(library.videos()) == 2


def test_what_happened_meanwhile_is_made_up_for(
    films: Path, film: bytes, new_library: Callable[[], Library]
) -> None:
    library = new_library()
    for n in range(3):
        (films / f"{n}.mp4").write_bytes(number(film, n))
    library.add(films)
    (films / "0.mp4").rename(films / "moved.mp4")
    (films / "1.mp4").unlink()
    (films / "2.mp4").write_bytes(number(film, 7))
    watching = library.watch_folders(films, options=WatchOptions(patience=Patience(settle_s=0)))
    looked = watching.look()
    found = {Path(f.path).name: f.outcome for f in looked.files}
    assert found == {"moved.mp4": "moved", "2.mp4": "indexed"}
    assert [Path(path).name for path in looked.offline] == ["1.mp4"]
    assert len(library.videos()) == 4  # nothing is lost by itself
    assert watching.look().quiet


def test_a_folder_that_is_away_takes_nothing_with_it(
    films: Path, film: bytes, new_library: Callable[[], Library]
) -> None:
    library = new_library()
    (films / "a.mp4").write_bytes(film)
    complaints: list[str] = []
    options = WatchOptions(poll=True, poll_s=0.05, patience=SOON)
    with running(library.watch_folders(films, options=options, complain=complaints.append)) as told:
        assert eventually(lambda: any(looked.files for looked in told))
        away = films.rename(films.with_name("away"))
        assert eventually(lambda: bool(complaints))
        (away / "b.mp4").write_bytes(number(film, 1))
        away.rename(films)
        assert eventually(lambda: len(library.videos()) == 2)
    assert not any(video.offline for video in library.videos())
    assert not any(looked.offline for looked in told)
    assert "stay as they are" in complaints[0]


def test_an_outage_is_waited_out(
    films: Path, film: bytes, new_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = new_library()
    (films / "a.mp4").write_bytes(film)
    add = library.add
    failures = [OSError(errno.EIO, "Input/output error"), StoreError("The database went away.")]

    def fails_once(*paths: Path, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return add(*paths, **options)

    monkeypatch.setattr(library, "add", fails_once)
    monkeypatch.setattr("scenedex.library.living.RETRY_S", 0.1)
    complaints: list[str] = []
    options = WatchOptions(patience=SOON)
    with running(library.watch_folders(films, options=options, complain=complaints.append)):
        assert eventually(lambda: len(library.videos()) == 1)
    assert any("went away" in complaint for complaint in complaints)
    assert any("Input/output error" in complaint for complaint in complaints)


def test_without_the_extra_folders_are_looked_at(
    films: Path, new_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "watchdog.observers", None)
    complaints: list[str] = []
    watching = new_library().watch_folders(films, complain=complaints.append)
    assert watching.polls
    assert "pip install 'scenedex[watch]'" in complaints[0]


def test_what_makes_no_sense_is_refused(films: Path, new_library: Callable[[], Library]) -> None:
    library = new_library()
    for paths in ((), ("",), (library.home / "objects",)):
        with pytest.raises(UsageError):
            library.watch_folders(*paths)
    with pytest.raises(UsageError):
        library.watch_folders(films, options=WatchOptions(poll_s=0))
    assert library.watch_folders(films, films / "a", films).roots == (films,)
