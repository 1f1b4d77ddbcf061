"""What TensorRT has built engines for. An input whose shape no engine takes makes it build one: for minutes."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scenedex.inference.tensors import Feeds

log = logging.getLogger(__name__)

BUILD_S = 3600.0
"""How long the first input of a shape may take."""

TELL_S = 15.0
"""How often it is told that the building goes on."""


class BuiltShapes:
    """Smallest and largest shape of each input so far: ONNX Runtime widens its engine to hold both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ranges: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    def lacks(self, feeds: Feeds) -> bool:
        """Whether an input has a shape outside of what was built."""
        with self._lock:
            return any(not self._holds(name, array.shape) for name, array in feeds.items())

    @contextmanager
    def building(self, name: str, feeds: Feeds) -> Iterator[None]:
        """Around the run that builds: it is announced, and told of while it lasts; what failed is not built."""
        shapes = ", ".join(str(array.shape) for array in feeds.values())
        log.info("TensorRT builds the engine of %s for %s: this may take minutes, once", name, shapes)
        began, over = time.monotonic(), threading.Event()

        def tell() -> None:
            while not over.wait(TELL_S):
                log.info("TensorRT still builds the engine of %s: %.0f s", name, time.monotonic() - began)

        threading.Thread(target=tell, daemon=True, name="building").start()
        try:
            yield
        finally:
            over.set()
        log.info("TensorRT has the engine of %s after %.0f s", name, time.monotonic() - began)
        self._widen(feeds)

    def _widen(self, feeds: Feeds) -> None:
        with self._lock:
            for name, array in feeds.items():
                low, high = self._ranges.get(name, (array.shape, array.shape))
                self._ranges[name] = (
                    tuple(map(min, low, array.shape)),
                    tuple(map(max, high, array.shape)),
                )

    def _holds(self, name: str, shape: tuple[int, ...]) -> bool:
        low, high = self._ranges.get(name, ((), ()))
        return len(low) == len(shape) and all(
            least <= size <= most for least, size, most in zip(low, shape, high, strict=True)
        )
