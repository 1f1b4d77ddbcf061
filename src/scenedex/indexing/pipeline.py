"""One content from file to everything that the store keeps of it."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from scenedex import plugins
from scenedex.embeddings.encoder import TextEncoder
from scenedex.errors import DecodeError
from scenedex.indexing.correcting import keep_corrected
from scenedex.indexing.likeness import Likeness, keyframe_likeness, moving_likeness
from scenedex.indexing.listening import Listening
from scenedex.indexing.progress import Progress
from scenedex.indexing.reading import Decoder, Reading
from scenedex.indexing.sights import Looking, Sight
from scenedex.indexing.sounds import Hearing
from scenedex.indexing.words import Span, terms_of_scenes, transcript_embeddings, within
from scenedex.media.sidecars import Sidecar, find_sidecars, read_sidecars, sidecar_fingerprint
from scenedex.scenes.plugged import BUILT_IN
from scenedex.store.corrections import originals_of
from scenedex.store.database import Database, Transaction
from scenedex.store.descriptions import descriptions_of
from scenedex.store.objects import ObjectStore, Writing
from scenedex.store.scenes import scenes_of
from scenedex.store.videos import find_by_hash, write_video, write_words
from scenedex.types import (
    Caption,
    EmbeddingDraft,
    Limits,
    Scene,
    SceneDraft,
    SceneRecord,
    Space,
    StoredKeyframe,
    VideoRecord,
)

RECIPE_VERSION = 1
"""Raised when the same file would give other scenes or words than before: it is then indexed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the pipeline works with; the same for all files of a run."""

    owner: UUID
    database: Database
    objects: ObjectStore
    encoder: TextEncoder
    space: Space  #: the transcript space, as the store knows it
    sight: Sight | None  #: what embeds keyframes; None: no visual channel
    hearing: Hearing | None  #: what embeds sound; None: no audio channel
    limits: Limits
    detector: str
    decoder: Decoder  #: what reads files, here or in a child process
    accurate: bool | None = None  #: every picture is decoded to find cuts; None: of small ones
    regions: Sight | None = None  #: what embeds parts of keyframes, where that is wanted
    likeness: Likeness | None = None  #: compares scenes with scenes, where the visual channel does not
    at_once: int = 1  #: files that a run reads side by side
    own_folders: tuple[Path, ...] = ()  #: of the library itself: no videos are looked for in them
    before_write: Callable[[], None] = lambda: (
        None
    )  #: called when all of a video is found: the processors have time while the database writes
    on_write: Callable[[Transaction, UUID], None] | None = (
        None  #: what follows from a result, in its transaction
    )
    called: Callable[[Path], str | None] = lambda _: (
        None
    )  #: what the sender of a file calls it, if it was sent

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One transaction in the owner's name."""
        return self.database.transaction(self.owner)

    def spaces(self) -> list[Space]:
        """Those that are filled."""
        filling = (self, self.sight, self.regions, self.hearing, self.likeness)
        return [part.space for part in filling if part is not None]

    def write(self, record: VideoRecord, also: Callable[[Transaction, UUID], None]) -> UUID:
        """Write all of a video, and what `also` adds, in one transaction."""
        self.before_write()
        with self.transaction() as tx:
            video_id = write_video(tx, record)
            also(tx, video_id)
            keep_corrected(tx, self, video_id)
            if self.on_write is not None:
                self.on_write(tx, video_id)
        return video_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A video on disk: the path to read it from, and all paths at which it lies."""

    path: Path
    digest: str  #: sha256, hex
    sources: tuple[Path, ...]
    called: Mapping[Path, str] = field(default_factory=dict)  #: names of sources that say none themselves

    @property
    def title(self) -> str:
        """The name of the file that is read."""
        return self.called.get(self.path, self.path.name)

    def names(self) -> tuple[str, ...]:
        """The file names, which are words to search for."""
        return tuple(sorted({self.called.get(source, source.name) for source in self.sources}))

    def sidecars(self) -> tuple[Sidecar, ...]:
        """The subtitle files beside each of its paths."""
        return tuple(sidecar for source in self.sources for sidecar in find_sidecars(source))

    def fingerprint(self) -> str:
        """Changes when a name or a sidecar does: the words are then read again."""
        parts = [*self.names(), sidecar_fingerprint(self.sidecars())]
        return hashlib.sha256(b"\0".join(os.fsencode(part) for part in parts)).hexdigest()


def recipe(parts: Parts) -> str:
    """How scenes come about here, in one word that is kept with each video. Embeddings have spaces instead."""
    return recipe_by(parts.detector)


def recipe_by(detector: str) -> str:
    """The same, of a detector by its name. Raises NotFoundError for one that is not there."""
    if detector in BUILT_IN:
        return f"{RECIPE_VERSION}:{detector}:scenedetect-{version('scenedetect-headless')}"
    plugin, _ = plugins.load("detector", detector)
    return f"{RECIPE_VERSION}:{detector}:{plugin.package}-{plugin.version}"


def index_content(parts: Parts, content: Content, progress: Progress) -> VideoRecord:
    """Read a file and give all that is known of it. Its pictures are in the object store when this returns.

    While it is decoded, what was found before is embedded, kept and heard; its words are read while the last pictures
    are embedded. Raises MediaError when there is nothing to index in it.
    """
    with (
        parts.decoder.reading(content.path, parts.limits, parts.detector) as reading,
        Looking(parts.sight, parts.regions) as looking,
        Listening(parts.hearing, parts.decoder, content.path, parts.limits) as listening,
    ):
        listening.begin(reading)
        with parts.objects.writing() as writing:
            scenes = _scenes(parts, reading, progress, Taken(looking, writing, listening))
        looking.finish()
        progress.step("words", 0.0)
        spans = [(scene.start_s, scene.end_s) for scene in scenes]
        inside = reading.captions()
        info, duration_s = reading.info, scenes[-1].end_s
        beside, said = read_sidecars(content.sidecars(), parts.limits)
        captions = within([*inside, *beside, *_annotations(parts, content.digest)], duration_s)
        terms = terms_of_scenes(spans, captions, content.names())
        read = transcript_embeddings(spans, captions, parts.encoder)
        heard = listening.embeddings(reading, spans)
        alike = likeness_embeddings(parts, reading, scenes)
        seen = looking.embeddings()
    return VideoRecord(
        content_hash=content.digest,
        title=content.title,
        info=info,
        duration_s=duration_s,
        scenes=tuple(scenes),
        captions=captions,
        terms=terms,
        embeddings={
            parts.space.id: read,
            **seen,
            **heard,
            **alike,
        },
        recipe=recipe(parts),
        sidecars=content.fingerprint(),
        warnings=tuple(dict.fromkeys([*info.warnings, *reading.warnings, *said])),
    )


def likeness_embeddings(
    parts: Parts, reading: Reading, scenes: Sequence[SceneRecord | Scene]
) -> dict[int, tuple[EmbeddingDraft, ...]]:
    """By what these scenes are compared with scenes, where a model of its own does that. Raises MediaError."""
    if parts.likeness is None:
        return {}
    if parts.likeness.needs_file:
        return moving_likeness(reading, scenes, parts.likeness)
    return keyframe_likeness(scenes, parts.likeness, parts.objects)


def _annotations(parts: Parts, digest: str) -> list[Caption]:
    """What was heard and read in this content before: its times hold, however it is cut into scenes now."""
    with parts.transaction() as tx:
        video_id = find_by_hash(tx, digest)
        known = originals_of(tx, video_id) if video_id else []
    return [caption for caption in known if caption.origin in ("speech", "screen")]


def refresh_words(parts: Parts, video_id: UUID, content: Content) -> None:
    """Read names and sidecars of a known video again; nothing is decoded."""
    with parts.transaction() as tx:
        kept = [c for c in originals_of(tx, video_id) if c.origin != "sidecar"]
        spans: list[Span] = [(scene.start_s, scene.end_s) for scene in scenes_of(tx, video_id)]
        described = descriptions_of(tx, video_id)
    beside, _ = read_sidecars(content.sidecars(), parts.limits)
    captions = within([*kept, *beside], spans[-1][1])
    with parts.transaction() as tx:
        write_words(
            tx,
            video_id,
            captions=captions,
            terms=terms_of_scenes(spans, captions, content.names(), described),
            embeddings={parts.space.id: transcript_embeddings(spans, captions, parts.encoder)},
            sidecars=content.fingerprint(),
            title=content.title,
        )
        keep_corrected(tx, parts, video_id)


def _scenes(parts: Parts, reading: Reading, progress: Progress, taken: "Taken") -> list[SceneRecord]:
    """The scenes of the one decode pass, their pictures on their way to the store."""
    duration_s = reading.info.duration_s

    def reached(seconds: float) -> None:
        progress.step("scenes", seconds / duration_s if duration_s else 0.0)

    with closing(reading.scenes(parts.detector, reached, accurate=parts.accurate)) as drafts:
        scenes = [taken.scene(draft) for draft in drafts]
    if not scenes:
        raise DecodeError("Nothing in this file could be decoded.")
    return scenes


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a scene goes as it is found: its pictures to the encoder and the object store, its times to who hears."""

    looking: Looking
    writing: Writing
    listening: Listening

    def scene(self, draft: SceneDraft) -> SceneRecord:
        """The scene as it is kept. Its pictures are on their way."""
        self.listening.found((draft.start_s, draft.end_s))
        keyframes = tuple(
            StoredKeyframe(
                t_s=keyframe.t_s,
                quality=keyframe.quality,
                width=keyframe.width,
                height=keyframe.height,
                object_key=self.writing.put(keyframe.jpeg),
            )
            for keyframe in draft.keyframes
        )
        self.looking.give(
            draft.index, [(kept, seen.jpeg) for kept, seen in zip(keyframes, draft.keyframes, strict=True)]
        )
        return SceneRecord(
            index=draft.index,
            start_s=draft.start_s,
            end_s=draft.end_s,
            keyframes=keyframes,
            thumbnail_key=self.writing.put(draft.thumbnail) if draft.thumbnail else None,
            transition=draft.transition,
        )
