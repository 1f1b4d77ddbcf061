"""A thread beside the worker that looks after the queue as a whole: procrastinate retakes nothing of the dead."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol, Self

from scenedex.errors import ScenedexError
from scenedex.jobs.arrivals import sweep as sweep_arrivals
from scenedex.library import Library
from scenedex.store.job_keeping import forget_jobs, sweep_jobs

log = logging.getLogger(__name__)

FORGET_EVERY_S = 3600.0
RETAIN_EVERY_S = 3600.0
ARRIVALS_EVERY_S = 600.0


class Rules(Protocol):
    """What of a worker's options matters here; times in seconds."""

    @property
    def dead_after_s(self) -> float:
        """Without a heartbeat for so long, a worker is dead."""

    @property
    def max_deaths(self) -> int:
        """Workers that may die at a job before it has failed."""

    @property
    def sweep_s(self) -> float:
        """How often the dead are looked for."""


class Sweeper:
    """Sweeps while its `with` block runs. Several workers' sweepers do not get in one another's way."""

    def __init__(self, library: Library, rules: Rules, worker_id: Callable[[], int | None]) -> None:
        self._library = library
        self._database = library.database
        self._rules = rules
        self._worker_id = worker_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=60.0)

    def _run(self) -> None:
        forgotten = time.monotonic()
        retained = forgotten - RETAIN_EVERY_S
        arrivals_swept = forgotten - ARRIVALS_EVERY_S  # what a process left that died is looked for at once
        while not self._over.wait(self._rules.sweep_s):
            try:
                if found := self._swept():
                    log.warning("taken from workers that died: jobs %s", ", ".join(map(str, found)))
                if time.monotonic() - forgotten > FORGET_EVERY_S:
                    forgotten = time.monotonic()
                    forget_jobs(self._database)
                if time.monotonic() - retained > RETAIN_EVERY_S:
                    retained = time.monotonic()
                    self._retain()
                if time.monotonic() - arrivals_swept > ARRIVALS_EVERY_S:
                    arrivals_swept = time.monotonic()
                    sweep_arrivals(self._library)
            except OSError as exc:
                log.warning("the folder of uploads could not be swept: %s", exc)
            except ScenedexError as exc:
                log.info("jobs of dead workers could not be looked for: %s", exc)

    def _retain(self) -> None:
        for owner in self._library.owners_with_retention():
            gone = self._library.of(owner).apply_retention()
            if gone:
                log.info("rules of retention: %d videos forgotten, owner=%s", len(gone), owner)

    def _swept(self) -> list[int]:
        rules = self._rules
        return sweep_jobs(self._database, rules.dead_after_s, self._worker_id(), max_deaths=rules.max_deaths)
