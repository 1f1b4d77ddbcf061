"""The rate in which editors count a video's frames."""

from fractions import Fraction

USUAL = Fraction(25)
"""For what has no pictures, or does not say."""

PULLED_DOWN = frozenset({24, 30, 48, 60, 96, 120, 240})
"""Rates that are also used at 1000/1001 of themselves, since NTSC."""

HIGHEST = 240
FASTEST_BASE = 60


def nominal(rate: Fraction | None, base: Fraction | None, duration_s: float) -> tuple[Fraction, bool]:
    """The rate of the field that is nearest to a video's average, and whether its pictures come at that rate.

    `base` is the slowest rate in which all timestamps fall, as FFmpeg guesses it (r_frame_rate). Pictures come
    steadily where that is the average, or the double as for fields, and where the nominal rate gains or loses no whole
    frame over `duration_s`. Where they don't, `base` is nominal, up to 60. 12.5 counts as 25: two frames a picture.
    """
    if rate is None or rate <= 0:
        return USUAL, rate is None
    if base is not None and base > 0 and not any(abs(base / rate - n) < Fraction(1, 100) for n in (1, 2)):
        return _nearest(base if rate < base <= FASTEST_BASE else rate), False
    if rate.denominator == 2:
        rate *= 2
    found = _nearest(rate)
    return found, abs(found - rate) * Fraction(max(duration_s, 0.0)) < 1


def _nearest(rate: Fraction) -> Fraction:
    whole = min(max(1, round(rate)), HIGHEST)
    near = [Fraction(whole)]
    near += [Fraction(n * 1000, 1001) for n in (whole, whole + 1) if n in PULLED_DOWN]
    return min(near, key=lambda one: abs(one - rate))
