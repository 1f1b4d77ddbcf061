"""How long the steps of one search took; each is a span of its trace."""

import time

from scenedex.tracing import spent

STEPS = ("router", "encode", "retrieve", "rerank")


class Clock:
    """Begins when it is made. A step that is done more than once is added up."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps = dict.fromkeys(STEPS, 0.0)

    def lap(self, step: str) -> None:
        """What passed since the last step was this one."""
        now = time.perf_counter()
        spent(f"search.{step}", now - self._last)
        self._laps[step] = round(self._laps[step] + (now - self._last) * 1000, 3)
        self._last = now

    def total(self) -> dict[str, float]:
        """Milliseconds of each step, and `total`."""
        return {**self._laps, "total": round((time.perf_counter() - self._began) * 1000, 3)}
