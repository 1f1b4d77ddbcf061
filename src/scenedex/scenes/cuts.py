"""Frames → cuts: the detectors of PySceneDetect, fed with one small picture at a time and exact times."""

import math
from fractions import Fraction
from typing import Any, Protocol

import cv2
import numpy as np
from scenedetect.common import FrameTimecode, Timecode
from scenedetect.detectors import AdaptiveDetector, ContentDetector, HashDetector, HistogramDetector

from scenedex import plugins
from scenedex.errors import UsageError
from scenedex.scenes.adaptive import AdaptiveRule
from scenedex.scenes.difference import difference, hsv
from scenedex.scenes.plugged import PluggedDetector
from scenedex.types import Pixels

DETECTORS: dict[str, Any] = {
    "adaptive": AdaptiveDetector,
    "content": ContentDetector,
    "hash": HashDetector,
    "histogram": HistogramDetector,
}
"""PySceneDetect's detectors by the names that scenedex gives them."""

DEFAULT_DETECTOR = "adaptive"

MIN_SHOT_S = 0.6
"""No shot is shorter: what follows a cut sooner is a flash."""

HELD_S = 1.0
"""A picture shown for longer is a slide: its neighbours in time are itself, not the slides beside it."""

LAG = 2
"""Frames by which the adaptive detector, the slowest to decide, reports a cut late."""

ROUNDING_S = 1e-6


class CutFinder:
    """Finds the cuts of one video while its frames pass by.

    Raises UsageError if there is no detector by that name, DetectorError for a plug-in that does not work.
    """

    def __init__(self, detector: str = DEFAULT_DETECTOR) -> None:
        self._judge: _Judge = _judge(detector)
        self._last_s = 0.0
        self._last: Pixels | None = None

    def push(
        self, t_s: float, small: Pixels, *, after_gap: bool = False, left_out: bool = False
    ) -> list[float]:
        """The cuts that this frame brings to light, each the exact `t_s` of the first frame of a shot.

        Times must increase; `small` is RGB and should keep its size. A cut is reported up to `LAG` frames late (by
        the content detector later, when cuts follow one another like flashes). `after_gap`: frames before this one
        were passed over, because there is no cut among them (see `scenedex.scenes.hints`). `left_out`: some were, where
        there may be one: if this one begins a shot, so may one of those (see `scenedex.scenes.exact`).
        """
        cuts: list[float] = []
        if self._last is not None:
            if small.shape != self._last.shape:
                height, width = self._last.shape[:2]
                resized = cv2.resize(
                    np.ascontiguousarray(small), (width, height), interpolation=cv2.INTER_AREA
                )
                small = resized.astype(np.uint8, copy=False)
            if not (after_gap or left_out) and t_s - self._last_s > HELD_S:
                cuts += self._hold(t_s)
        after_gap = after_gap and self._last is not None
        self._last_s, self._last = t_s, small
        return cuts + (self._judge.gap(t_s, small) if after_gap else self._judge.see(t_s, small))

    def finish(self, end_s: float) -> list[float]:
        """The cuts that were still in doubt when the frames ran out; `end_s` is when the last one ends."""
        found = self._hold(max(end_s, self._last_s + ROUNDING_S)) if self._last is not None else []
        return [cut for cut in found if end_s - cut >= MIN_SHOT_S - ROUNDING_S]

    def take_back(self, cut_s: float, until_s: float) -> None:
        """As `AdaptiveRule.take_back`; of the default detector alone."""
        if isinstance(self._judge, _Adaptive):
            self._judge.take_back(cut_s, until_s)

    def _hold(self, until_s: float) -> list[float]:
        """Show the last picture again, as often as the adaptive detector looks around itself."""
        assert self._last is not None
        step = (until_s - self._last_s) / (LAG + 1)
        times = [self._last_s + n * step for n in range(1, LAG + 1)]
        return [cut for t_s in times for cut in self._judge.see(t_s, self._last)]


class _Judge(Protocol):
    def see(self, t_s: float, small: Pixels) -> list[float]: ...

    def gap(self, t_s: float, small: Pixels) -> list[float]: ...


def _judge(detector: str) -> _Judge:
    if detector == DEFAULT_DETECTOR:
        return _Adaptive()
    if detector in DETECTORS:
        return _Theirs(DETECTORS[detector])
    if plugins.find("detector", detector):
        return PluggedDetector(detector, MIN_SHOT_S - ROUNDING_S)
    names = ", ".join((*DETECTORS, *(plugin.name for plugin in plugins.installed("detector"))))
    raise UsageError(f"There is no cut detector called {detector!r}: use one of {names}.")


class _Adaptive:
    """The adaptive detector by our own hand: PySceneDetect's numbers, in a quarter of the time, and with gaps."""

    def __init__(self) -> None:
        self._rule = AdaptiveRule(MIN_SHOT_S - ROUNDING_S)
        self._last: Any = None

    def see(self, t_s: float, small: Pixels) -> list[float]:
        return self._rule.push(t_s, self._change(small))

    def gap(self, t_s: float, small: Pixels) -> list[float]:
        return self._rule.gap(t_s, self._change(small))

    def take_back(self, cut_s: float, until_s: float) -> None:
        self._rule.take_back(cut_s, until_s)

    def _change(self, small: Pixels) -> float:
        before, self._last = self._last, hsv(small)
        return 0.0 if before is None else difference(before, self._last)


# A double of 0.5 or more is a whole number of these ticks, and no cut comes sooner than MIN_SHOT_S: what goes
# into the detector as a time comes out as the same float.
_TICK_BITS = 53
_TICK = Fraction(1, 1 << _TICK_BITS)
_NOMINAL_RATE = Fraction(1000)  # the detectors ask for a frame rate and, with exact times, never use it


class _Theirs:
    """A detector of PySceneDetect."""

    def __init__(self, kind: Any) -> None:
        self._detector = kind(min_scene_len=MIN_SHOT_S - ROUNDING_S)

    def see(self, t_s: float, small: Pixels) -> list[float]:
        ticks = int(math.ldexp(t_s, _TICK_BITS))
        moment = FrameTimecode(Timecode(pts=ticks, time_base=_TICK), fps=_NOMINAL_RATE)
        picture = cv2.cvtColor(np.ascontiguousarray(small), cv2.COLOR_RGB2BGR)
        return [cut.seconds for cut in self._detector.process_frame(moment, picture)]

    def gap(self, t_s: float, small: Pixels) -> list[float]:
        return self.see(t_s, small)
