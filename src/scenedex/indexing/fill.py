"""Embeddings that a library lacks, made from what it has: keyframes, captions, and the files themselves for sound."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from scenedex.errors import MediaError, NotFoundError
from scenedex.indexing.at_hand import paths_at_hand
from scenedex.indexing.correcting import embed_again
from scenedex.indexing.likeness import keyframe_likeness, moving_likeness
from scenedex.indexing.pipeline import Parts
from scenedex.indexing.sights import Looking
from scenedex.indexing.sounds import sound_embeddings
from scenedex.indexing.words import transcript_embeddings
from scenedex.store.corrections import changes_of
from scenedex.store.coverage import spaces_of_video, without_embeddings
from scenedex.store.database import Transaction
from scenedex.store.scenes import captions_of, scenes_of
from scenedex.store.writing import write_embeddings
from scenedex.types import EmbeddingDraft, Scene

log = logging.getLogger(__name__)

Tell = Callable[[int, int], None]
"""Told how many videos of how many are done."""


def fill(parts: Parts, tell: Tell | None = None) -> int:
    """Embed what has no row in a space of `parts`; the number of videos that got something.

    A video is one transaction; it can be stopped anywhere and goes on from there. Sound of a file that is offline
    or cannot be read waits until it is back.
    """
    with parts.transaction() as tx:
        lacking: dict[UUID, set[int]] = {}
        for space in parts.spaces():
            for video_id in without_embeddings(tx, space):
                lacking.setdefault(video_id, set()).add(space.id)
    filled = 0
    for number, (video_id, spaces) in enumerate(lacking.items()):
        with parts.database.lock(f"fill:{parts.owner}:{video_id}"):
            made, corrected = _made(parts, video_id, spaces)
            if made:
                with parts.transaction() as tx:
                    _write(tx, parts, video_id, made, corrected)
                filled += 1
        if tell:
            tell(number + 1, len(lacking))
    return filled


def embed_video(parts: Parts, video_id: UUID, *, again: bool) -> int:
    """Embed what a video lacks in the spaces of `parts`; or `again` all of it, in the place of what is there.

    Gives the number of spaces. What cannot be read now (the sound of a file that is offline) stays as it is. Raises
    NotFoundError.
    """
    with parts.database.lock(f"fill:{parts.owner}:{video_id}"):
        with parts.transaction() as tx:
            there = set() if again else spaces_of_video(tx, video_id)
        made, corrected = _made(parts, video_id, {space.id for space in parts.spaces()} - there)
        with parts.transaction() as tx:
            _write(tx, parts, video_id, made, corrected)
    return len(made)


def _write(
    tx: Transaction,
    parts: Parts,
    video_id: UUID,
    made: dict[int, tuple[EmbeddingDraft, ...]],
    corrected: int,
) -> None:
    """`corrected`: how often captions had been corrected when this was made."""
    write_embeddings(tx, video_id, made)
    if parts.space.id in made and changes_of(tx, video_id) != corrected:
        embed_again(tx, parts, video_id)


def _made(
    parts: Parts, video_id: UUID, spaces: set[int]
) -> tuple[dict[int, tuple[EmbeddingDraft, ...]], int]:
    """The embeddings, and how often captions had been corrected before they were read."""
    with parts.transaction() as tx:
        corrected = changes_of(tx, video_id)
        scenes = scenes_of(tx, video_id)
        captions = captions_of(tx, video_id)
        paths = paths_at_hand(tx, video_id)
    spans = [(scene.start_s, scene.end_s) for scene in scenes]
    made: dict[int, tuple[EmbeddingDraft, ...]] = {}
    if parts.space.id in spaces:
        made[parts.space.id] = transcript_embeddings(spans, captions, parts.encoder)
    sights = [sight for sight in (parts.sight, parts.regions) if sight and sight.space.id in spaces]
    if sights:
        try:
            with Looking(*sights) as looking:
                places = [(scene.index, keyframe) for scene in scenes for keyframe in scene.keyframes]
                pictures = parts.objects.get_all(keyframe.object_key for _, keyframe in places)
                for (index, keyframe), picture in zip(places, pictures, strict=True):
                    looking.give(index, [(keyframe, picture)])
                made |= looking.embeddings()
        except NotFoundError as exc:
            log.warning("the pictures of video %s are not there: %s", video_id, exc)
    if parts.hearing and parts.hearing.space.id in spaces and paths:
        try:
            with parts.decoder.reading(paths[0], parts.limits) as reading:
                made |= sound_embeddings(reading, spans, parts.hearing)
        except (MediaError, OSError) as exc:
            log.warning("the sound of %r cannot be read: %s", paths[0], exc)
    made |= _likeness(parts, scenes, spaces, paths)
    return {space_id: drafts for space_id, drafts in made.items() if drafts}, corrected


def _likeness(
    parts: Parts, scenes: list[Scene], spaces: set[int], paths: Sequence[Path]
) -> dict[int, tuple[EmbeddingDraft, ...]]:
    likeness = parts.likeness
    if likeness is None or likeness.space.id not in spaces:
        return {}
    try:
        if not likeness.needs_file:
            return keyframe_likeness(scenes, likeness, parts.objects)
        if not paths:
            return {}
        with parts.decoder.reading(paths[0], parts.limits) as reading:
            return moving_likeness(reading, scenes, likeness)
    except (MediaError, OSError, NotFoundError) as exc:
        log.warning("scenes cannot be compared: %s", exc)
        return {}
