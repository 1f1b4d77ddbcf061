"""How runs of jobs end and how long they take, told to whoever counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from scenedex.jobs.endings import FinalError, LostError, StoppedError, TryAgainError
from scenedex.types import Stage

Ending = Literal["done", "again", "failed", "stopped", "lost"]
"""`again`: it failed and will be tried again. `lost`: another worker had it by then."""

Counter = Callable[[Stage, Ending, float], None]
"""Stage, ending, and seconds."""

ENDINGS: tuple[tuple[type[BaseException], Ending], ...] = (
    (TryAgainError, "again"),
    (FinalError, "failed"),
    (StoppedError, "stopped"),
    (LostError, "lost"),
)


def ignore(stage: Stage, ending: Ending, seconds: float) -> None:
    """Nobody counts."""


@contextmanager
def counted(count: Counter, stage: Stage) -> Iterator[None]:
    """Count the run of a job in the block."""
    began = time.monotonic()
    ending: Ending = "done"
    try:
        yield
    except BaseException as exc:
        ending = next((word for kind, word in ENDINGS if isinstance(exc, kind)), "failed")
        raise
    finally:
        count(stage, ending, time.monotonic() - began)
