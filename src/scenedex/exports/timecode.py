"""Frames ↔ timecode, as SMPTE ST 12-1 counts (rates beyond 30: ST 12-3)."""

import re
from fractions import Fraction

_LABEL = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)([:;.,])(\d{2,3})", re.ASCII)

DROPPING = frozenset({30, 60, 120})
"""Labels a second at which some are left out, where the rate is 1000/1001 of that."""


def labels_a_second(rate: Fraction) -> int:
    """What the last field of a timecode counts to: 30 for 29.97."""
    return max(1, round(rate))


def takes_drop(rate: Fraction) -> bool:
    """Whether drop-frame timecode is defined for it: it keeps labels in step with the clock."""
    return rate.denominator == 1001 and labels_a_second(rate) in DROPPING


def frames_a_day(rate: Fraction, drop: bool) -> int:
    """Labels from midnight to midnight."""
    return 144 * _ten_minutes(labels_a_second(rate), _left_out(rate, drop))


def to_timecode(frame: int, rate: Fraction, drop: bool) -> str:
    """The label of a frame, counted from 00:00:00:00. After 24 hours it begins anew, before zero it ends the day.

    With `drop`, where the rate takes it, the first labels of each minute but the tenth are left out, and the last
    colon is a semicolon.
    """
    second, left_out = labels_a_second(rate), _left_out(rate, drop)
    frame %= frames_a_day(rate, drop)
    tens, rest = divmod(frame, _ten_minutes(second, left_out))
    label = frame + 9 * left_out * tens
    if left_out and rest >= left_out:
        label += left_out * ((rest - left_out) // (60 * second - left_out))
    seconds, frames = divmod(label, second)
    width = max(2, len(str(second - 1)))
    between = ";" if left_out else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{between}{frames:0{width}}"


def from_timecode(text: str, rate: Fraction) -> tuple[int, bool]:
    """The frame that a label names, and whether it counts drop-frame (anything but a colon before the frames).

    Raises ValueError for what is no label, or none at this rate.
    """
    found = _LABEL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no timecode")
    hours, minutes, seconds, frames = (int(found[group]) for group in (1, 2, 3, 5))
    second = labels_a_second(rate)
    drop = found[4] != ":" and takes_drop(rate)
    left_out = _left_out(rate, drop)
    if hours > 23 or frames >= second:
        raise ValueError(f"{text!r} is no timecode at {float(rate):.3f} frames a second")
    if seconds == 0 and minutes % 10 and frames < left_out:
        raise ValueError(f"{text!r} is a label that drop-frame timecode leaves out")
    minute = 60 * hours + minutes
    return (60 * minute + seconds) * second + frames - left_out * (minute - minute // 10), drop


def _left_out(rate: Fraction, drop: bool) -> int:
    """Labels that are left out of each minute but the tenth: 2 of 29.97, 4 of 59.94."""
    return labels_a_second(rate) // 15 if drop and takes_drop(rate) else 0


def _ten_minutes(second: int, left_out: int) -> int:
    return 600 * second - 9 * left_out
