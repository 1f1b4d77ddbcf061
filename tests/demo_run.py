"""`scenedex demo`, run once in a run of the tests: whoever asks first runs it, all processes share what came of it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.once import once

FILM = "scenedex-demo.mp4"


@dataclass(frozen=True)
class DemoRun:
    """What came of it. Nobody opens the library itself: `library` gives copies."""

    folder: Path

    @property
    def said(self) -> str:
        """What stood on stdout."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def film(self) -> Path:
        """The film that was drawn."""
        return self.folder / "home" / "demo" / FILM

    def library(self, home: Path) -> Path:
        """A copy of the library that it left, for one file of tests."""
        subprocess.run(["cp", "-a", self.folder / "home", home], check=True)
        return home


def demo_run(factory: pytest.TempPathFactory) -> DemoRun:
    """The one run of it."""

    def run(folder: Path) -> None:
        with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
            done = subprocess.run(
                [sys.executable, "-m", "scenedex", "demo"],
                env=os.environ | {"SCENEDEX_HOME": str(folder / "home")},
                stdout=out,
                stderr=err,
                timeout=250,
            )
        said = (folder / "stderr").read_text()
        assert done.returncode == 0, said
        assert "Traceback" not in said

    return DemoRun(once(factory, "demo", run))
