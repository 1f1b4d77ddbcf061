"""An example that somebody points at (a scene, a picture, a part of one) → an anchor for the engine."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import ImageEncoder
from scenedex.errors import EncoderError, NotFoundError, UsageError
from scenedex.search.anchor import COHORT, Anchor, anchor_query, check_box, cohort_background, cropped, middle
from scenedex.search.request import Example
from scenedex.store.database import Transaction
from scenedex.store.scenes import find_scene
from scenedex.store.scoring import scene_vectors, some_vectors
from scenedex.store.spaces import Choices, choices
from scenedex.store.videos import resolve_video
from scenedex.types import Scene, Space, StoredKeyframe, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What is needed to look at an example."""

    encoder: Callable[[Space], ImageEncoder]  #: raises EncoderError where this machine has none
    picture: Callable[[str], bytes]  #: object key → JPEG
    scenes: Space | None = (
        None  #: where scenes are compared with one another, if that is not what queries search
    )


def anchor_of(tx: Transaction, example: Example, eyes: Eyes, chosen: Choices | None = None) -> Anchor:
    """`chosen`: what is searched here, where that is known already.

    Raises UsageError for an example that makes no sense, NotFoundError for one that is not there, EncoderError
    where this library or this machine cannot compare pictures."""
    _check(example)
    chosen = chosen or choices(tx)
    counts = {space.id: int(chosen.sizes[space.id].vectors) for space in chosen.spaces}
    whole = example.scene is not None and example.box is None
    spaces = [space for space in chosen.spaces if space.modality == "visual" and counts.get(space.id)]
    if whole and eyes.scenes is not None and counts.get(eyes.scenes.id):
        spaces = [eyes.scenes]
    if not spaces:
        raise EncoderError(
            "No picture of this library can be compared with another yet: `scenedex models pull` fetches the models, "
            "and `scenedex index` then completes what is missing."
        )
    scene = scene_named(tx, example.scene) if example.scene is not None else None
    vectors = _vectors(tx, example, scene, spaces, eyes)
    itself = scene.id if scene else None
    return Anchor(
        vectors=tuple(anchor_query(space, vector) for space, vector in vectors),
        backgrounds={
            space.id: cohort_background(vector, some_vectors(tx, space, COHORT, itself), counts[space.id])
            for space, vector in vectors
        },
        exclude=(itself,) if itself else (),
        weight=example.weight,
        said=_said(example, scene),
    )


def _check(example: Example) -> None:
    if (example.scene is None) == (example.picture is None):
        raise UsageError("An example is either a scene of the library or a picture.")
    if example.t_s is not None and not (example.scene is not None and math.isfinite(example.t_s)):
        raise UsageError(
            "The time of an example is that of a keyframe of a scene, in seconds from its video's start."
        )
    if example.box is not None:
        check_box(example.box)
    if not 0 < example.weight <= 1:
        raise UsageError(f"The weight of an example must be above 0 and at most 1, not {example.weight}.")


def _said(example: Example, scene: Scene | None) -> str:
    part = "a part of " if example.box is not None else ""
    return f"like {part}scene {scene.index}" if scene else f"like {part}the picture"


def scene_named(tx: Transaction, named: str | UUID) -> Scene:
    """By its id, or as VIDEO:SCENE."""
    if isinstance(named, UUID):
        return find_scene(tx, named)
    try:
        return find_scene(tx, UUID(named))
    except ValueError:
        video, colon, number = named.rpartition(":")
    if not colon or not video or not number.isdecimal() or len(number) > 9:
        raise UsageError(f"A scene is given by its id, or as VIDEO:SCENE such as film.mp4:12, not {named!r}.")
    return find_scene(tx, (resolve_video(tx, video).id, int(number)))


def _vectors(
    tx: Transaction, example: Example, scene: Scene | None, spaces: Sequence[Space], eyes: Eyes
) -> list[tuple[Space, Vector]]:
    """In each space in which the example can be looked at: a library may have pictures in two, and a model of one."""
    made: list[tuple[Space, Vector]] = []
    failed: EncoderError | NotFoundError | None = None
    for space in spaces:
        try:
            made.append((space, _vector(tx, example, scene, space, eyes)))
        except (EncoderError, NotFoundError) as exc:
            failed = failed or exc
    if failed is not None and not made:
        raise failed
    return made


def _vector(tx: Transaction, example: Example, scene: Scene | None, space: Space, eyes: Eyes) -> Vector:
    if scene is None:
        return _embedded(example.picture, example, space, eyes)
    if example.box is not None:
        return _embedded(eyes.picture(keyframe_of(scene, example.t_s).object_key), example, space, eyes)
    known = scene_vectors(tx, scene.id, space)
    if not known:
        raise NotFoundError(
            f"Scene {scene.index} has no pictures that could be compared in {space.name}: `scenedex index` completes "
            "what is missing."
        )
    if example.t_s is not None:
        at = example.t_s
        return min(known, key=lambda each: abs(each[0] - at))[1]
    return middle([vector for _, vector in known])


def keyframe_of(scene: Scene, t_s: float | None) -> StoredKeyframe:
    """The keyframe nearest to a time, or the best one. Raises NotFoundError."""
    if not scene.keyframes:
        raise NotFoundError(f"Scene {scene.index} has no pictures.")
    if t_s is None:
        return max(scene.keyframes, key=lambda keyframe: keyframe.quality)
    return min(scene.keyframes, key=lambda keyframe: abs(keyframe.t_s - t_s))


def _embedded(
    picture: bytes | np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None,
    example: Example,
    space: Space,
    eyes: Eyes,
) -> Vector:
    assert picture is not None
    seen: Sequence[bytes] | Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = [pixels_of(picture)]
    if example.box is not None:
        seen = [cropped(pixels_of(picture), example.box)]
    (made,) = eyes.encoder(space).embed_pictures(seen)
    if made.vector is None:
        raise made.error or EncoderError("The picture could not be embedded.")
    return made.vector
