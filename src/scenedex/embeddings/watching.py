"""What encoders did, told to whoever watches: how a server counts them without their knowing of counters."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scenedex.types import Modality

log = logging.getLogger(__name__)

Ending = Literal["done", "timeout", "paused", "failed"]
"""`paused`: it was not asked, because it hangs or has failed too often lately."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRun:
    """What became of one query, or of one picture."""

    task: Literal["query", "picture"]
    modality: Modality  #: of the space
    ending: Ending
    seconds: float  #: from asking to the answer, or to giving up


Watcher = Callable[[EncoderRun], None]


class Watchers:
    """Calls all who watch. What one of them raises is logged, and disturbs nobody."""

    def __init__(self) -> None:
        self._all: list[Watcher] = []

    def add(self, watcher: Watcher) -> None:
        """From now on it is told, from any thread."""
        self._all.append(watcher)

    def __call__(self, run: EncoderRun) -> None:
        """Tell them."""
        for watcher in self._all:
            try:
                watcher(run)
            except Exception:
                log.exception("a run of an encoder is not counted")


def ignore(run: EncoderRun) -> None:
    """Nobody watches."""
