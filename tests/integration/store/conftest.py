import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenedex.store.database import Database


@pytest.fixture
def disk_of(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make a disk of its own of a given size (`40m`)."""
    made: list[Path] = []

    def mount(size: str) -> Path:
        folder = tmp_path / f"disk{len(made)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("this account may not mount a small disk")
        made.append(folder)
        return folder

    yield mount
    for folder in made:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(disk_of: Callable[[str], Path]) -> Path:
    """A disk that holds 10 MB."""
    return disk_of("10m")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, clean_environment: None) -> Path:
    """A library that was made and closed, to be moved about."""
    home = tmp_path_factory.mktemp("made") / "library"
    with Database.open(url=None, home=home):
        pass
    return home


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of that library elsewhere."""

    def put(home: Path) -> Path:
        home.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", made, home], check=True)
        return home

    return put


@pytest.fixture
def library(copy: Callable[[Path], Path], home: Path) -> Path:
    return copy(home)
