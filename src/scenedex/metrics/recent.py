"""The latest searches and encoder runs of this process, in full: what a page shows of the last minutes.

The meters are sums over all owners since the process began; these know whose a search was, and when.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from scenedex.embeddings.watching import EncoderRun
from scenedex.metrics.meters import cause_of
from scenedex.types import Answer

WINDOW_S = 900.0
MOST = 10_000
"""Searches and runs that are kept, each."""


@dataclass(frozen=True, slots=True)
class _Search:
    at: float
    owner: UUID
    mode: str
    ms: float
    degraded: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How long searches took."""

    mode: str  #: `all`, or a mode
    searches: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recently:
    """What happened in the window."""

    speeds: tuple[Speed, ...]  #: of all first, then by mode
    degraded: dict[str, dict[str, int]]  #: channel to cause to searches from which it was left out


class Recent:
    """Safe in threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._searches: deque[_Search] = deque(maxlen=MOST)
        self._runs: deque[tuple[float, str]] = deque(maxlen=MOST)

    def search(self, owner: UUID, answer: Answer) -> None:
        """Somebody searched, and got this."""
        took = answer.took_ms.get("total", 0.0)
        left_out = tuple(cause_of(said) for said in answer.degraded)
        with self._lock:
            self._searches.append(_Search(self._clock(), owner, answer.plan.mode, took, left_out))

    def encoder(self, run: EncoderRun) -> None:
        """An encoder was asked."""
        with self._lock:
            self._runs.append((self._clock(), run.ending))

    def searches(self, owner: UUID | None = None) -> Recently:
        """Of an owner, or of all."""
        since = self._clock() - WINDOW_S
        with self._lock:
            found = [one for one in self._searches if one.at >= since and owner in (None, one.owner)]
        speeds = [_speed("all", [one.ms for one in found])] if found else []
        for mode in sorted({one.mode for one in found}):
            speeds.append(_speed(mode, [one.ms for one in found if one.mode == mode]))
        degraded: dict[str, Counter[str]] = {}
        for channel, cause in (each for one in found for each in one.degraded):
            degraded.setdefault(channel, Counter())[cause] += 1
        return Recently(
            speeds=tuple(speeds), degraded={name: dict(causes) for name, causes in degraded.items()}
        )

    def encoder_endings(self) -> dict[str, int]:
        """How often encoders were asked, by what became of it: done, timeout, paused, failed."""
        since = self._clock() - WINDOW_S
        with self._lock:
            return dict(Counter(ending for at, ending in self._runs if at >= since))


def _speed(mode: str, milliseconds: Sequence[float]) -> Speed:
    ordered = sorted(milliseconds)
    return Speed(
        mode=mode, searches=len(ordered), p50_ms=_quantile(ordered, 0.5), p95_ms=_quantile(ordered, 0.95)
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The least value that this share of all does not exceed."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
