"""A video's own file, and nothing in its place."""

import os
from pathlib import Path

import pytest
from tests.media import make_clip

from scenedex.errors import NotFoundError
from scenedex.library.originals import open_original
from scenedex.types import LOCAL_OWNER, KnownFile


def known(path: Path) -> KnownFile:
    there = path.stat()
    return KnownFile(
        path=str(path), video_id=LOCAL_OWNER, size_bytes=there.st_size, mtime_ns=there.st_mtime_ns
    )


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "film.mp4", 0.2)


def test_the_first_that_is_there(film: Path) -> None:
    gone = KnownFile(path=str(film.with_name("gone.mp4")), video_id=LOCAL_OWNER, size_bytes=1, mtime_ns=1)
    with open_original([gone, known(film)], "hash") as original:
        assert (original.path, original.content_hash) == (film, "hash")
        assert original.file.read() == film.read_bytes()
        assert original.size_bytes == film.stat().st_size
    assert original.file.closed


def test_what_lies_there_now_is_not_shown(film: Path) -> None:
    """Whoever can write into the folder could put a link to anything there."""
    was = known(film)
    secret = film.with_name("secret")
    secret.write_text("root:x:0:0")
    film.unlink()
    film.symlink_to(secret)
    with pytest.raises(NotFoundError, match="index it again"):
        open_original([was], "hash")


def test_a_file_that_changed_is_another_film(film: Path) -> None:
    was = known(film)
    os.utime(film, ns=(0, was.mtime_ns + 1))
    with pytest.raises(NotFoundError, match="index it again"):
        open_original([was], "hash")


def test_neither_folders_nor_pipes(tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (folder, pipe):
        with pytest.raises(NotFoundError):
            open_original([known(path)], "hash")


def test_what_is_nowhere_is_offline(film: Path) -> None:
    was = known(film)
    film.unlink()
    for files in ([was], []):
        with pytest.raises(NotFoundError, match="offline"):
            open_original(files, "hash")
