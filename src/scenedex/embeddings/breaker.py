"""Whether something that failed is asked again: a circuit breaker (Nygard, Release It!, 2007, chapter 5)."""

import time
from collections.abc import Callable

FAILURES = 3
"""Failures in a row after which it is left alone."""

PAUSE_S = 5.0
"""How long it is left alone at first; twice as long after each trial that fails."""

LONGEST_S = 30.0
"""How long it is left alone at most."""


class Breaker:
    """Counts failures in a row. Not locked: its owner calls it under a lock of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause_s = PAUSE_S
        self._until = 0.0
        self._trial = False

    def wait_s(self) -> float:
        """Seconds until it may be asked; 0 when it may be now. During a trial it is PAUSE_S for everybody else."""
        if self._failures < FAILURES:
            return 0.0
        return PAUSE_S if self._trial else max(0.0, self._until - self._clock())

    def begin(self) -> None:
        """It is being asked. After a pause this is the one trial that decides for all."""
        self._trial = self._failures >= FAILURES

    def succeeded(self) -> None:
        """It works: everything before is forgotten."""
        self._failures, self._pause_s, self._trial = 0, PAUSE_S, False

    def failed(self) -> None:
        """It failed, or did not answer in time. What was asked before it was left alone says nothing new."""
        if self._failures >= FAILURES and not self._trial:
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self._clock() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_S)
        self._trial = False

    def dropped(self) -> None:
        """Its turn did not come: that says nothing about it."""
        self._trial = False
