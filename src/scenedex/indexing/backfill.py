"""Embeddings of a visual space that scenes lack, made from the pictures that were kept of them, for all owners.

The database says what is done. Several processes share the work: each takes a batch of scenes for itself, and what it
has taken is free again when it ends, however it ends. A scene is one transaction.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from scenedex.embeddings.protocols import ImageEncoder
from scenedex.errors import EncoderTimeoutError, NotFoundError, StoreError, UsageError
from scenedex.indexing.backfill_report import BackfillReport, Ending, Order, Tally
from scenedex.indexing.checkpoint import Checkpoint, CheckpointFile, begun, now, peek
from scenedex.indexing.kept import embedded
from scenedex.indexing.sights import Sight, counted
from scenedex.store.backfill import (
    Claims,
    Coverage,
    Place,
    Tried,
    Wanted,
    coverage,
    kept_with_error,
    pending,
    still_pending,
)
from scenedex.store.database import Database, Transaction
from scenedex.store.objects import ObjectStore
from scenedex.store.scenes import find_scene
from scenedex.store.writing import lock_video, write_scene_embeddings
from scenedex.types import EmbeddingDraft, Scene

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 10
"""Scenes from one writing of the checkpoint to the next."""

MAX_UNREACHABLE = 10
"""Scenes in a row whose pictures the object store does not give: then it is the store that is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a backfill works with."""

    database: Database
    objects: ObjectStore
    sight: Sight


Tell = Callable[[Tally], None]
"""Told after each scene, and once before the first."""


def backfill(
    bench: Bench, order: Order, *, stop: threading.Event | None = None, tell: Tell | None = None
) -> BackfillReport:
    """Embed what is missing. Ends after the scene in hand once `stop` is set.

    Raises UsageError for an order that makes no sense or an unusable checkpoint, EncoderError when the encoder does
    not work at all, StoreError when the database, the object store or the checkpoint fails; what was done is kept.
    """
    wanted = _wanted(bench, order)
    if order.dry_run:
        return _counted_only(bench, order, wanted)
    if order.video is not None:
        _coverage(bench, wanted)  # a video that is not there leaves no checkpoint
    with CheckpointFile.take(order.checkpoint) as file:
        begins = _resumed(bench, order, wanted, file)
        run = _Run(bench, order, replace(wanted, since=begins.pass_started_at), file, begins)
        run.stop = stop or run.stop
        run.tell = tell or run.tell
        return run.whole()


def _wanted(bench: Bench, order: Order) -> Wanted:
    if order.batch_size < 1 or not 0 <= order.delay_s < threading.TIMEOUT_MAX:
        raise UsageError(
            "A backfill takes at least one scene at a time, and waits 0 seconds or more between them."
        )
    if order.max_scenes is not None and order.max_scenes < 0:
        raise UsageError("--max-scenes is a number of scenes: 0 or more.")
    return Wanted(
        space_id=bench.sight.space.id, work=order.work, since=now(), owner=order.owner, video=order.video
    )


def _counted_only(bench: Bench, order: Order, wanted: Wanted) -> BackfillReport:
    known = peek(order.checkpoint)
    since = begun(order.checkpoint, _kind(bench, order)) or wanted.since
    counts = _coverage(bench, replace(wanted, since=since))
    left = counts.to_do if order.max_scenes is None else max(0, order.max_scenes - known.done)
    counts = replace(counts, to_do=min(counts.to_do, left))
    return BackfillReport(
        space=bench.sight.space.name,
        state=bench.sight.space.state,
        ending="dry_run",
        updated=0,
        skipped={"no_thumbnail": counts.no_thumbnail},
        errors=0,
        last_error=None,
        before=counts,
        after=counts,
        checkpoint_file=None,
        checkpoint=known,
    )


def _coverage(bench: Bench, wanted: Wanted) -> Coverage:
    with bench.database.operator() as statements:
        found = coverage(statements, wanted)
    if wanted.video is not None and not found.scenes:
        raise NotFoundError(f"There is no video {wanted.video}, or not of this owner.")
    return found


def _resumed(bench: Bench, order: Order, wanted: Wanted, file: CheckpointFile) -> Checkpoint:
    """The checkpoint as this run goes on from it: what a pass of this kind has done since it began counts as done."""
    kind = _kind(bench, order)
    with bench.database.lock(f"backfill:{kind}"):  # several that start at once are of one pass
        since = begun(order.checkpoint, kind) or now()
        found = replace(
            file.known,
            started_at=file.known.started_at or since,
            updated_at=now(),
            pass_of=kind,
            pass_started_at=since,
            pass_finished=False,
        )
        file.write(found)
    return found


def _kind(bench: Bench, order: Order) -> str:
    name = bench.sight.space.name
    return f"{order.work} space={name} owner={order.owner or '*'} video={order.video or '*'}"


class _Run:
    """One process's share of a backfill."""

    def __init__(
        self, bench: Bench, order: Order, wanted: Wanted, file: CheckpointFile, begins: Checkpoint
    ) -> None:
        self.bench, self.order, self.wanted, self.file = bench, order, wanted, file
        self.begins = begins
        self.stop = threading.Event()
        self.tell: Tell = lambda tally: None
        self.tally = Tally(to_do=0)
        self.last: UUID | None = None
        self.tried: set[UUID] = set()  # no scene twice in one run, whatever its encoder says of the time
        self.skipped = 0
        self.unreachable = 0

    def whole(self) -> BackfillReport:
        before = _coverage(self.bench, self.wanted)
        # every instance meets the same scenes without a picture: the first one counts them
        self.skipped = before.no_thumbnail if self.file.number == 1 else 0
        self.tally = Tally(to_do=min(before.to_do, self.left()))
        self.tell(self.tally)
        self.file.write(self.checkpoint())
        try:
            if self.tally.to_do:
                _check(self.bench.sight.encoder)
                with Claims(self.bench.database, self.wanted.space_id) as claims:
                    while self._walk(claims):
                        pass
        except BaseException:
            with contextlib.suppress(StoreError):  # what happened is said, not what follows from it
                self.file.write(self.checkpoint())
            raise
        return self._report(before)

    def left(self) -> int:
        """Scenes that this run may still try."""
        most = self.order.max_scenes
        done = self.begins.done + self.tally.updated + self.tally.errors
        return 2**62 if most is None else max(0, most - done)

    def over(self) -> bool:
        return self.stop.is_set() or not self.left()

    def checkpoint(self, *, finished: bool = False) -> Checkpoint:
        updated = self.begins.total_updated + self.tally.updated
        errors = self.begins.total_errors + self.tally.errors
        return replace(
            self.begins,
            last_scene_id=str(self.last) if self.last else self.begins.last_scene_id,
            total_processed=updated + errors + self.skipped,
            total_updated=updated,
            total_skipped=self.skipped,
            total_errors=errors,
            updated_at=now(),
            pass_finished=finished,
        )

    def _report(self, before: Coverage) -> BackfillReport:
        after = _coverage(self.bench, self.wanted)
        ending: Ending = "shared" if after.to_do else "finished"
        if after.to_do and self.over():
            ending = "stopped" if self.stop.is_set() else "max_scenes"
        self.file.write(self.checkpoint(finished=ending == "finished"))
        return BackfillReport(
            space=self.bench.sight.space.name,
            state=self.bench.sight.space.state,
            ending=ending,
            updated=self.tally.updated,
            skipped={"no_thumbnail": before.no_thumbnail},
            errors=self.tally.errors,
            last_error=self.tally.last_error,
            before=before,
            after=after,
            checkpoint_file=str(self.file.path),
            checkpoint=self.file.known,
        )

    def _walk(self, claims: Claims) -> bool:
        """Once over all scenes; whether something was done: then another look may find what others left behind."""
        after: Place | None = None
        before = self.tally
        while not self.over():
            with self.bench.database.operator() as statements:
                page = pending(statements, self.wanted, after, min(self.order.batch_size, self.left()))
            if not page:
                return self.tally != before
            after = page[-1]
            try:
                self._batch(claims.take([place.id for place in page]))
            finally:
                claims.release()
        return False

    def _batch(self, taken: list[UUID]) -> None:
        with self.bench.database.operator() as statements:  # others may have done them before they were taken
            places = still_pending(statements, self.wanted, taken)
        for place in places:
            if place.id in self.tried:
                continue
            if self.tally.updated + self.tally.errors:
                self.stop.wait(self.order.delay_s)
            if self.over():
                return
            self._scene(place)

    def _scene(self, place: Place) -> None:
        database = self.bench.database
        with contextlib.suppress(NotFoundError):  # it was removed meanwhile
            with database.transaction(place.owner_id) as tx:
                scene = find_scene(tx, place.id)
            drafts, missed = embedded(self.bench.objects, self.bench.sight.encoder, scene)
            with database.transaction(place.owner_id) as tx:
                lock_video(tx, place.video_id)
                # as it was when it was looked at, and not done by anybody since
                if (
                    not still_pending(tx, replace(self.wanted, owner=place.owner_id), [place.id])
                    or find_scene(tx, place.id) != scene
                ):
                    return
                error = _write(tx, scene, self.wanted.space_id, drafts)
            self._note(place, error)
            self._reached(missed)

    def _note(self, place: Place, error: str | None) -> None:
        self.last = place.id
        self.tried.add(place.id)
        if error is None:
            self.tally = replace(self.tally, updated=self.tally.updated + 1)
        else:
            log.warning("scene %s: %s", place.id, error)
            self.tally = replace(self.tally, errors=self.tally.errors + 1, last_error=error)
        self.tell(self.tally)
        if (self.tally.updated + self.tally.errors) % CHECKPOINT_EVERY == 0:
            self.file.write(self.checkpoint())

    def _reached(self, missed: StoreError | None) -> None:
        self.unreachable = self.unreachable + 1 if missed else 0
        if missed and self.unreachable >= MAX_UNREACHABLE:
            raise StoreError(
                f"The pictures of {self.unreachable} scenes in a row could not be had: {missed} When they can, "
                "`scenedex backfill --retry-errors` goes on."
            ) from missed


def _check(encoder: ImageEncoder) -> None:
    """An encoder that does not work at all is told now, not once for each scene."""
    (seen,) = encoder.embed_pictures([np.full((64, 64, 3), 128, dtype=np.uint8)])
    if seen.error is not None and not isinstance(seen.error, EncoderTimeoutError):
        raise seen.error


def _write(tx: Transaction, scene: Scene, space_id: int, drafts: Sequence[EmbeddingDraft]) -> str | None:
    """Replace what there is of a scene, unless there is more of it than was made now; why nothing was made of it."""
    said = next((str(draft.metadata.get("error")) for draft in drafts if draft.vector is None), None)
    vectors = sum(draft.vector is not None for draft in drafts)
    if said is not None and kept_with_error(
        tx, space_id, scene.id, Tried(vectors=vectors, error=said, at=now())
    ):
        return said
    write_scene_embeddings(tx, scene, space_id, counted(sorted(drafts, key=lambda draft: draft.t_s)))
    return None if vectors else said
