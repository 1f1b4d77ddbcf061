"""Something that may take long, asked often: one at a time, its answer kept for a moment, and nobody waits for ever."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Pulse(Generic[_T]):
    """Safe in threads. However many ask, one thread at most is asking."""

    def __init__(
        self,
        ask: Callable[[], _T],
        *,
        fresh_s: float = 1.0,
        wait_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """An answer is kept for `fresh_s`; who asks waits no longer than `wait_s`."""
        self._ask, self._fresh_s, self._wait_s, self._clock = ask, fresh_s, wait_s, clock
        self._changed = threading.Condition()
        self._running = False
        self._answer: _T | None = None
        self._answered_at: float | None = None

    def __call__(self) -> _T | None:
        """The answer; None where it does not come in time, or where asking failed."""
        with self._changed:
            if self._is_fresh():
                return self._answer
            self._start()
            self._changed.wait_for(lambda: not self._running, self._wait_s)
            return self._answer if self._is_fresh() else None

    def _is_fresh(self) -> bool:
        return self._answered_at is not None and self._clock() - self._answered_at < self._fresh_s

    def _start(self) -> None:
        if self._running:
            return
        try:
            threading.Thread(target=self._run, daemon=True, name="pulse").start()
            self._running = True
        except RuntimeError:  # no more threads on this machine: that is an answer, too
            log.warning("no thread can be started")

    def _run(self) -> None:
        found: _T | None = None
        try:
            found = self._ask()
        except Exception:
            log.exception("a probe failed")
        with self._changed:
            self._answer, self._answered_at = found, self._clock()
            self._running = False
            self._changed.notify_all()
