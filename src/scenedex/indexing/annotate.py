"""Annotating videos of the library: one kind of annotation, one video after the other, each kept when it is done."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from scenedex.errors import (
    AnnotationError,
    DescriberRefusedError,
    EncoderError,
    MediaError,
    NotFoundError,
    NotInstalledError,
    SpeechModelError,
    StoreError,
)
from scenedex.indexing.correcting import keep_corrected, names_of
from scenedex.indexing.pipeline import Parts
from scenedex.indexing.words import Span, terms_of_scenes, transcript_embeddings, within
from scenedex.store.annotations import how_annotated, mark_annotated
from scenedex.store.corrections import originals_of
from scenedex.store.descriptions import descriptions_of
from scenedex.store.scenes import scenes_of
from scenedex.store.videos import get_video, write_words
from scenedex.types import AnnotationKind, AnnotationOutcome, Caption, CaptionOrigin, Video

log = logging.getLogger(__name__)

Tell = Callable[[float], None]
"""Told how much of a video is done, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an annotator found out about one video."""

    store: Callable[[], None] | None = None  #: writes it; None: there is nothing to write
    reason: str | None = None  #: a sentence about what could not be done
    complete: bool = True  #: the video counts as annotated


class Annotator(Protocol):
    """One kind of annotation."""

    kind: AnnotationKind
    recipe: str  #: how it is made; what was made in another way is made anew when it is asked for

    def look(self, parts: Parts, video: Video, tell: Tell) -> Finding:
        """Annotate one video. Raises AnnotationError, MediaError, EncoderError, NotFoundError or OSError."""

    def check(self) -> None:
        """Ask whether what it needs answers now. Raises AnnotationError."""

    def close(self) -> None:
        """Let go of what it holds."""


class Watcher(Protocol):
    """Told how it goes; must return at once and never raise."""

    def found(self, files: int) -> None:
        """So many videos will be looked at."""

    def start(self, path: str) -> None:
        """This video is next."""

    def step(self, step: AnnotationKind, done: float) -> None:
        """How much of the video in hand is done, 0 to 1."""

    def finish(self, outcome: AnnotationOutcome) -> None:
        """The video in hand is done."""


def annotate(
    parts: Parts,
    annotator: Annotator,
    videos: Sequence[UUID],
    *,
    force: bool = False,
    watcher: Watcher | None = None,
) -> tuple[AnnotationOutcome, ...]:
    """Annotate these videos. One that fails never stops the rest; what is done is not done again, unless `force`.

    Raises StoreError when the library itself fails; every video that was finished before is kept.
    """
    if watcher:
        watcher.found(len(videos))
    outcomes = []
    for video_id in videos:
        with parts.transaction() as tx:
            try:
                video = get_video(tx, video_id)
            except NotFoundError:
                continue  # removed in the meantime
        if watcher:
            watcher.start(video.name)
        outcomes.append(_one(parts, annotator, video, force, watcher))
        if watcher:
            watcher.finish(outcomes[-1])
    return tuple(outcomes)


def annotate_video(
    parts: Parts, annotator: Annotator, video: Video, *, force: bool = False, watcher: Watcher | None = None
) -> AnnotationOutcome:
    """Annotate one video. Raises what `annotate` makes an outcome of: AnnotationError, MediaError, OSError ..."""
    done = AnnotationOutcome(video_id=video.id, video=video.name, outcome="annotated")

    def tell(share: float) -> None:
        if watcher:
            watcher.step(annotator.kind, share)

    # whoever annotates the same video at the same time waits, and finds it done
    with parts.database.lock(f"annotate:{annotator.kind}:{parts.owner}:{video.id}"):
        with parts.transaction() as tx:
            made = how_annotated(tx, video.id, annotator.kind)
        if made == annotator.recipe and not force:
            return replace(done, outcome="unchanged")
        finding = annotator.look(parts, video, tell)
        if finding.store is None:
            return replace(done, outcome="passed over", reason=finding.reason)
        _keep(parts, annotator, video, finding)
    return replace(done, reason=finding.reason)


def _one(
    parts: Parts, annotator: Annotator, video: Video, force: bool, watcher: Watcher | None
) -> AnnotationOutcome:
    failed = AnnotationOutcome(video_id=video.id, video=video.name, outcome="failed")
    try:
        return annotate_video(parts, annotator, video, force=force, watcher=watcher)
    except (StoreError, NotInstalledError, SpeechModelError, DescriberRefusedError):
        raise  # would be the same for every video
    except (AnnotationError, MediaError, EncoderError, NotFoundError) as exc:
        return replace(failed, reason=str(exc))
    except OSError as exc:
        return replace(failed, reason=f"It cannot be read: {exc.strerror or exc}.")
    except Exception as exc:
        log.exception("annotating video %s", video.id)
        return replace(failed, reason=f"scenedex itself failed on this video ({type(exc).__name__}: {exc}).")


def _keep(parts: Parts, annotator: Annotator, video: Video, finding: Finding) -> None:
    assert finding.store is not None
    # the lock of the indexer: it must not write words of its own in between
    with parts.database.lock(f"index:{parts.owner}:{video.content_hash}"):
        finding.store()
        with parts.transaction() as tx:
            mark_annotated(tx, video.id, annotator.kind, annotator.recipe if finding.complete else None)


def replace_captions(
    parts: Parts, video_id: UUID, origin: CaptionOrigin, captions: Sequence[Caption]
) -> None:
    """Put these in the place of all captions of that origin, and bring the words of the scenes up to date.

    Raises NotFoundError where the video is gone.
    """
    replace_words(parts, video_id, lambda known: [*(c for c in known if c.origin != origin), *captions])


def replace_words(
    parts: Parts,
    video_id: UUID,
    change: Callable[[Sequence[Caption]], Sequence[Caption]] = lambda known: known,
) -> None:
    """Change what a video itself says, and bring the words of its scenes up to date with all that is stored.

    Raises NotFoundError where the video is gone.
    """
    with parts.transaction() as tx:
        known = originals_of(tx, video_id)
        spans: list[Span] = [(scene.start_s, scene.end_s) for scene in scenes_of(tx, video_id)]
        names = names_of(tx, video_id)
        described = descriptions_of(tx, video_id)
    if not spans:
        raise NotFoundError(f"There is no video {video_id}.")
    captions = within(change(known), spans[-1][1])
    terms = terms_of_scenes(spans, captions, names, described)
    embeddings = {parts.space.id: transcript_embeddings(spans, captions, parts.encoder)}
    with parts.transaction() as tx:
        write_words(tx, video_id, captions=captions, terms=terms, embeddings=embeddings)
        keep_corrected(tx, parts, video_id)
