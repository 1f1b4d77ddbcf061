"""Searching by example: a scene, a picture or a part of one → vectors, and what their cosines mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import NormalDist
from uuid import UUID

import numpy as np
from PIL import Image

from scenedex.errors import EncoderError, UsageError
from scenedex.search.calibration import Background
from scenedex.types import Space, Vector, VectorQuery, Vectors

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as parts of the picture's width and height, 0 to 1."""

COHORT = 256
"""Vectors of the library that an example is compared with to learn what cosine chance gives."""

NARROWEST = 0.01
"""Least cosine for a unit of log odds; see `background.NARROWEST`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An example as the engine takes it."""

    vectors: tuple[VectorQuery, ...]  #: of the channel `anchor`
    backgrounds: dict[int, Background]  #: by space id
    exclude: tuple[UUID, ...] = ()  #: the scene itself
    weight: float = 0.5  #: its share beside words, 0 to 1
    said: str = "like the picture"  #: for the plan


def middle(vectors: Sequence[Vector]) -> Vector:
    """The direction between vectors, unit length. Raises EncoderError where there is none."""
    mean = np.mean(np.stack(vectors), axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    if not math.isfinite(length) or length < 1e-6:
        raise EncoderError("The pictures of this example point nowhere together.")
    return np.asarray(mean / length, dtype=np.float32)


def cohort_background(vector: Vector, cohort: Vectors, vectors: int) -> Background:
    """What cosine chance gives for this example among so many vectors of its space.

    Its cosines with the cohort are taken as normal (zero normalisation of scores: Auckenthaler et al. 2000); the
    calibrated score is 0.5 where one such example in ten finds something as near by chance, and 0.1 where every other.
    The example's own vectors are no part of the cohort: in a small library they would make everything look far.
    """
    if not len(cohort):
        return Background(even=0.98, scale=NARROWEST)
    cosines = cohort @ vector
    return chance_background(float(np.mean(cosines)), float(np.std(cosines)), vectors)


def chance_background(mean: float, spread: float, vectors: int) -> Background:
    """The same, where the mean and the standard deviation of the cosines are known."""
    normal = NormalDist(mean, max(spread, 1e-3))
    count = max(vectors, 2)
    median, ninth = (normal.inv_cdf(chance ** (1 / count)) for chance in (0.5, 0.9))
    return Background(even=min(ninth, 0.98), scale=max((ninth - median) / math.log(9.0), NARROWEST))


def anchor_query(space: Space, vector: Vector) -> VectorQuery:
    """The example's question in one space."""
    return VectorQuery(channel="anchor", space=space, vector=vector)


def check_box(box: Box) -> Box:
    """Raises UsageError for a rectangle without area, or beyond the picture."""
    if len(box) != 4 or not all(isinstance(part, int | float) and math.isfinite(part) for part in box):
        raise UsageError(f"The rectangle {box} must be four numbers from 0 to 1.")
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise UsageError(
            "The rectangle is given as left,top,right,bottom, parts of the picture from 0 to 1, left before right and "
            f"top before bottom; not {left:g},{top:g},{right:g},{bottom:g}."
        )
    return box


def cropped(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], box: Box) -> bytes:
    """That rectangle of a picture (height, width, 3) as a PNG; one pixel at least. Raises UsageError."""
    left, top, right, bottom = check_box(box)
    height, width = pixels.shape[:2]
    first, high = min(int(left * width), width - 1), min(int(top * height), height - 1)
    last, low = max(math.ceil(right * width), first + 1), max(math.ceil(bottom * height), high + 1)
    file = BytesIO()
    Image.fromarray(pixels[high:low, first:last]).save(file, "PNG")
    return file.getvalue()
