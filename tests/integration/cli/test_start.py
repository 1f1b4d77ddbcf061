"""What `scenedex search` imports: what it uses, and nothing that only other commands need."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenedex import open_library
from scenedex.store.database import Database
from scenedex.testing import shots_clip

UNUSED = {
    "av", "cv2", "scenedetect", "fastapi", "starlette", "uvicorn", "procrastinate", "httpx", "httpcore", "requests",
    "urllib3", "wordllama", "prometheus_client", "rapidocr", "faster_whisper", "torch", "onnx", "huggingface_hub",
    "psycopg_pool", "opentelemetry", "charset_normalizer", "multipart", "minify",
}  # fmt: skip

CODE = """
import json, sys
from scenedex.cli.start import run
try:
    run()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.usefixtures("shared_server")
def test_search_imports_nothing_that_it_does_not_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    clip = tmp_path / "red car.mp4"
    shots_clip(clip, [1.0, 1.0])
    with open_library() as library:
        library.add(clip)
    command = [sys.executable, "-c", CODE, "search", "red car", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert json.loads(done.stdout)["hits"], done.stderr
    imported = set(json.loads(done.stderr.splitlines()[-1]))
    assert {"scenedex", "psycopg", "numpy"} <= imported
    assert not imported & UNUSED


OPENING = """
import sys, time
from scenedex import open_library
assert "scenedex.library.core" not in sys.modules
from scenedex.store.database import Database
opened = Database.open
def watched(**named):
    ends = time.monotonic() + 30
    while "scenedex.embeddings.clip" not in sys.modules:  # the last of them
        assert time.monotonic() < ends, "it is not imported beside"
        time.sleep(0.01)
    assert {"scenedex.library.core", "scenedex.indexing.run"} <= set(sys.modules)
    return opened(**named)
Database.open = watched
with open_library(reading=True):
    pass
from scenedex.library import Library, restore_library
try:
    from scenedex.library import nothing
except ImportError:
    pass
else:
    raise AssertionError("there is nothing of that name")
"""


@pytest.mark.usefixtures("shared_server")
def test_a_library_is_imported_while_its_database_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(tmp_path / "home"))
    done = subprocess.run(
        [sys.executable, "-c", OPENING], capture_output=True, text=True, timeout=60, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr


class Reads:
    """A decoder that only says what became of it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def warm(self) -> None:
        self.heard.append("warm")

    def close(self) -> None:
        self.heard.append("close")


@pytest.mark.usefixtures("shared_server")
def test_what_cannot_be_imported_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told as what it is."""
    closed: list[Database] = []
    close, reads = Database.close, Reads()
    monkeypatch.setattr(Database, "close", lambda database: closed.append(database) or close(database))
    monkeypatch.setattr("scenedex.library.opening.decoder_of", lambda _: reads)
    monkeypatch.setitem(sys.modules, "scenedex.library.core", None)
    with pytest.raises(ImportError):
        open_library(tmp_path / "home", reading=True)
    assert len(closed) == 1
    assert reads.heard == ["warm", "close"]


LOOKED = """
import gc, time
import scenedex.cli.main
from scenedex.cli import start
start.STARTED_S = 0.5
def app():
    print(gc.isenabled())
    time.sleep(1.5)
    print(gc.isenabled())
scenedex.cli.main.app = app
start.run()
"""


def test_garbage_is_looked_for_once_a_command_has_begun() -> None:
    done = subprocess.run([sys.executable, "-c", LOOKED], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "False\nTrue\n"), done.stderr
