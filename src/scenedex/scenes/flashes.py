"""Whether what looks like a cut is one: after a flash (somebody takes a photo) what was there before is there again."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from scenedex.scenes.cuts import LAG, MIN_SHOT_S, ROUNDING_S
from scenedex.scenes.difference import difference, hsv, shared_colours
from scenedex.types import Pixels

SAME_SHOT = 0.75
"""Share of their colours that pictures have in common which are less than `MIN_SHOT_S` apart in one shot."""

CLOSER = 0.6
"""Times the difference of the jump by which a picture may differ from the one before it and be of the same shot."""


@dataclass(slots=True)
class Doubt:
    """What looks like a cut, while it may be a flash."""

    cut_s: float
    before: Any  #: the last picture before it, in HSV
    jump: float  #: by how much the next one differs

    def ends(self, t_s: float) -> bool:
        """Whether it lasts too long for a flash: a shot could."""
        return t_s - self.cut_s >= MIN_SHOT_S - ROUNDING_S

    def back(self, small: Pixels) -> bool:
        """Whether this is the shot from before."""
        picture = hsv(small)
        closer = difference(self.before, picture) <= CLOSER * self.jump
        return closer and shared_colours(self.before, picture) >= SAME_SHOT


class Doubts:
    """Remembers as many pictures as a cut is found late, and those around it."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Pixels]] = deque(maxlen=LAG + 2)

    def push(self, t_s: float, small: Pixels) -> None:
        """The next picture."""
        self._seen.append((t_s, small))

    def over_s(self, doubt: Doubt) -> float | None:
        """When the shot from before was back, if it already was when the cut was found."""
        later = (one for one in self._seen if one[0] > doubt.cut_s and not doubt.ends(one[0]))
        return next((t_s for t_s, small in later if doubt.back(small)), None)

    def of(self, cut_s: float) -> Doubt | None:
        """The doubt about a cut; None where it was found so late that the pictures around it are forgotten."""
        before = [small for t_s, small in self._seen if t_s < cut_s]
        after = [small for t_s, small in self._seen if t_s >= cut_s]
        if not before or not after:
            return None
        first = hsv(before[-1])
        return Doubt(cut_s, first, difference(first, hsv(after[0])))
