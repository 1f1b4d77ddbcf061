"""The cosines of a scene's keyframes → the cosine of the scene."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from scenedex.errors import UsageError

Pooling = Literal["max", "top3", "softmax"]

BEST = 3
"""Keyframes that count in `top3`."""

TEMPERATURE = 0.01
"""Of `softmax`, in cosines: a keyframe that is 0.01 nearer weighs e times as much.

It is the temperature at which CLIP's training ended up (Radford et al. 2021, section 2.5), the scale on which cosines
between pictures and words differ.
"""


def pooled(cosines: Sequence[float], how: Pooling = "max") -> float:
    """One number between the least and the greatest of `cosines`, whatever their order.

    `max`: the best keyframe. `top3`: the mean of the best three (of all, where there are fewer): what is seen for
    longer counts for more. `softmax`: the mean of all, weighted by exp(cosine / TEMPERATURE): near the best, and
    what lies far below it counts for next to nothing.

    Raises UsageError without cosines, for one that is no finite number, and for another `how`.
    """
    if how not in get_args(Pooling):
        raise UsageError(f"There is no pooling {how!r}: there are {', '.join(get_args(Pooling))}.")
    values = np.sort(np.asarray(cosines, np.float64))[::-1]
    if values.size == 0 or not np.isfinite(values).all():
        raise UsageError("A scene is judged by the cosines of its keyframes: finite numbers, at least one.")
    if how == "top3":
        weights = np.ones(min(BEST, values.size))
    elif how == "softmax":
        weights = np.exp((values - values[0]) / TEMPERATURE)
    else:
        weights = np.ones(1)
    mean = float(np.average(values[: weights.size], weights=weights))
    return min(max(mean, float(values[-1])), float(values[0]))
