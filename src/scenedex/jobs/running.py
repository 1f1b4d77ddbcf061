"""One run of one job: the stage is done in the library of the job's owner, and what came of it is written down.

Every transaction of a run first asks whether the job is still this run's, and keeps it so until it ends (`hold`).
A worker that slept and was taken for dead writes nothing: neither twice nor over what another has written since.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from scenedex.errors import DatabaseUnreachableError, StoreError
from scenedex.jobs.deferring import NORMAL, defer
from scenedex.jobs.endings import (
    DELAYS_S,
    OUTAGE_DELAY_S,
    FinalError,
    LostError,
    StoppedError,
    TryAgainError,
    delay_s,
    in_words,
)
from scenedex.jobs.reporting import Reporter
from scenedex.library import Library
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import text_to_path
from scenedex.store.jobs import Run, begin_report, hold, report
from scenedex.types import Stage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a stage."""

    outcome: str
    reason: str | None = None
    video_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done."""

    run: Run
    stage: Stage
    args: Mapping[str, Any]  #: of the task: owner_id, video_id or path, again
    runner: str  #: name of the sessions of this process
    stopped: Callable[[], bool]  #: whether the run is to end now
    delays_s: tuple[int, ...] = DELAYS_S  #: until what failed is tried again, failure by failure


def run_job(library: Library, order: Order) -> str:
    """Run a job; its outcome in a word.

    Raises TryAgainError or FinalError where it failed, StoppedError and LostError.
    """
    owner = UUID(order.args["owner_id"])
    running = _Running(library.of(owner), order)
    try:
        known = running.begin()
        if known["outcome"] is not None:
            return str(known["outcome"])  # an earlier run wrote its result, and died before it could say so
    except StoreError as exc:
        raise TryAgainError(in_words(exc), OUTAGE_DELAY_S) from exc
    try:
        result = running.work()
        running.end(result)
    except Exception as exc:
        raise running.failed(exc, known["failures"]) from exc
    return result.outcome


class _Running:
    def __init__(self, library: Library, order: Order) -> None:
        self.order = order
        self.library = library.working(self._guard, self._on_write)

    def begin(self) -> Row:
        with self.library.transaction() as tx:
            return begin_report(tx, self.order.run, self.order.runner)

    def work(self) -> Result:
        library, args, stage = self.library, self.order.args, self.order.stage
        reporter = Reporter(self._progress, self.order.stopped)
        if stage == "video_ingestion" and "path" in args:
            taken = library.take_in(text_to_path(args["path"]), progress=reporter)
            return Result(outcome=taken.outcome, reason=taken.reason, video_id=taken.video_id)
        video_id = UUID(args["video_id"])
        if stage in ("video_ingestion", "scene_detection"):
            taken = library.take_in_again(video_id, progress=reporter)
            return Result(outcome=taken.outcome, reason=taken.reason, video_id=taken.video_id)
        if stage == "caption_extraction":
            library.reread_captions(video_id, reporter)
            return Result(outcome="indexed", video_id=video_id)
        if stage == "embedding_generation":
            reporter.step("embeddings", 0.0)
            spaces = library.embed_video(video_id, again=bool(args.get("again", True)))
            return Result(outcome="embedded", reason=None if spaces else "There is nothing to embed in it.")
        anew = bool(args.get("again", True)) and self.order.run.attempts == 0
        annotated = library.annotate_video(stage, video_id, anew=anew, watcher=reporter)
        return Result(outcome=annotated.outcome, reason=annotated.reason)

    def end(self, result: Result) -> None:
        changed: dict[str, Any] = {
            "outcome": result.outcome,
            "reason": result.reason,
            "step": None,
            "share": None,
        }
        if result.video_id is not None:
            changed["video_id"] = result.video_id
        with self.library.transaction() as tx:
            report(tx, self.order.run, **changed)

    def failed(self, failure: Exception, failures: int) -> TryAgainError | FinalError:
        """What the run ends with, once that is written down."""
        outage = isinstance(failure, DatabaseUnreachableError)
        failures += not outage
        wait_s, reason = delay_s(failure, failures, self.order.delays_s), in_words(failure)
        log.warning("job %s (%s): %s", self.order.run.job_id, self.order.stage, reason, exc_info=failure)
        try:
            with self.library.transaction() as tx:
                report(tx, self.order.run, reason=reason, failures=failures, step=None, share=None)
        except StoreError as exc:
            log.warning("job %s: why it failed cannot be written: %s", self.order.run.job_id, exc)
        return FinalError(reason) if wait_s is None else TryAgainError(reason, wait_s)

    def _guard(self, tx: Transaction) -> None:
        if tx.owner != self.library.owner:
            return  # what was chosen for the whole library is read in the name of its first owner
        standing = hold(tx, self.order.run)
        if standing is None:
            raise LostError
        if standing.abort:
            raise StoppedError

    def _on_write(self, tx: Transaction, video_id: UUID) -> None:
        """In the transaction of a result: what follows from it waits from then on, and the job is as good as done."""
        report(tx, self.order.run, outcome="indexed", video_id=video_id)
        for stage in self.library.wanted_stages(tx, video_id):
            defer(tx, stage, video_id=video_id, priority=NORMAL, again=False)

    def _progress(self, step: str, share: float) -> None:
        with self.library.transaction() as tx:
            report(tx, self.order.run, step=step, share=share)
