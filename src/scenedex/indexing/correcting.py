"""What people say about captions → what is shown and searched from then on, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol
from uuid import UUID

from scenedex.embeddings.encoder import TextEncoder
from scenedex.indexing.words import (
    Span,
    captions_by_scene,
    embeddings_of_some,
    terms_of_some,
    transcript_embeddings,
)
from scenedex.store.corrections import Correction, change_corrections, entries_of, is_corrected, times_changed
from scenedex.store.database import Transaction
from scenedex.store.descriptions import descriptions_of
from scenedex.store.files import files_of
from scenedex.store.marks import notes_by_scene
from scenedex.store.scenes import bare_scenes_of, captions_of
from scenedex.store.writing import write_embeddings, write_scene_terms, write_scene_words
from scenedex.types import Caption, CaptionEntry, Description, SceneTerms, Space


class Reads(Protocol):
    """What embeds words, and in which space."""

    @property
    def encoder(self) -> TextEncoder: ...

    @property
    def space(self) -> Space: ...


def correct(
    tx: Transaction,
    reads: Reads,
    video_id: UUID,
    corrections: Sequence[Correction] = (),
    undo: Collection[UUID] = (),
) -> list[CaptionEntry]:
    """Keep corrections and forget others; all captions of the video as they are then.

    What is searched is right when the transaction ends, but for embeddings that the encoder did not make: those are
    made by the next `fill`. Raises NotFoundError for the video, UsageError for too many corrections.
    """
    changed, after = change_corrections(tx, video_id, corrections, undo)
    _reword(tx, reads, video_id, changed)
    return after


def keep_corrected(tx: Transaction, reads: Reads, video_id: UUID) -> None:
    """After all words of a video were written anew from what it says itself: add what people say."""
    if is_corrected(tx, video_id):
        _reword(tx, reads, video_id, times_changed(entries_of(tx, video_id)))
    if noted := notes_by_scene(tx, video_id):
        reword_notes(tx, video_id, noted)


def embed_again(tx: Transaction, reads: Reads, video_id: UUID) -> None:
    """Embed the words of a video once more, as they are in this transaction."""
    spans = [(scene.start_s, scene.end_s) for scene in bare_scenes_of(tx, video_id)]
    drafts = transcript_embeddings(spans, captions_of(tx, video_id), reads.encoder)
    write_embeddings(tx, video_id, {reads.space.id: drafts})


def reword_notes(tx: Transaction, video_id: UUID, indexes: Iterable[int]) -> None:
    """Bring the words of these scenes up to date with what is written about them."""
    scenes = bare_scenes_of(tx, video_id)
    said = captions_by_scene([(scene.start_s, scene.end_s) for scene in scenes], captions_of(tx, video_id))
    spoken = {index: said[index] for index in indexes}
    ids = {index: scenes[index].id for index in spoken}
    write_scene_terms(tx, video_id, ids, _terms(tx, video_id, spoken))


def names_of(tx: Transaction, video_id: UUID) -> list[str]:
    """What the files of a video are called: those that are there, or all where none is."""
    files = files_of(tx, video_id)
    there = [file for file in files if not file.missing] or files
    return [file.name or PurePath(file.path).name for file in there]


def _terms(tx: Transaction, video_id: UUID, spoken: Mapping[int, Sequence[Caption]]) -> dict[int, SceneTerms]:
    """The terms of scenes in which this is said. A note counts as a description does: nobody says it."""
    described: dict[int, Description] = {**descriptions_of(tx, video_id)}
    for index, notes in notes_by_scene(tx, video_id).items():
        known = described.get(index) or Description(description="")
        described[index] = replace(known, description="\n".join([known.description, *notes]))
    return terms_of_some(spoken, names_of(tx, video_id), described)


def _reword(tx: Transaction, reads: Reads, video_id: UUID, changed: Iterable[Caption]) -> None:
    """Bring the words of the scenes up to date in which these captions stand, or stood."""
    scenes = bare_scenes_of(tx, video_id)
    spans: list[Span] = [(scene.start_s, scene.end_s) for scene in scenes]
    touched = [index for index, some in enumerate(captions_by_scene(spans, list(changed))) if some]
    said = captions_by_scene(spans, captions_of(tx, video_id))
    spoken = {index: said[index] for index in touched}
    write_scene_words(
        tx,
        video_id,
        {index: scenes[index].id for index in touched},
        _terms(tx, video_id, spoken),
        {reads.space.id: embeddings_of_some(spans, spoken, reads.encoder)},
    )
