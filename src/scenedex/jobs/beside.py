"""A worker process beside the one that asks for it, which lives as long as that does."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Self

from scenedex.config import Settings
from scenedex.types import Stage

log = logging.getLogger(__name__)

PAUSES_S = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Before a worker that ended by itself is begun again: after the first time, the second ..."""

STOP_TIMEOUT_S = 60.0
"""How long a worker may take to end; then it is killed, and others find what it had in hand."""


class WorkerProcess:
    """`scenedex worker` as a child. One that dies is begun again; however this process ends, the child ends too.

    The child holds the other end of a pipe as its standard input: the kernel closes it when this process is gone.
    """

    def __init__(self, command: Sequence[str], env: dict[str, str]) -> None:
        self._command = list(command)
        self._env = env
        self._over = threading.Event()
        self._child = self._begun()
        self._thread = threading.Thread(target=self._watch, name="worker process", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Of the child that runs now."""
        return self._child.pid

    def close(self) -> None:
        """Let the worker give back what it cannot end soon, and wait for it."""
        self._over.set()
        self._child.terminate()
        try:
            self._child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun(self) -> "subprocess.Popen[bytes]":
        # a session of its own: Ctrl-C in the terminal is for this process, which then ends the child
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, env=self._env, start_new_session=True)

    def _watch(self) -> None:
        times = 0
        while True:
            status = self._child.wait()
            if self._child.stdin is not None:
                self._child.stdin.close()
            pause_s = PAUSES_S[min(times, len(PAUSES_S) - 1)]
            if not self._over.is_set():
                log.warning("the worker ended with status %d; it is begun again in %.0f s", status, pause_s)
            if self._over.wait(pause_s):
                return
            times += 1
            self._child = self._begun()


def spawn_worker(settings: Settings, *, stages: Sequence[Stage] = (), concurrency: int = 1) -> WorkerProcess:
    """Start a worker on the library of these settings; close it, or use it in a `with` block.

    `stages`: those that it takes jobs of; all without any.
    """
    command = [sys.executable, "-m", "scenedex", "worker", "--tied", "--concurrency", str(concurrency)]
    for stage in stages:
        command += ["--stages", stage]
    return WorkerProcess(command, os.environ | environment(settings))


def environment(settings: Settings) -> dict[str, str]:
    """The settings that were given, as environment variables; an empty one counts as none."""
    given = settings.model_dump(include=settings.model_fields_set)
    return {
        name.upper(): "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }
