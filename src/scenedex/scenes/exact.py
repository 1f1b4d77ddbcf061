"""Where exactly a shot begins, when pictures before the one that showed it were left out."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from scenedex.scenes.difference import difference, hsv
from scenedex.types import Frame

Fetch = Callable[[Sequence[float]], Iterable[Frame]]
"""Gives the frames that are shown at these times, in seconds."""

LOOKS = 8
"""Times at which it is looked in between: encoders leave out three pictures in a row, rarely more."""


def exact_cut(fetch: Fetch, since_s: float, cut_s: float) -> float:
    """When the picture is shown that differs most from the one before it: after `since_s`, at `cut_s` at the latest."""
    step = (cut_s - since_s) / LOOKS
    seen = {
        frame.t_s: hsv(frame.glance())
        for frame in fetch([since_s + n * step for n in range(LOOKS)] + [cut_s])
        if since_s <= frame.t_s <= cut_s
    }
    changes = [(difference(seen[one], seen[other]), other) for one, other in pairwise(sorted(seen))]
    return max(changes)[1] if changes else cut_s
