"""Cuts → scenes: half-open intervals that cover all of a video, without gap or overlap."""

import math
from collections.abc import Iterable
from itertools import pairwise

from scenedex.types import MAX_SCENE_S

Interval = tuple[float, float]
"""Start and end in seconds, half open."""


def scenes_from_cuts(cuts: Iterable[float], duration_s: float) -> list[Interval]:
    """The scenes of a video: the first starts at 0.0, each ends where the next starts, the last at `duration_s`.

    `cuts` are seconds in any order; those that are no number, doubled, or not strictly inside of the
    video count for nothing. A shot longer than `MAX_SCENE_S` is split evenly.

    Raises ValueError if the duration is no positive, finite number.
    """
    if not (math.isfinite(duration_s) and duration_s > 0):
        raise ValueError(f"a video lasts a positive number of seconds, not {duration_s}")
    inside = sorted({float(cut) for cut in cuts if 0.0 < cut < duration_s})
    edges = [0.0, *inside, float(duration_s)]
    return [scene for start, end in pairwise(edges) for scene in split_shot(start, end)]


def split_shot(start_s: float, end_s: float) -> list[Interval]:
    """A shot in even parts, as few as `MAX_SCENE_S` allows."""
    parts = max(1, math.ceil((end_s - start_s) / MAX_SCENE_S))
    scenes = _even(start_s, end_s, parts)
    # Rounding can make a part of a shot of 64 s times a whole number too long by one bit.
    return (
        scenes
        if all(end - start <= MAX_SCENE_S for start, end in scenes)
        else _even(start_s, end_s, parts + 1)
    )


def _even(start_s: float, end_s: float, parts: int) -> list[Interval]:
    step = (end_s - start_s) / parts
    return list(pairwise([*(start_s + part * step for part in range(parts)), end_s]))
