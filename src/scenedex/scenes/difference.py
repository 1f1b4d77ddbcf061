"""How much two small pictures differ, as PySceneDetect's content detector counts it."""

from typing import Any

import cv2
import numpy as np

from scenedex.types import Pixels


def hsv(small: Pixels) -> Any:
    """A picture as differences are counted in: hue, saturation and value, shape (height, width, 3)."""
    return cv2.cvtColor(np.ascontiguousarray(small), cv2.COLOR_RGB2HSV)


def difference(one: Any, other: Any) -> float:
    """Mean absolute difference of two pictures in HSV, 0 to 255. The other is brought to the size of the one.

    The `content_val` of PySceneDetect's ContentDetector with its default weights.
    """
    if one.shape != other.shape:
        height, width = one.shape[:2]
        other = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    return float(cv2.norm(one, other, cv2.NORM_L1)) / float(one.size)


def shared_colours(one: Any, other: Any) -> float:
    """Share of two pictures in HSV that has the same colours, wherever in the picture, 0 to 1.

    Histogram intersection (Swain and Ballard, "Color indexing", 1991) with 8 hues, 4 saturations and 8 values.
    """
    return float(cv2.compareHist(_colours(one), _colours(other), cv2.HISTCMP_INTERSECT))


def _colours(picture: Any) -> Any:
    histogram = cv2.calcHist([picture], [0, 1, 2], None, [8, 4, 8], [0, 180, 0, 256, 0, 256])
    return histogram / float(histogram.sum())
