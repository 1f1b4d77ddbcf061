"""Videos of other systems, with vectors → the library. Nothing is embedded; what is known already stays as it is."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from scenedex.errors import AmbiguousError, ExchangeError, MediaError, NotFoundError
from scenedex.exchange.checks import covering, seconds, unit
from scenedex.indexing.words import terms_of_scenes
from scenedex.inference.registry import Registry
from scenedex.library.importing import Here, Taking, Tally, file_here, put_files
from scenedex.library.importing_spaces import LEAVE_OUT, UNNAMED, check_spaces, space_of
from scenedex.store.coming_in import has_vectors, indexed_at_the_end
from scenedex.store.scenes import bare_scenes_of
from scenedex.store.videos import find_by_hash, resolve_video
from scenedex.store.writing import write_embeddings, write_video
from scenedex.types import (
    EmbeddingDraft,
    ForeignScene,
    ForeignVideo,
    ImportReport,
    MediaInfo,
    Refusal,
    SceneRecord,
    Space,
    VectorColumn,
    VideoRecord,
)

MOST = 10_000
"""Vectors of one scene in one space: a picture every 6 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Somebody else's data."""

    kind: str  #: `postgres` or `numpy`: two systems may use the same keys
    videos: Iterable[ForeignVideo | Refusal]  #: a refusal: what is said of it makes no video
    columns: Sequence[VectorColumn]
    models: Mapping[str, Sequence[str]]  #: by column, as far as it is said: MODEL or MODEL/PRETRAINED
    total: int  #: videos; 0 where nobody knows
    completes: bool = False  #: vectors of a video that is in the library go to its scenes, by their times


def import_foreign(
    taking: Taking, source: Source, registry: Registry, mapping: Mapping[str, str]
) -> ImportReport:
    """`mapping`: column → the space for its vectors ([MODALITY:]NAME), or `-` to leave it out.

    Raises UsageError where nobody has said which model a column is of, StoreError; a video that is no good is in the
    report, and the others come in.
    """
    before = taking.spaces()
    wanted = {
        column: space_of(
            column, source.models.get(column.name, ()), mapping.get(column.name), before, registry
        )
        for column in source.columns
        if mapping.get(column.name) != LEAVE_OUT
    }
    check_spaces(wanted, dry_run=taking.dry_run)
    spaces = {
        column.name: (space, True) if space.name == UNNAMED else taking.space(space, before)
        for column, space in wanted.items()
    }
    work = _Import(taking, source, {name: space for name, (space, _) in spaces.items()})
    if taking.dry_run:
        work.all_of()
    else:
        with indexed_at_the_end(taking.database, [space for space, _ in spaces.values()]):
            work.all_of()
    return work.tally.report(spaces, dry_run=taking.dry_run)


