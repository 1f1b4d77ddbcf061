"""Scenes → the embeddings by which scenes are compared with scenes, where a model of its own does that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.scene_encoders import SceneEncoder
from scenedex.indexing.reading import Reading
from scenedex.store.objects import ObjectStore
from scenedex.types import EmbeddingDraft, Pixels, Space, StoredKeyframe

AT_ONCE = 8
SHORT_SIDE = 512
"""Of the pictures that are read from a file: more than any of these networks sees."""

USUAL_RATE = 25.0
"""Pictures a second of a file whose header does not say."""


class Span(Protocol):
    """A scene, as far as it matters here."""

    @property
    def index(self) -> int: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def keyframes(self) -> tuple[StoredKeyframe, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An encoder of scenes, and its space as the store knows it."""

    encoder: SceneEncoder
    space: Space

    @property
    def needs_file(self) -> bool:
        """Whether it sees more of a scene than its keyframes."""
        return self.encoder.frames > 1


_Part = tuple[int, int, float, list[Pixels | bytes]]
"""Scene index, ordinal in the scene, time, pictures."""


def keyframe_likeness(
    scenes: Sequence[Span], likeness: Likeness, objects: ObjectStore
) -> dict[int, tuple[EmbeddingDraft, ...]]:
    """Space id to one embedding for each keyframe. Raises NotFoundError for a picture that is gone."""
    places = [
        (scene.index, ordinal, keyframe)
        for scene in scenes
        for ordinal, keyframe in enumerate(scene.keyframes)
    ]
    pictures = objects.get_all(keyframe.object_key for *_, keyframe in places)
    parts: Iterator[_Part] = (
        (index, ordinal, keyframe.t_s, [picture])
        for (index, ordinal, keyframe), picture in zip(places, pictures, strict=True)
    )
    return {likeness.space.id: _drafts(parts, likeness.encoder)}


def moving_likeness(
    reading: Reading, scenes: Sequence[Span], likeness: Likeness
) -> dict[int, tuple[EmbeddingDraft, ...]]:
    """Space id to one embedding for each scene, of pictures spread over it; empty without pictures.

    Raises MediaError.
    """
    video = reading.info.video
    if video is None:
        return {}
    encoder = likeness.encoder
    gap_s = encoder.stride / float(video.frame_rate or USUAL_RATE)
    wanted = [(scene, moments(scene.start_s, scene.end_s, encoder.frames, gap_s)) for scene in scenes]
    pictures = reading.pictures((t_s for _, times in wanted for t_s in times), SHORT_SIDE)
    parts: Iterator[_Part] = (
        (
            scene.index,
            0,
            times[len(times) // 2],
            list(islice(pictures, len(times))),
        )
        for scene, times in wanted
    )
    return {likeness.space.id: _drafts(parts, encoder)}


def moments(start_s: float, end_s: float, count: int, gap_s: float) -> list[float]:
    """The times of `count` pictures of a scene, in order: the middles of equal parts of it.

    In a scene too short for pictures `gap_s` apart there are fewer different ones, and some are taken again.
    """
    distinct = max(1, min(count, int((end_s - start_s) / gap_s + 1e-6))) if gap_s > 0 else count
    different = [start_s + (end_s - start_s) * (k + 0.5) / distinct for k in range(distinct)]
    return [different[k * distinct // count] for k in range(count)]


def _drafts(parts: Iterable[_Part], encoder: SceneEncoder) -> tuple[EmbeddingDraft, ...]:
    waiting, made = iter(parts), list[EmbeddingDraft]()
    while several := list(islice(waiting, AT_ONCE)):
        seen: list[Embedding] = encoder.embed_scenes([pictures for *_, pictures in several])
        made += [
            EmbeddingDraft(
                scene_index=index, ordinal=ordinal, t_s=t_s, vector=each.vector, metadata=each.metadata
            )
            for (index, ordinal, t_s, _), each in zip(several, seen, strict=True)
        ]
    return tuple(made)
