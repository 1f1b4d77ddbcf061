"""The sessions of a process: one for a file and its options, however many encoders use it."""

import functools
import os
import threading
from pathlib import Path

from scenedex.inference.session import RunOptions, Session


class Sessions:
    """The sessions of a process: one for a file and its options."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[tuple[Path, RunOptions], Session] = {}

    def open(self, path: Path, options: RunOptions | None = None) -> Session:
        """The session of that file; nothing is loaded yet."""
        key = (path.resolve(), options or RunOptions())
        with self._lock:
            return self._sessions.setdefault(key, Session(*key))

    def unload(self) -> None:
        """Give all memory back."""
        with self._lock:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.unload()


def process_sessions() -> Sessions:
    """The Sessions of this process; a child after a fork has its own, because threads do not survive one."""
    return _sessions_of(os.getpid())


@functools.lru_cache(maxsize=1)
def _sessions_of(pid: int) -> Sessions:
    return Sessions()
