"""Files that came from outside: a job for each that is all there, once; and the end of all the others."""

import logging
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from scenedex.errors import BusyError, NotAVideoError, NotFoundError
from scenedex.jobs.queue import MAX_LIMIT, Queue
from scenedex.library import Library
from scenedex.media.files import head, refusal
from scenedex.store.arrivals import Arrival, Arrivals
from scenedex.store.files import known_files
from scenedex.types import Job

log = logging.getLogger(__name__)

PRIORITY = 10
"""Somebody has sent the file and waits for it."""


def take_in(library: Library, arrival: Arrival) -> Arrival:
    """Have a file that is all there indexed; the arrival then has the number of its job. Whoever calls holds it.

    It may be called again, also after the process died within it: there is one job all the same. Raises NotAVideoError,
    judged by its first bytes.
    """
    arrivals, queue = library.arrivals, Queue(library)
    if arrival.job is not None:
        return arrival
    if reason := refusal(head(arrivals.path(arrival))):
        raise NotAVideoError(reason)
    interrupted = arrivals.kept(arrival)
    path = arrivals.keep(arrival)
    job = _job_of(queue, path) if interrupted else None
    if job is None:
        job = queue.defer("video_ingestion", path=str(path), priority=PRIORITY)
    log.info("Upload taken in: upload=%s, job=%s, interrupted=%s", arrival.id, job.id, interrupted)
    expiry_s = library.settings.upload_limits().expiry_s
    return arrivals.save(replace(arrival, job=job.id, expires_at=time.time() + expiry_s))


def sweep(library: Library, now: float | None = None) -> int:
    """Take in what is all there without a job, and remove what nobody sends, indexes or needs any more, of all owners.

    How many were removed. Kept: what is being sent; what is younger than the expiry; what a job waits for or works on;
    and the file of every video.
    """
    moment = time.time() if now is None else now
    removed = 0
    for owner in library.arrivals.owners():
        view = library.of(owner)
        view.arrivals.clear_rubble(owner, moment)
        with view.transaction() as tx:
            needed = set(known_files(tx, str(view.arrivals.root / str(owner))))
        sweeper = _Sweeper(view, needed, moment)
        removed += sum(map(sweeper.unfinished, view.arrivals.listed(owner, "unfinished")))
        removed += sum(map(sweeper.kept, view.arrivals.listed(owner, "kept")))
    return removed


class _Sweeper:
    """Of one owner. An arrival that somebody else holds is in use, and left alone."""

    def __init__(self, library: Library, needed: set[str], now: float) -> None:
        self._library, self._needed, self._now = library, needed, now
        self._arrivals: Arrivals = library.arrivals

    def unfinished(self, arrival: Arrival) -> bool:
        """Whether it was removed."""
        with suppress(BusyError, NotFoundError), self._arrivals.held(arrival.owner, arrival.id) as found:
            if self._arrivals.kept(found):
                return False
            if _whole(self._arrivals, found):
                self._take_in(found)
            elif found.length is None or found.outlived(self._now):  # its request is over, or nobody goes on
                self._arrivals.forget(found)
                return True
        return False

    def kept(self, arrival: Arrival) -> bool:
        """Whether it was removed."""
        if arrival.job is not None and not arrival.outlived(self._now):
            return False
        if str(self._arrivals.path(arrival)) in self._needed:
            return False
        with suppress(BusyError, NotFoundError), self._arrivals.held(arrival.owner, arrival.id) as found:
            if found.job is None:
                self._take_in(found)
            elif not self._pending(found.job) and not self._known(found):
                self._arrivals.forget(found)
                return True
        return False

    def _take_in(self, arrival: Arrival) -> None:
        try:
            take_in(self._library, arrival)
        except NotAVideoError as exc:
            self._arrivals.refuse(arrival, str(exc))

    def _pending(self, job_id: int) -> bool:
        try:
            return not Queue(self._library).get(job_id).ended
        except NotFoundError:  # ended jobs are not kept for ever
            return False

    def _known(self, arrival: Arrival) -> bool:
        """Asked once its job has ended: that may have happened since all files were listed."""
        path = str(self._arrivals.path(arrival))
        with self._library.transaction() as tx:
            return path in known_files(tx, path)


def _whole(arrivals: Arrivals, arrival: Arrival) -> bool:
    return not arrival.refused and arrival.length is not None and arrivals.offset(arrival) == arrival.length


def _job_of(queue: Queue, path: Path) -> Job | None:
    """The newest job about this file."""
    offset = 0
    while jobs := queue.list(limit=MAX_LIMIT, offset=offset):
        for job in jobs:
            if job.path == str(path):
                return job
        offset += len(jobs)
    return None
