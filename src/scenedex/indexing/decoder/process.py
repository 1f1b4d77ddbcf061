"""The spawner as its parent sees it: started, asked for children, ended."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from scenedex.errors import DecoderStartError
from scenedex.indexing.decoder.confine import SCENEDEX

START_S = 120.0
"""For a Python that imports the decoders; a machine under load takes its time."""

END_S = 10.0

PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
"""Of the environment; all else, keys and passwords among it, stays here."""


class Spawner:
    """A warm process that forks children. For one thread at a time."""

    def __init__(self, module: str) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in kill()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", module, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._said,
                    pass_fds=[theirs.fileno()],
                    env=_environment(),
                    cwd="/",
                    start_new_session=True,  # Ctrl-C is for the parent alone
                )
            self._control.settimeout(START_S)
            if self._control.recv(16) != b"ready":
                raise OSError(self._last_words() or "it ended at once")
            self._control.settimeout(END_S)
        except OSError as exc:
            self.kill()
            raise DecoderStartError(
                f"The process that reads files cannot be started: {exc}. SCENEDEX_DECODER=here reads them without it."
            ) from exc
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Of the spawner, which leads the process group of its children."""
        assert self._process is not None
        return self._process.pid

    def lives(self) -> bool:
        """Whether it is still there."""
        return self._process is not None and self._process.poll() is None

    def child(self, memory_mb: int) -> tuple[int, int]:
        """A new child that may hold so much memory: the pipe that takes its requests, and the one that answers.

        Raises OSError.
        """
        theirs_in, requests = os.pipe()
        answers, theirs_out = os.pipe()
        try:
            socket.send_fds(self._control, [b"new %d" % memory_mb], [theirs_in, theirs_out])
        except BaseException:
            os.close(requests)
            os.close(answers)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return requests, answers

    def end(self) -> int:
        """End the child. Its exit status, the negative number of its signal, or STARVED. Raises OSError."""
        self._control.send(b"end")
        status = self._control.recv(16)
        if not status:
            raise OSError("The spawner is gone.")
        return int(status)

    def kill(self) -> None:
        """End the spawner and every child."""
        self._control.close()  # it ends its child by number then, and itself
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._said.close()

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read(100_000).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:500] if lines else ""


def _environment() -> dict[str, str]:
    """What Python needs to find the same modules, and nothing that is a secret."""
    found = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    places = [str(SCENEDEX.parent), *(one for one in sys.path if Path(one).is_absolute())]
    return {
        **found,
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # a process of several threads must not fork
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(places),
    }
