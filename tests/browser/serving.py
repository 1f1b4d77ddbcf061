"""A server as its users start it, over the library of the demo film and `openreel_20shots`."""

import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 90


class Served:
    """`scenedex serve` over a library. It can be ended and begun again, at the same address."""

    def __init__(self, home: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._options = options
        self._env = {**os.environ, "SCENEDEX_HOME": str(home), "SCENEDEX_PROFILE": "mini", **(env or {})}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def scenedex(self, *words: str) -> str:
        """Run another command over the same library; what it printed."""
        command = [sys.executable, "-m", "scenedex", *words]
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Begin; returns when it answers."""
        command = [sys.executable, "-m", "scenedex", "serve", "--port", str(self._port), *self._options]
        with (self.home / "served.log").open("a") as log:
            self._process = subprocess.Popen(
                command, env=self._env, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        said = self._process.stdout.readline() if ready else ""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found, said + (self.home / "served.log").read_text()
        self._port = int(found[1])

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.terminate()
            self._process.terminate()  # the second signal breaks off what is under way
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(PATIENCE_S)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


@contextmanager
def serving(library: Path, folder: Path) -> Iterator[Served]:
    """A server over a copy of a library, which is made in this folder."""
    home = folder / "home"
    subprocess.run(["cp", "-a", library, home], check=True)
    server = Served(home)
    server.start()
    yield server
    server.stop()
