"""The cosines of a scene's keyframes → the cosine of the scene."""

import math
import operator
from collections.abc import Sequence
from typing import Literal, get_args

from scenedex.errors import UsageError

Pooling = Literal["max", "top3", "softmax"]
WAYS: tuple[Pooling, ...] = get_args(Pooling)

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
    if how not in WAYS:
        raise UsageError(f"There is no pooling {how!r}: there are {', '.join(WAYS)}.")
    values = sorted(
        map(float, cosines), reverse=True
    )  # so few that arrays of NumPy's cost more than they save
    if not values or not all(map(math.isfinite, values)):
        raise UsageError("A scene is judged by the cosines of its keyframes: finite numbers, at least one.")
    if how == "max":
        return values[0]
    if how == "top3":
        mean = math.fsum(values[:BEST]) / min(BEST, len(values))
    else:
        weights = [math.exp((value - values[0]) / TEMPERATURE) for value in values]
        mean = math.fsum(map(operator.mul, weights, values)) / math.fsum(weights)
    return min(max(mean, values[-1]), values[0])
