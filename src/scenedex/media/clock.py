"""Time stamps to seconds."""

from fractions import Fraction
from typing import Protocol

from scenedex.types import MediaInfo

DEFAULT_FRAME_S = 0.04
"""How long a picture is shown where neither it nor the header says so."""


class Stamped(Protocol):
    """What says when it is shown."""

    @property
    def pts(self) -> int | None:
        """In units of `time_base`."""

    @property
    def time_base(self) -> Fraction | None:
        """Seconds."""

    @property
    def duration(self) -> int | None:
        """In units of `time_base`."""


class Clock:
    """Turns time stamps into seconds from the start that never go back."""

    def __init__(self, info: MediaInfo) -> None:
        rate = info.video.frame_rate if info.video is not None else None
        self._start_s = info.start_s
        self._default_s = float(1 / rate) if rate else DEFAULT_FRAME_S
        self._shift_s = 0.0
        self._last_s = -1.0
        self._end_s = 0.0
        self.jumps = 0  #: times the stamps went back by more than a second

    def place(self, picture: Stamped) -> tuple[float, float]:
        """When the picture is shown and when its own duration ends."""
        base = picture.time_base or Fraction(0)
        stamp = self.stamp(picture)
        t_s = self._end_s if stamp is None else max(0.0, stamp + self._shift_s)
        if t_s <= self._last_s:
            if self._last_s - t_s > 1.0:  # another recording was appended: go on from its end
                self.jumps += 1
                self._shift_s += self._end_s - t_s
            t_s = self._end_s
        self._last_s = t_s
        duration = float(picture.duration * base) if picture.duration else 0.0
        self._end_s = t_s + (duration if duration > 0 else self._default_s)
        return t_s, self._end_s

    def stamp(self, picture: Stamped) -> float | None:
        """The picture's own time in seconds from the start, if it has one."""
        if picture.pts is None or picture.time_base is None:
            return None
        return float(picture.pts * picture.time_base) - self._start_s
