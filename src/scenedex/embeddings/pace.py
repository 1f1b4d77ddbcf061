"""How many items go through a network together, and on how many threads: what is fastest on this machine.

It is found out while a video is indexed, at no cost of its own: whole batches take turns with the candidates, and the
fastest one is remembered for this model, runtime and processor. The usual pace stays unless another was clearly faster.
"""

import json
import logging
import os
import statistics
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenedex.inference.session import RUNS

log = logging.getLogger(__name__)

TURNS = 3
"""Batches that each candidate is timed with."""

LEAST = 16 * RUNS
"""Items of a batch that is timed: with fewer, in so many runs at once, candidates would do the same."""

CLEARLY = 0.95
"""Share of the usual time an item that a candidate must stay below in the median, and without it in each turn."""

MAX_BATCH, MAX_THREADS, MAX_BYTES = 64, 256, 1 << 18


@dataclass(frozen=True, slots=True)
class Pace:
    """How a network is fed."""

    batch: int = 8  #: items at once: on most CPUs more gain nothing
    threads: int = 0  #: 0: as many as it was opened with


USUAL = Pace()


class Paces:
    """What is remembered, in a file. One that is damaged, or says what cannot be, is as one that is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def find(self, key: str) -> Pace | None:
        """What was the fastest; None where that is not known."""
        return self.all().get(key)

    def all(self) -> dict[str, Pace]:
        """Everything remembered: model and machine to pace."""
        try:
            if not self._path.is_file() or self._path.stat().st_size > MAX_BYTES:
                return {}
            said = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        paces = said.get("paces") if isinstance(said, dict) else None
        read = {key: _pace(each) for key, each in paces.items()} if isinstance(paces, dict) else {}
        return {key: pace for key, pace in read.items() if pace is not None}

    def keep(self, key: str, pace: Pace) -> None:
        """Remember it. Where the file cannot be written, it is found out again next time."""
        with self._lock:
            known = {**self.all(), key: pace}
            self._write({name: asdict(each) for name, each in known.items()})

    def forget(self) -> int:
        """Forget everything; how many there were. Raises OSError."""
        count = len(self.all())
        self._path.unlink(missing_ok=True)
        return count

    def _write(self, paces: Mapping[str, Any]) -> None:
        aside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            aside.write_text(json.dumps({"paces": paces}, indent=1), "utf-8")
            aside.replace(self._path)
        except OSError as exc:
            log.info("%s cannot be written: %s", self._path, exc)
            with suppress(OSError):
                aside.unlink(missing_ok=True)


def _pace(said: Any) -> Pace | None:
    if not isinstance(said, dict):
        return None
    batch, threads = said.get("batch"), said.get("threads")
    if type(batch) is not int or type(threads) is not int:
        return None
    fits = 1 <= batch <= MAX_BATCH and 0 <= threads <= MAX_THREADS
    return Pace(batch, threads) if fits else None


def candidates(cpus: int) -> tuple[Pace, ...]:
    """What is tried on a machine with so many cores: the usual pace first."""
    batches = (Pace(4), Pace(16)) if cpus < 8 else (Pace(16), Pace(32))
    # two threads of a core share its arithmetic
    halves = (Pace(USUAL.batch, cpus // 2),) if cpus >= 4 else ()
    return (USUAL, *batches, *halves)


class Pacing:
    """The pace of one network. Safe in threads."""

    def __init__(self, paces: Paces, key: str, cpus: int) -> None:
        self._paces, self._key = paces, key
        self._lock = threading.Lock()
        self._chosen = paces.find(key)
        self._took: dict[Pace, list[float]] = {pace: [] for pace in candidates(cpus)}

    def next(self) -> Pace:
        """How the next batch is to be run: as known, or as the candidate that was timed least."""
        with self._lock:
            return self._chosen or min(self._took, key=lambda pace: len(self._took[pace]))

    def took(self, pace: Pace, items: int, seconds: float) -> None:
        """So many items took so long at this pace."""
        with self._lock:
            if self._chosen is not None or items < LEAST or pace not in self._took:
                return
            self._took[pace].append(seconds / items)
            # the first of each pays for what is loaded then
            if any(len(times) <= TURNS for times in self._took.values()):
                return
            self._chosen = fastest({pace: times[1:] for pace, times in self._took.items()})
        log.info("%s: batches of %d, threads: %d", self._key, self._chosen.batch, self._chosen.threads)
        self._paces.keep(self._key, self._chosen)


def fastest(took: Mapping[Pace, list[float]]) -> Pace:
    """The pace with the least median, where it is clearly faster than the usual one; else that."""
    medians = {pace: statistics.median(times) for pace, times in took.items()}
    best = min(medians, key=lambda pace: medians[pace])
    clearly = medians[best] < CLEARLY * medians[USUAL] and max(took[best]) < medians[USUAL]
    return best if clearly else USUAL
