"""Judgements → cases: the names of videos and the numbers of scenes become places in this library."""

from collections.abc import Sequence
from uuid import UUID

from scenedex.errors import AmbiguousError, NotFoundError, UsageError
from scenedex.search.judgements import Judgement, Relevant
from scenedex.search.outcomes import Case, Target
from scenedex.store.database import Transaction
from scenedex.store.scenes import scenes_of
from scenedex.store.videos import resolve_video
from scenedex.types import Scene, Video

Known = tuple[Video, Sequence[Scene]]


def cases(tx: Transaction, judgements: Sequence[Judgement], only: Sequence[UUID] = ()) -> tuple[Case, ...]:
    """One case a judgement. `only`: the videos that are searched; all where it is empty.

    Then a query that loses everything relevant is left out; one that should find nothing stays. Raises
    UsageError, and NotFoundError or AmbiguousError for a video; each names the line.
    """
    known: dict[str, Known] = {}
    found = []
    for judgement in judgements:
        targets = [_target(tx, place, judgement.line, known) for place in judgement.relevant]
        kept = tuple(target for target in targets if not only or target.video_id in only)
        if kept or not targets:
            found.append(Case(judgement=judgement, targets=kept))
    if not found:
        raise UsageError(
            "No judgement is about the videos that are searched: leave out --video, or name others."
        )
    return tuple(found)


def _target(tx: Transaction, place: Relevant, line: int, known: dict[str, Known]) -> Target:
    video, scenes = _known(tx, place.video, line, known)
    if place.span is not None:
        if place.span[0] >= video.duration_s:
            raise UsageError(
                f"Line {line} of the judgements names {place.span[0]:g} s of {place.video}, which lasts only "
                f"{video.duration_s:.1f} s."
            )
        span = place.span
    else:
        span = next(
            ((scene.start_s, scene.end_s) for scene in scenes if scene.index == place.scene), (0.0, 0.0)
        )
        if span == (0.0, 0.0):
            raise UsageError(
                f"Line {line} of the judgements names scene {place.scene} of {place.video}, which has "
                f"{len(scenes)} scenes, counted from 0."
            )
    return Target(video_id=video.id, span=span, grade=place.grade)


def _known(tx: Transaction, name: str, line: int, known: dict[str, Known]) -> Known:
    if name not in known:
        try:
            video = resolve_video(tx, name)
        except (NotFoundError, AmbiguousError) as exc:
            raise type(exc)(f"Line {line} of the judgements: {exc}") from exc
        known[name] = video, scenes_of(tx, video.id)
    return known[name]
