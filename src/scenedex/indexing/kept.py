"""The pictures that were kept of a scene → its embeddings, without the video."""

from collections.abc import Sequence

from scenedex.embeddings.protocols import ImageEncoder
from scenedex.embeddings.watching import Watcher, ignore
from scenedex.errors import ScenedexError, StoreError
from scenedex.indexing.checkpoint import now
from scenedex.indexing.sights import Place, looked_at
from scenedex.store.objects import ObjectStore
from scenedex.types import EmbeddingDraft, Scene, StoredKeyframe


def embedded(
    objects: ObjectStore, encoder: ImageEncoder, scene: Scene, watch: Watcher = ignore
) -> tuple[list[EmbeddingDraft], StoreError | None]:
    """The embeddings of a scene's keyframes, or of its thumbnail where none of them can be had; and, where the object
    store gave nothing at all, why."""
    had, failures = _pictures(objects, scene.index, scene.keyframes)
    if not had and scene.thumbnail_key is not None:
        had, other = _pictures(objects, scene.index, [_standing_in(scene, scene.thumbnail_key)])
        failures = [] if had else failures or other
    broken = next((exc for _, exc in failures if isinstance(exc, StoreError)), None)
    drafts = looked_at(encoder, had, watch)
    drafts += [_failure(scene.index, keyframe, exc) for keyframe, exc in failures]
    return drafts, None if had else broken


def _pictures(
    objects: ObjectStore, index: int, keyframes: Sequence[StoredKeyframe]
) -> tuple[list[tuple[Place, bytes]], list[tuple[StoredKeyframe, ScenedexError]]]:
    had: list[tuple[Place, bytes]] = []
    failures: list[tuple[StoredKeyframe, ScenedexError]] = []
    pictures = objects.get_many(keyframe.object_key for keyframe in keyframes)
    for keyframe, picture in zip(keyframes, pictures, strict=True):
        if isinstance(picture, bytes):
            had.append(((index, keyframe), picture))
        else:
            failures.append((keyframe, picture))
    return had, failures


def _standing_in(scene: Scene, thumbnail_key: str) -> StoredKeyframe:
    """The thumbnail, which shows the best keyframe."""
    best = max(scene.keyframes, key=lambda keyframe: keyframe.quality, default=None)
    at = best.t_s if best else (scene.start_s + scene.end_s) / 2
    return StoredKeyframe(
        t_s=at, quality=best.quality if best else 0.0, width=0, height=0, object_key=thumbnail_key
    )


def _failure(index: int, keyframe: StoredKeyframe, exc: ScenedexError) -> EmbeddingDraft:
    metadata = {
        "error": f"{type(exc).__name__}: {exc}",
        "created_at": now(),
        "frame_path": keyframe.object_key,
        "frame_quality": round(keyframe.quality, 4),
    }
    return EmbeddingDraft(scene_index=index, ordinal=0, t_s=keyframe.t_s, vector=None, metadata=metadata)
