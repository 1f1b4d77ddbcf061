"""The rule by which a difference between neighbouring pictures is a cut: PySceneDetect's adaptive detector.

It is written anew because pictures may have been passed over: a difference that nobody knows takes no part.
"""

from collections import deque

WINDOW = 2
"""Differences before, and after, that the one in the middle is held against."""

RATIO = 3.0
"""A cut differs by at least this many times the mean of those around it."""

MIN_DIFFERENCE = 15.0
"""A cut differs by at least this much."""

ALONE = 27.0
"""The same where nothing is known around it (the threshold of PySceneDetect's content detector)."""

_NOTHING = 0.00001


class AdaptiveRule:
    """Takes the difference of each picture from the one before it, and says which picture begins a shot."""

    def __init__(self, min_shot_s: float) -> None:
        self._min_shot_s = min_shot_s
        self._seen: deque[tuple[float, float | None]] = deque(maxlen=2 * WINDOW + 1)
        self._last_cut_s: float | None = None
        self._cut_before_s: float | None = None
        self._none_s = -1.0  # up to here nothing is a cut

    def push(self, t_s: float, score: float | None) -> list[float]:
        """The cut, if any, that is certain now: the time of the picture `WINDOW` pictures ago. None: not known."""
        if self._last_cut_s is None:
            self._last_cut_s = t_s
        self._seen.append((t_s, score))
        if len(self._seen) < 2 * WINDOW + 1:
            return []
        middle_s, middle = self._seen[WINDOW]
        around = [one for n, (_, one) in enumerate(self._seen) if n != WINDOW and one is not None]
        return self._cut(middle_s) if middle is not None and _stands_out(middle, around) else []

    def gap(self, t_s: float, score: float) -> list[float]:
        """Pictures were passed over before the one at `t_s`, which differs this much from the last one that was seen.

        They are passed over where nothing happened, or where this one begins a shot.
        """
        cuts = [cut for _ in range(WINDOW) for cut in self.push(t_s, None)]
        if score >= MIN_DIFFERENCE:
            cuts += self._cut(t_s)
        self._seen.extend((t_s, None) for _ in range(WINDOW + 1))
        return cuts

    def take_back(self, cut_s: float, until_s: float) -> None:
        """This cut was none, and neither is what happens until then: the next may follow at once."""
        self._none_s = until_s
        if cut_s == self._last_cut_s:
            self._last_cut_s = self._cut_before_s

    def _cut(self, t_s: float) -> list[float]:
        if self._last_cut_s is not None and t_s - self._last_cut_s < self._min_shot_s:
            return []
        if t_s <= self._none_s:
            return []
        self._cut_before_s, self._last_cut_s = self._last_cut_s, t_s
        return [t_s]


def _stands_out(score: float, around: list[float]) -> bool:
    if score < MIN_DIFFERENCE:
        return False
    if not around:
        return score >= ALONE
    mean = sum(around) / len(around)
    return mean < _NOTHING or score / mean >= RATIO
