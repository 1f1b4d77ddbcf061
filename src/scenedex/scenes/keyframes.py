"""Which pictures stand for a scene: the best ones that are close enough together and well spread."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenedex.types import MAX_KEYFRAME_GAP_S, MAX_KEYFRAMES

MIN_SPREAD_S = 1.0
"""No two keyframes of a scene are closer: they would show the same."""

NEAR_CUT_S = 0.12
"""Pictures this close to either end of a scene may be blended with the neighbouring shot's."""

# The choice weighs, in this order: no gap over the limit, as many keyframes as the scene is due, quality (0 to 1
# each), and, between pictures of like quality, an even spread.
_PER_SECOND_TOO_FAR = 1000.0
_PER_KEYFRAME = 10.0
_NEAR_CUT = 0.5
_UNEVEN = 0.1

Times = NDArray[np.float64]


def keyframes_due(length_s: float) -> int:
    """How many keyframes a scene of this length gets, where it has the pictures."""
    return min(MAX_KEYFRAMES, max(1, math.ceil(length_s / MAX_KEYFRAME_GAP_S)))


def widest_gap(times: Sequence[float], start_s: float, end_s: float) -> float:
    """The longest time in `[start_s, end_s)` without a keyframe, its ends included, in seconds."""
    return max(after - before for before, after in pairwise([start_s, *times, end_s]))


def choose(times: Sequence[float], qualities: Sequence[float], start_s: float, end_s: float) -> list[int]:
    """Positions of the candidates that become the keyframes of the scene `[start_s, end_s)`, in order of time.

    `times` increase and lie inside the scene. At most `keyframes_due` are chosen, at least `MIN_SPREAD_S` apart,
    such that neighbours, and the first and last and the scene's ends, are at most `MAX_KEYFRAME_GAP_S` apart;
    where the candidates don't allow that, the excess is as small as can be. Candidates that are no more than a
    second apart always allow it. Nothing to choose from gives nothing.

    A dynamic programme over (number chosen, last chosen): O(due x candidates squared).
    """
    if not times:
        return []
    t = np.asarray(times, dtype=np.float64)
    due = keyframes_due(end_s - start_s)
    even = (end_s - start_s) / due
    worth = np.asarray(qualities, dtype=np.float64) + _PER_KEYFRAME
    worth -= _NEAR_CUT * ((t - start_s < NEAR_CUT_S) | (end_s - t < NEAR_CUT_S))
    apart = t[np.newaxis, :] - t[:, np.newaxis]  # (before, after)
    step = np.where(apart >= MIN_SPREAD_S, -_cost(apart, even), -np.inf)
    closing = -_cost(end_s - t, even / 2)
    best = worth - _cost(t - start_s, even / 2)
    came_from: list[NDArray[np.intp]] = []
    final, winner = best + closing, (0, int(np.argmax(best + closing)))
    top = float(final[winner[1]])
    for chosen in range(1, min(due, len(t))):
        reach = best[:, np.newaxis] + step
        came_from.append(np.argmax(reach, axis=0))
        best = reach.max(axis=0) + worth
        final = best + closing
        if float(final.max()) > top:
            top, winner = float(final.max()), (chosen, int(np.argmax(final)))
    return _walk_back(came_from, *winner)


def _cost(gap: Times, even: float) -> Times:
    """What a gap costs: much for each second beyond the limit, a little for not being the even one."""
    return (
        _PER_SECOND_TOO_FAR * np.maximum(gap - MAX_KEYFRAME_GAP_S, 0.0) + _UNEVEN * ((gap - even) / even) ** 2
    )


def _walk_back(came_from: list[NDArray[np.intp]], chosen: int, last: int) -> list[int]:
    path = [last]
    for level in reversed(came_from[:chosen]):
        path.append(int(level[path[-1]]))
    return path[::-1]
