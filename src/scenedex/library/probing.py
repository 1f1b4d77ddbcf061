"""Whether a library does what it is for, found out by doing it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scenedex.errors import EncoderError, EncoderTimeoutError, ScenedexError, StoreError, WeightsMissingError
from scenedex.library.showing import Showing
from scenedex.store.job_keeping import Depth, living_workers, queue_depth

log = logging.getLogger(__name__)

DEAD_AFTER_S = 30.0
"""A worker that has said nothing for so long is gone."""

Part = Literal["database", "queue", "text_encoder", "picture_encoder"]


@dataclass(frozen=True, slots=True)
class Probed:
    """One part of a library, tried."""

    part: Part
    trouble: str | None = None  #: a sentence for anybody: no address, no key, no path
    absent: bool = False  #: it is not there, and need not be: no weights, or switched off


class Probing(Showing):
    """A library that can be tried."""

    def probe(self) -> tuple[Probed, ...]:
        """Run the encoders of texts and pictures once, and ask database and queue. Takes as long as loading does."""
        return (
            _tried("database", self._ping),
            _tried("queue", self.queue),
            _tried("text_encoder", lambda: self._words.embed(["ready"])),
            _tried("picture_encoder", self._look),
        )

    def queue(self) -> tuple[list[Depth], int]:
        """How many jobs of each stage wait and run, over all owners; and how many workers live."""
        with self._database.operator() as tx:
            return queue_depth(tx), living_workers(tx, DEAD_AFTER_S)

    def answers(self) -> bool:
        """Whether the database does."""
        return _tried("database", self._ping).trouble is None

    def _ping(self) -> None:
        with self._database.ownerless() as tx:
            tx.execute("select 1 as alive")

    def _look(self) -> None:
        """A picture, and a text to find it by. Raises EncoderError."""
        if not self.settings.clip_enabled:
            raise WeightsMissingError("The visual channel is switched off.")
        eyes = self.equipment.visual(self.profile().visual)
        (seen,) = eyes.embed_pictures([np.full((64, 64, 3), 128, dtype=np.uint8)])
        if seen.error is not None:
            raise seen.error
        if eyes.embed(["ready"])[0] is None:
            raise EncoderError("The encoder has no vector for a plain word.")


def _tried(part: Part, do: Callable[[], object]) -> Probed:
    try:
        do()
    except WeightsMissingError:
        return Probed(part, absent=True)
    except Exception as exc:
        log.warning("the probe of the %s failed", part, exc_info=exc)
        return Probed(part, _said(exc))
    return Probed(part)


def _said(exc: Exception) -> str:
    """For anybody: what is behind it may name hosts and files, and is for the log."""
    if isinstance(exc, EncoderTimeoutError):
        return "It gave no answer in time."
    if isinstance(exc, StoreError):
        return "The database does not answer as it should."
    if isinstance(exc, ScenedexError):
        return f"It failed ({type(exc).__name__})."
    return "It failed."
