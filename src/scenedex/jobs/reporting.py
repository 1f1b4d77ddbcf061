"""What a running job says of itself: how far it is, for others to see, and whether it is to stop."""

import logging
import time
from collections.abc import Callable

from scenedex.errors import StoreError
from scenedex.jobs.endings import StoppedError
from scenedex.types import AnnotationOutcome, FileOutcome

log = logging.getLogger(__name__)

EVERY_S = 0.5
"""How often a step in which nothing else happens is written down."""


class Reporter:
    """Watches indexing and annotating, as whoever writes their progress down. Used by one thread."""

    def __init__(self, write: Callable[[str, float], None], stopped: Callable[[], bool]) -> None:
        self._write = write
        self._stopped = stopped
        self._step, self._share, self._at = "", 0.0, 0.0

    def found(self, files: int) -> None:
        """Nothing."""

    def start(self, path: str) -> None:
        """Nothing."""

    def step(self, step: str, done: float) -> None:
        """How far a step is. Raises StoppedError where the job is to stop."""
        if self._stopped():
            raise StoppedError
        share, now = round(min(max(done, 0.0), 1.0), 2), time.monotonic()
        if step == self._step and (share == self._share or now - self._at < EVERY_S):
            return
        self._step, self._share, self._at = step, share, now
        try:
            self._write(step, share)
        except StoreError as exc:  # the work matters more; it notices by itself
            log.warning("the progress of a job cannot be written: %s", exc)

    def finish(self, outcome: FileOutcome | AnnotationOutcome) -> None:
        """Nothing."""
