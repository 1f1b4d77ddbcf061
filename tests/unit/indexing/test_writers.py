"""Who still writes a file."""

import signal
import sys
from pathlib import Path

import pytest

from scenedex.indexing.writers import being_written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell")


def test_a_file_that_is_open_for_writing(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    with film.open("wb") as file:
        file.write(b"x")
        file.flush()
        if being_written(film) is None:
            pytest.skip("this file system knows no leases")
        assert being_written(film) is True
    assert being_written(film) is False
    with film.open("rb"):
        assert being_written(film) is False


def test_asking_does_not_hinder_whoever_comes_to_write(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(b"x")
    before = signal.getsignal(signal.SIGIO)
    for _ in range(50):
        being_written(film)
        with film.open("ab") as file:
            file.write(b"y")
    assert film.stat().st_size == 51
    assert signal.getsignal(signal.SIGIO) is before


def test_what_is_no_file_cannot_be_told(tmp_path: Path) -> None:
    assert being_written(tmp_path / "nothing") is None
    assert being_written(tmp_path) in (None, False)
    assert being_written(Path("a\0b")) is None
