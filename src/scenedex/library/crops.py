"""Somebody points at someone or something, in a picture or in a video → the pixels that show it."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.tiles import Box, pixels_in
from scenedex.errors import NotFoundError, UsageError
from scenedex.library.examples import keyframe_of, scene_named
from scenedex.search.anchor import check_box
from scenedex.store.scenes import scenes_of
from scenedex.store.videos import resolve_video
from scenedex.types import Pixels, StoredKeyframe, Video

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

SAME_S = 0.005
"""A keyframe that is shown no further from the time that is asked for is the picture that is meant."""

SHORT_SIDE = 1080
"""Of a picture that is read from a file for a crop."""

SMALLEST = 8
"""Pixels that a crop has in width and height at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """What shows an entity: a picture, a keyframe of a scene, or a video at a time; whole or a rectangle of it."""

    picture: Pixels | bytes | None = field(default=None, repr=False)  #: pixels, or an encoded file
    scene: str | UUID | None = None  #: its id, or VIDEO:SCENE
    video: str | None = None  #: id, path or file name
    t_s: float | None = None  #: of the video; of a scene: the keyframe nearest to it, else the best one
    box: Box | None = None  #: left, top, right, bottom, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The pixels of a crop, and where they are from."""

    pixels: Pixels = field(repr=False)
    video_id: UUID | None
    t_s: float | None
    box: Box | None


def cut(library: "Showing", cutout: Cutout) -> Cut:
    """Raises UsageError, NotFoundError, PictureError, MediaError for what cannot be cut out."""
    _check(cutout)
    video_id: UUID | None = None
    t_s: float | None = None
    if cutout.picture is not None:
        pixels = pixels_of(cutout.picture)
    elif cutout.scene is not None:
        with library.transaction() as tx:
            scene = scene_named(tx, cutout.scene)
        keyframe = keyframe_of(scene, cutout.t_s)
        video_id, t_s = scene.video_id, keyframe.t_s
        pixels = pixels_of(library.picture(keyframe.object_key))
    else:
        assert cutout.video is not None
        assert cutout.t_s is not None
        with library.transaction() as tx:
            video = resolve_video(tx, cutout.video)
        video_id, t_s = video.id, cutout.t_s
        pixels = _picture_at(library, video, cutout.t_s)
    part = pixels_in(pixels, cutout.box) if cutout.box is not None else pixels
    if min(part.shape[:2]) < SMALLEST:
        raise UsageError(
            f"This crop has {part.shape[1]} × {part.shape[0]} pixels, too few to tell anything by: draw a larger "
            f"rectangle ({SMALLEST} × {SMALLEST} at least)."
        )
    return Cut(pixels=part, video_id=video_id, t_s=t_s, box=cutout.box)


def _check(cutout: Cutout) -> None:
    given = [cutout.picture is not None, cutout.scene is not None, cutout.video is not None]
    if sum(given) != 1:
        raise UsageError("An example is one of these: a picture, a scene, or a video at a time.")
    if cutout.t_s is not None and not (math.isfinite(cutout.t_s) and cutout.t_s >= 0):
        raise UsageError("The time of an example is given in seconds from the start of its video, 0 or more.")
    if cutout.picture is not None and cutout.t_s is not None:
        raise UsageError("A picture has no time: leave it out, or name the video that it is from.")
    if cutout.video is not None and cutout.t_s is None:
        raise UsageError(
            "Say at which time of the video the entity is to be seen, in seconds from its start."
        )
    if cutout.box is not None:
        check_box(cutout.box)


def _picture_at(library: "Showing", video: Video, t_s: float) -> Pixels:
    """The picture of a video at a time: a keyframe that was kept, or read from the file."""
    if t_s > video.duration_s:
        raise UsageError(f"The video ends at {video.duration_s:.1f} s: there is nothing at {t_s:g} s.")
    with library.transaction() as tx:
        keyframes = [keyframe for scene in scenes_of(tx, video.id) for keyframe in scene.keyframes]
    if not keyframes:
        raise UsageError("This video has no pictures.")
    nearest = min(keyframes, key=lambda keyframe: abs(keyframe.t_s - t_s))
    if abs(nearest.t_s - t_s) <= SAME_S:
        return pixels_of(library.picture(nearest.object_key))
    return _read(library, video, t_s, nearest)


def _read(library: "Showing", video: Video, t_s: float, nearest: StoredKeyframe) -> Pixels:
    try:
        original = library.original(video.id)
    except NotFoundError as exc:
        raise NotFoundError(
            f"The file of this video is not there any more, so its picture at {t_s:g} s cannot be had. The nearest "
            f"that was kept is the one at {nearest.t_s:g} s."
        ) from exc
    with original, library.decoder.reading(original.path, library.settings.limits()) as reading:
        return next(iter(reading.pictures([t_s], SHORT_SIDE)))
