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
