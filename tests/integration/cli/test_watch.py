"""`scenedex watch` as a process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.media import make_clip


def test_a_watch_tells_and_ends(database_url: str, home: Path, tmp_path: Path) -> None:
    films = tmp_path.resolve() / "films"
    films.mkdir()
    make_clip(films / "new\nline.mp4", 0.2)
    (films / "notes.txt").write_text("no film")
    environment = os.environ | {"DATABASE_URL": database_url, "SCENEDEX_HOME": str(home)}
    command = [sys.executable, "-m", "scenedex", "watch", str(films), "--settle", "0.1", "--json"]
    watch = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert watch.stdout is not None
        first = json.loads(watch.stdout.readline())  # how it was at the start
        found = first if first["files"] else json.loads(watch.stdout.readline())
        (film,) = found["files"]
        assert (film["path"], film["outcome"]) == (str(films / "new\nline.mp4"), "indexed")
        (films / "new\nline.mp4").unlink()
        assert json.loads(watch.stdout.readline())["offline"] == [str(films / "new\nline.mp4")]
        watch.send_signal(signal.SIGTERM)
        _, said = watch.communicate(timeout=60)
    finally:
        watch.kill()
        watch.wait()
    assert watch.returncode == 130
    assert "hearing of changes" in said
    assert "Stopped." in said
    assert "Traceback" not in said


def test_a_watch_without_sense_is_refused(database_url: str, home: Path) -> None:
    environment = os.environ | {"DATABASE_URL": database_url, "SCENEDEX_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "scenedex", "watch", ""], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "which folder" in done.stderr
