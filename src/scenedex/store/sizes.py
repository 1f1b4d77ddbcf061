"""How large spaces are: what decides how a search goes. In a large library it is remembered for a while."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

LARGE = 50_000
"""Scenes from which on sizes are remembered: to sum them up reads the row of every video."""

KEPT_S = 30.0


class Size(NamedTuple):
    """How much of a space a search has before it."""

    vectors: float
    scenes: float  #: of all videos, whether they have vectors there or not
    total: float  #: vectors of all owners, about; −1 for unknown

    @property
    def per_scene(self) -> float:
        """Vectors of a scene, on the mean."""
        return self.vectors / self.scenes if self.scenes else 1.0


class KnownSizes:
    """Sizes of the spaces of each owner, as they were up to KEPT_S ago. Safe in threads.

    A search is right whatever they say; they decide which of its ways is the quicker one.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[UUID, tuple[float, Mapping[int, Size]]] = {}

    def find(self, owner: UUID) -> Mapping[int, Size] | None:
        """By space id, and under 0 that of all scenes; None where they have to be asked for."""
        with self._lock:
            until, sizes = self._known.get(owner, (0.0, {}))
            return sizes if sizes and self._now() < until else None

    def keep(self, owner: UUID, sizes: Mapping[int, Size]) -> None:
        """Remember them, where the library is large."""
        with self._lock:
            for gone in [each for each, (until, _) in self._known.items() if until <= self._now()]:
                del self._known[gone]
            if sizes[0].scenes >= LARGE:
                self._known[owner] = (self._now() + KEPT_S, sizes)
