"""Files are read in child processes: what becomes of a child is an outcome of its file, and of nothing else."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

from scenedex.errors import DecoderStartError
from scenedex.indexing.decoder.child_reading import ChildReading, Order
from scenedex.indexing.decoder.process import Spawner
from scenedex.scenes.plugged import BUILT_IN
from scenedex.types import Limits

OURS = "scenedex.indexing.decoder"
GRACE_S = 10.0
"""Beyond its limits of time, within which a child says itself what took too long."""


MAX_IDLE = 4
"""Spawners that wait for the next file; each holds some 60 MB."""


class Children:
    """A `scenedex.indexing.reading.Decoder`: each file is read by a process that is made for it and ends with it.

    Safe in threads, each of which has a child of its own. Close it when nothing is being read any more.
    """

    def __init__(
        self, scratch: Path, memory_mb: int, *, module: str = OURS, grace_s: float = GRACE_S
    ) -> None:
        self._scratch, self._memory_mb, self._module, self._grace_s = scratch, memory_mb, module, grace_s
        self._idle: list[Spawner] = []
        self._starting: list[Future[Spawner]] = []
        self._closed = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Begin to start a process for the next file, where none waits: importing the decoders takes most of a second.

        Returns at once; what goes wrong is said by whoever reads that file.
        """
        with self._lock:
            if self._closed or self._idle or self._starting:
                return
            coming: Future[Spawner] = Future()
            self._starting.append(coming)
        threading.Thread(target=self._start, args=[coming], daemon=True, name="spawner").start()

    def _start(self, coming: Future[Spawner]) -> None:
        try:
            coming.set_result(Spawner(self._module))
        except BaseException as exc:  # noqa: BLE001 - raised again by whoever lends it
            coming.set_exception(exc)

    @contextmanager
    def reading(self, path: Path, limits: Limits, detector: str = "") -> Iterator[ChildReading]:
        """A file, open in a child. A detector that is a plug-in is imported there before the file is opened.

        Raises MediaError, among them DecoderDiedError for a child that crashed, was killed, or had to be ended; and
        DecoderStartError where no child can be started.
        """
        order = Order(
            path=path.absolute(),
            scratch=self._scratch.absolute(),
            limits=limits,
            memory_mb=self._memory_mb,
            grace_s=self._grace_s,
            detector="" if detector in BUILT_IN else detector,
        )
        spawner, fit = self._lend(), False
        try:
            reading = ChildReading(spawner, order)
            try:
                reading.open()
                yield reading
            finally:
                fit = reading.close()
        finally:
            if fit:
                self._take_back(spawner)
            else:
                spawner.kill()

    def close(self) -> None:
        """End the processes that wait for files."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
            starting, self._starting = self._starting, []
        for coming in starting:
            with suppress(DecoderStartError):
                idle.append(coming.result())
        for spawner in idle:
            spawner.kill()

    def _lend(self) -> Spawner:
        while True:
            with self._lock:
                spawner = self._idle.pop() if self._idle else None
                coming = self._starting.pop() if spawner is None and self._starting else None
            if spawner is None:
                return coming.result() if coming else Spawner(self._module)
            if spawner.lives():
                return spawner
            spawner.kill()

    def _take_back(self, spawner: Spawner) -> None:
        with self._lock:
            keep = not self._closed and len(self._idle) < MAX_IDLE
            if keep:
                self._idle.append(spawner)
        if not keep:
            spawner.kill()
