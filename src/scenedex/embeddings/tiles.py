"""Overlapping parts of a picture, each with an embedding of its own: a crop is compared with what is of its size."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import Embedding, ImageEncoder
from scenedex.errors import EncoderError
from scenedex.types import Pixels, region_space

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as parts of the picture's width and height, 0 to 1."""


def grid(share: float, overlap: float = 0.5) -> tuple[Box, ...]:
    """Tiles of this share of the picture's width and height, row by row; neighbours overlap by `overlap` of a tile."""
    starts = _starts(share, overlap)
    return tuple((x, y, x + share, y + share) for y, x in product(starts, starts))


def squares(aspect: float, share: float, overlap: float = 0.5) -> tuple[Box, ...]:
    """Square tiles of this share of a picture's short side; `aspect` is its width by its height."""
    width, height = (share / aspect, share) if aspect >= 1 else (share, share * aspect)
    columns, rows = _starts(width, overlap), _starts(height, overlap)
    return tuple((x, y, x + width, y + height) for y, x in product(rows, columns))


def _starts(share: float, overlap: float) -> list[float]:
    """Where tiles begin that cover a side of length 1 evenly."""
    room = 1.0 - share
    if room <= 1e-9:
        return [0.0]
    count = math.ceil(room / (share * (1.0 - overlap)) - 1e-9) + 1
    return [room * k / (count - 1) for k in range(count)]


LAYOUT = "thirds"
"""Names BOXES in a space: other boxes need another name."""

BOXES: tuple[Box, ...] = ((0.0, 0.0, 1.0, 1.0), *grid(2 / 3))
"""The whole picture, and its four corners of two thirds. Chosen by `python -m benchmarks tiles`."""


class PartsEncoder:
    """An ImageEncoder that sees each picture whole and in parts; `metadata["box"]` says which."""

    whole_first = True

    def __init__(self, eyes: ImageEncoder) -> None:
        self._eyes = eyes
        self.space = region_space(eyes.space, LAYOUT)

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture: of all of it."""
        return self._eyes.embed_pictures(pictures)

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """One embedding for each of BOXES, in their order; one with the reason for a picture that cannot be read."""
        parts: list[Pixels | bytes] = []
        counts: list[int] = []
        for picture in pictures:
            cut = _cut(picture)
            parts += cut
            counts.append(len(cut))
        made = iter(self._eyes.embed_pictures(parts))
        return [
            tuple(
                replace(part, metadata={**part.metadata, "box": [round(side, 6) for side in box]})
                for box, part in zip(BOXES, [next(made) for _ in range(count)], strict=False)
            )
            for count in counts
        ]


def pixels_in(picture: Pixels, box: Box) -> Pixels:
    """That part of a picture (height, width, 3); one pixel at least."""
    height, width = picture.shape[:2]
    left, top = min(int(box[0] * width), width - 1), min(int(box[1] * height), height - 1)
    right = max(math.ceil(box[2] * width - 1e-6), left + 1)
    bottom = max(math.ceil(box[3] * height - 1e-6), top + 1)
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _cut(picture: Pixels | bytes) -> list[Pixels | bytes]:
    """The parts of a picture, decoded once; itself where it cannot be read, for the encoder to say so."""
    try:
        whole = pixels_of(picture)
    except EncoderError:
        return [picture]
    return [pixels_in(whole, box) for box in BOXES]
