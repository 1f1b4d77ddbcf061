"""All jobs of an owner, watched: how they are, then what changes."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from scenedex.library import Library
from scenedex.store.job_changes import changes, first_look, job_counts, latest_event
from scenedex.types import Job, JobState

COUNT_EVERY_S = 2.0
"""Jobs are counted no more often than this, and only when some have moved."""

REMEMBERED = 2_000
"""Jobs whose last state is known to a watcher; one that is forgotten is told once more."""

FAR = 1_000
"""Who comes back after more events than this is told all again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What there is to tell."""

    number: int  #: who comes back with it is told what came after
    whole: bool = False  #: `jobs` are all that count now, not changes
    jobs: tuple[Job, ...] = ()
    counts: dict[JobState, int] | None = None  #: where they changed


@dataclass
class Watch:
    """One who watches. For one thread at a time; each look is a transaction of its own and raises StoreError."""

    library: Library
    clock: Callable[[], float] = time.monotonic
    _number: int = 0
    _known: OrderedDict[int, Job] = field(default_factory=OrderedDict)
    _counts: dict[JobState, int] = field(default_factory=dict)
    _counted_at: float = 0.0
    _stale: bool = False

    def first(self, since: int | None = None) -> Look:
        """How all is; or what came after event `since`, where that is not too long ago."""
        with self.library.transaction() as tx:
            latest = latest_event(tx)
        if since is not None and latest - FAR <= since <= latest:
            self._number, self._stale = since, True
            return self.next()
        return self._whole()

    def next(self) -> Look:
        """What has changed since the last look."""
        with self.library.transaction() as tx:
            found = changes(tx, self._number)
        if found.jobs is None:
            return self._whole()
        self._number = found.until
        news = tuple(job for job in found.jobs if self._known.get(job.id) != job)
        self._remember(news)
        self._stale = self._stale or found.moved
        return Look(number=self._number, jobs=news, counts=self._recounted())

    def _whole(self) -> Look:
        with self.library.transaction() as tx:
            self._number = latest_event(tx)  # what happens from here on is told again, rather than never
            jobs, self._counts = first_look(tx), job_counts(tx)
            self._remember(changes(tx, self._number).jobs or ())
        self._counted_at, self._stale = self.clock(), False
        self._remember(jobs)
        return Look(number=self._number, whole=True, jobs=jobs, counts=self._counts)

    def _recounted(self) -> dict[JobState, int] | None:
        if not self._stale or (self._counts and self.clock() - self._counted_at < COUNT_EVERY_S):
            return None
        with self.library.transaction() as tx:
            counts = job_counts(tx)
        self._counted_at, self._stale = self.clock(), False
        if counts == self._counts:
            return None
        self._counts = counts
        return counts

    def _remember(self, jobs: tuple[Job, ...]) -> None:
        for job in jobs:
            self._known[job.id] = job
            self._known.move_to_end(job.id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