class _Import:
    def __init__(self, taking: Taking, source: Source, spaces: Mapping[str, Space]) -> None:
        self.taking = taking
        self.source = source
        self.spaces = spaces
        self.tally = Tally()

    def all_of(self) -> None:
        done = 0
        for done, video in enumerate(self.source.videos, 1):
            self.taking.tell(done - 1, self.source.total)
            if isinstance(video, Refusal):
                self.tally.refused.append(video)
                continue
            try:
                self._one(video)
            except (ExchangeError, MediaError, AmbiguousError) as exc:
                self.tally.refuse(f"{video.title} ({video.key})", exc)
        self.taking.tell(done, done)

    def _one(self, video: ForeignVideo) -> None:
        if self.source.completes and (known := self._in_library(video)) is not None:
            self._complete(known, video)
            return
        scenes = covering(video.scenes)
        stand_in = _stand_in(self.source.kind, video)
        with self.taking.database.transaction(self.taking.owner) as tx:
            known = find_by_hash(tx, stand_in)
        here = None if known else file_here(video.path)
        record, found = self._record(video, scenes, here, stand_in)
        if not known:
            known = self._write(record, here)
        if known:
            self.tally.videos["unchanged"] += 1
            return
        self.tally.videos["imported"] += 1
        self.tally.videos["offline"] += here is None
        self.tally.scenes += len(scenes)
        self._count(found)

    def _in_library(self, video: ForeignVideo) -> UUID | None:
        with self.taking.database.transaction(self.taking.owner) as tx, suppress(NotFoundError):
            return resolve_video(tx, video.key).id
        return None

    def _record(
        self, video: ForeignVideo, scenes: Sequence[ForeignScene], here: Here | None, stand_in: str
    ) -> tuple[VideoRecord, Mapping[str, Counter[str]]]:
        info = MediaInfo(container="", size_bytes=0, start_s=0.0, duration_s=None, video=None)
        if here is not None:
            info = self.taking.probe(here.path)
        title = here.path.name if here else video.title
        drafts, found = self._drafts(enumerate(scenes))
        spans = [(scene.start_s, scene.end_s) for scene in scenes]
        return VideoRecord(
            content_hash=here.digest if here else stand_in,
            title=title,
            info=info,
            duration_s=scenes[-1].end_s,
            scenes=tuple(
                SceneRecord(
                    index=index, start_s=scene.start_s, end_s=scene.end_s, keyframes=(), thumbnail_key=None
                )
                for index, scene in enumerate(scenes)
            ),
            captions=(),
            terms=terms_of_scenes(spans, (), () if title == video.key else [title]),  # nobody looks for a key
            embeddings={space: tuple(made) for space, made in drafts.items()},
            recipe=self.taking.recipe if here else "imported",
            sidecars="",  # so that indexing the file reads its captions
        ), found

    def _drafts(
        self, scenes: Iterable[tuple[int, ForeignScene]]
    ) -> tuple[dict[int, list[EmbeddingDraft]], dict[str, Counter[str]]]:
        """Of each space, by its number; and by column what became of the rows. Scenes may come more than once."""
        drafts: dict[int, list[EmbeddingDraft]] = {}
        found: dict[str, Counter[str]] = {name: Counter() for name in self.spaces}
        ordinals: Counter[tuple[str, int]] = Counter()
        for index, scene in scenes:
            for name, space in self.spaces.items():
                draft, word = _draft(scene, index, name, space)
                found[name][word] += 1
                if ordinals[name, index] > MOST:
                    raise ExchangeError(f"Scene {index} has more than {MOST} vectors in {name}.")
                if draft is not None:
                    draft = replace(draft, ordinal=ordinals[name, index])
                    ordinals[name, index] += 1
                    drafts.setdefault(space.id, []).append(draft)
        return drafts, found

    def _write(self, record: VideoRecord, here: Here | None) -> UUID | None:
        """Write it, unless it is there: its id then."""
        taking = self.taking
        with (
            taking.database.lock(f"index:{taking.owner}:{record.content_hash}"),
            taking.database.transaction(taking.owner) as tx,
        ):
            known = find_by_hash(tx, record.content_hash)
            if known is None and not taking.dry_run:
                video_id = write_video(tx, record)
                if here is not None:
                    put_files(tx, [here.known(video_id)])
        return known

    def _complete(self, video_id: UUID, video: ForeignVideo) -> None:
        """Give its scenes what they lack, each vector to the scene in which its time lies."""
        with self.taking.database.transaction(self.taking.owner) as tx:
            spaces = [each.id for each in self.spaces.values()]
            filled = {space for space in spaces if space and has_vectors(tx, video_id, space)}
            scenes = bare_scenes_of(tx, video_id)
            ends = [scene.end_s for scene in scenes]
            placed = [(_place(ends, scene), scene) for scene in video.scenes]
            drafts, found = self._drafts(placed)
            wanted = {space: made for space, made in drafts.items() if space not in filled}
            if wanted and not self.taking.dry_run:
                write_embeddings(tx, video_id, wanted)
        self.tally.videos["completed" if wanted else "unchanged"] += 1
        self._count({name: found[name] for name, space in self.spaces.items() if space.id not in filled})

    def _count(self, found: Mapping[str, Mapping[str, int]]) -> None:
        for name, words in found.items():
            self.tally.add(name, words)


def _stand_in(kind: str, video: ForeignVideo) -> str:
    """In place of the hash of a content that is not here. Keys are often numbers, and two systems have the same."""
    said = "\0".join([f"scenedex import {kind}", video.key, video.title, video.path or ""])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _place(ends: Sequence[float], scene: ForeignScene) -> int:
    at = scene.t_s if scene.t_s is not None else (scene.start_s + scene.end_s) / 2
    seconds(at, "The time of a vector")
    index = bisect_right(ends, at)
    if index == len(ends):
        raise ExchangeError(f"It has a vector at {at:g} s, and ends at {ends[-1] if ends else 0:g} s.")
    return index


def _draft(scene: ForeignScene, index: int, column: str, space: Space) -> tuple[EmbeddingDraft | None, str]:
    """What is kept of a vector, and what it counts as."""
    raw, known = scene.vectors.get(column), scene.metadata.get(column, {})
    at = scene.t_s if scene.t_s is not None else (scene.start_s + scene.end_s) / 2
    metadata: dict[str, Any] = {**known, "imported_from": column, "embed_dim": space.dim, "normalized": True}
    if scene.picture:
        metadata.setdefault("frame_path", scene.picture)
    draft = EmbeddingDraft(scene_index=index, ordinal=0, t_s=at, vector=None, metadata=metadata)
    if raw is None:
        return (draft, "failures") if known.get("error") else (None, "missing")
    vector = unit(raw) if raw.shape == (space.dim,) else None
    return (None, "refused") if vector is None else (replace(draft, vector=vector), "vectors")
