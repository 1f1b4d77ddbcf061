"""Small pictures for values that are shown in notebooks."""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from scenedex.errors import NotFoundError, StoreError
from scenedex.types import Answer, Hit
from scenedex.types.showing import MAX_PICTURE_BYTES

SIDE = 240
"""Longest side of such a picture in pixels."""

QUALITIES = (75, 50, 25)
"""Of JPEG: the first that is small enough."""

Picture = Callable[[str], bytes]
"""The JPEG of a thumbnail by its key; raises NotFoundError."""


def illustrated(answer: Answer, picture: Picture) -> Answer:
    """The answer, each of its hits with its picture; one that is gone or unreadable is left out."""
    small = lru_cache(maxsize=None)(lambda key: small_picture(key, picture))

    def shown(hits: Iterable[Hit]) -> tuple[Hit, ...]:
        return tuple(
            replace(hit, picture=small(hit.thumbnail) if hit.thumbnail else None, then=shown(hit.then))
            for hit in hits
        )

    groups = tuple(replace(group, hits=shown(group.hits)) for group in answer.groups)
    return replace(answer, hits=shown(answer.hits), groups=groups)


def small_picture(key: str, picture: Picture) -> bytes | None:
    """A thumbnail in at most MAX_PICTURE_BYTES; None where it is gone or cannot be read."""
    from PIL import Image

    with suppress(NotFoundError, StoreError, OSError), Image.open(io.BytesIO(picture(key))) as image:
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE))
        shown = image.convert("RGB")
        for quality in QUALITIES:
            made = io.BytesIO()
            shown.save(made, "JPEG", quality=quality)
            if made.tell() <= MAX_PICTURE_BYTES:
                return made.getvalue()
    return None
