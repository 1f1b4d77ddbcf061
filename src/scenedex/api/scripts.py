"""The page's scripts as they are delivered: minified in memory when the first of them is asked for."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("minifier.py")

PATIENCE_S = 10.0
"""For a tenth of a second's work; a machine under load takes its time, and somebody waits for the page."""

PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "SYSTEMROOT")
"""Of the environment; keys and passwords stay here."""


class Scripts:
    """The modules in a folder. What cannot be minified is delivered as it is written, and the log says so once.

    Each module stays a file of its own, with its name and all that it exports. For several threads.
    """

    def __init__(self, folder: Path, *, as_written: bool = False, program: Path = PROGRAM) -> None:
        self._folder = folder
        self._as_written = as_written
        self._program = program
        # by source, so that a file that is changed is never answered with the old
        self._made: dict[bytes, bytes] = {}
        self._lock = Lock()

    def delivered(self, file: Path) -> bytes:
        """One module of the folder. Whoever comes first waits until all are minified, 10 s at most. Raises OSError."""
        source = file.read_bytes()
        if self._as_written:
            return source
        with self._lock:
            if source not in self._made:
                every = {source, *(path.read_bytes() for path in self._folder.rglob("*.js"))}
                new = [one for one in every if one not in self._made]
                made = {**self._made, **dict(zip(new, self._minified(new), strict=True))}
                self._made = {one: made[one] for one in every}
            return self._made[source]

    def _minified(self, sources: Sequence[bytes]) -> Sequence[bytes]:
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(self._program)],
                input=json.dumps([source.decode("utf-8") for source in sources]).encode("ascii"),
                capture_output=True,
                timeout=PATIENCE_S,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the server alone
                check=True,
            )
            made = [None if one is None else str(one).encode("utf-8") for one in json.loads(done.stdout)]
            pairs = list(zip(sources, made, strict=True))
        except (OSError, ValueError, TypeError, subprocess.SubprocessError) as exc:
            said = (
                exc.stderr.decode(errors="replace").strip()
                if isinstance(exc, subprocess.CalledProcessError)
                else ""
            )
            log.warning(
                "The page's scripts are sent as they are written, not minified: %s",
                said.rpartition("\n")[2] or exc,
            )
            return sources
        if refused := made.count(None):
            log.warning(
                "%d of the page's scripts are sent as they are written: the minifier cannot read them",
                refused,
            )
        return [source if one is None else one for source, one in pairs]
