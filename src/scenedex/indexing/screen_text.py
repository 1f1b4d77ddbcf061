"""What is written in a video's keyframes → captions with origin `screen`."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from scenedex.annotations.screen_captions import Glance, screen_captions, spans_of_keyframes
from scenedex.annotations.screen_text import ScreenLine
from scenedex.embeddings.images import decode
from scenedex.errors import AnnotationError, NotFoundError, NotInstalledError, PictureError
from scenedex.indexing.annotate import Finding, Tell, replace_captions
from scenedex.indexing.pipeline import Parts
from scenedex.store.scenes import scenes_of
from scenedex.types import AnnotationKind, Pixels, Scene, StoredKeyframe, Video

log = logging.getLogger(__name__)

MAX_SIDE = 1600
"""Longest side in pixels at which a picture is read. Keyframes are smaller; what is not ours may be huge."""


class Reader(Protocol):
    """What reads pictures."""

    @property
    def recipe(self) -> str:
        """How, in one word."""

    def read(self, pixels: Pixels) -> tuple[ScreenLine, ...]:
        """The lines of a picture. Raises AnnotationError."""


class ScreenText:
    """Annotates with what is written in the pictures."""

    kind: AnnotationKind = "screen_text"

    def __init__(self, reader: Reader) -> None:
        self.recipe = reader.recipe
        self._reader = reader

    def check(self) -> None:
        """Nothing: what it needs was found when it was made."""

    def close(self) -> None:
        """Nothing is held but memory."""

    def look(self, parts: Parts, video: Video, tell: Tell) -> Finding:
        """Read all keyframes. One that cannot be read is left out; AnnotationError where none can."""
        with parts.transaction() as tx:
            scenes = scenes_of(tx, video.id)
        places = _places(scenes)
        if not places:
            return Finding(reason="It has no pictures.")
        glances, failed = [], 0
        for number, (span, keyframe) in enumerate(places):
            try:
                lines = self._reader.read(decode(parts.objects.get(keyframe.object_key), max_side=MAX_SIDE))
            except NotInstalledError:
                raise
            except (AnnotationError, PictureError, NotFoundError) as exc:
                log.warning("keyframe at %.2f s of video %s: %s", keyframe.t_s, video.id, exc)
                lines, failed, last = (), failed + 1, exc
            glances.append(Glance(start_s=span[0], end_s=span[1], lines=lines))
            tell((number + 1) / len(places))
        if failed == len(places):
            raise AnnotationError(f"None of its {failed} keyframes could be read: {last}")
        reason = f"{failed} of {len(places)} keyframes could not be read." if failed else None
        store = partial(replace_captions, parts, video.id, "screen", screen_captions(glances))
        return Finding(store=store, reason=reason)


def _places(scenes: Sequence[Scene]) -> list[tuple[tuple[float, float], StoredKeyframe]]:
    """Each keyframe with the part of the video that it stands for, by time."""
    places = []
    for scene in scenes:
        keyframes = sorted(scene.keyframes, key=lambda keyframe: keyframe.t_s)
        spans = spans_of_keyframes(scene.start_s, scene.end_s, [keyframe.t_s for keyframe in keyframes])
        places += list(zip(spans, keyframes, strict=True))
    return places
