"""Cuts that a plug-in finds."""

import math
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from scenedex import plugins
from scenedex.errors import DetectorError, ScenedexError
from scenedex.types import Pixels

BUILT_IN = ("adaptive", "content", "hash", "histogram")
"""Names of detectors that no plug-in can have (`scenedex.scenes.cuts`)."""

REMEMBERED = 1024
"""Pictures back to which a plug-in may say that there was a cut."""


class DetectorPlugin(Protocol):
    """What the entry point of a detector gives when it is called without arguments: one for each video."""

    scenedex_api: int  #: scenedex.plugins.API

    def push(self, t_s: float, picture: Pixels) -> Sequence[float]:
        """The next picture, at most 256 pixels wide and not to be changed, and when it is shown, in seconds.

        The times of first pictures of shots that have become certain, each one that was pushed, rising. The last
        picture is pushed again, twice, with times up to the end of what it is shown for.
        """


class PluggedDetector:
    """A detector of another package, believed as far as its cuts make sense. Raises DetectorError.

    A shot that would be shorter than `min_shot_s` belongs to the one before it.
    """

    def __init__(self, name: str, min_shot_s: float) -> None:
        try:
            self._plugin, self._detector = _made(name)
        except ScenedexError as exc:
            raise DetectorError(str(exc)) from exc
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self._min_shot_s = min_shot_s
        self._last_cut_s: float | None = None

    def see(self, t_s: float, small: Pixels) -> list[float]:
        """The cuts that this picture brings to light."""
        self._times.append(t_s)
        if self._last_cut_s is None:
            self._last_cut_s = t_s
        picture = small.view()
        picture.flags.writeable = False
        try:
            given = [float(cut) for cut in self._detector.push(t_s, picture)]
        except Exception as exc:
            raise self._wrong(f"failed at {t_s:.2f} s: {plugins.said(exc)}") from exc
        return [cut for cut in given if self._begins(cut)]

    def gap(self, t_s: float, small: Pixels) -> list[float]:
        """Nothing is passed over for a plug-in."""
        return self.see(t_s, small)

    def _begins(self, cut: float) -> bool:
        if not math.isfinite(cut) or cut not in self._times:
            raise self._wrong(f"gives {cut!r} as a cut, which is the time of none of the latest pictures.")
        assert self._last_cut_s is not None
        if cut - self._last_cut_s < self._min_shot_s:
            return False
        self._last_cut_s = cut
        return True

    def _wrong(self, what: str) -> DetectorError:
        return DetectorError(str(self._plugin.says(what)))


def check(name: str) -> None:
    """Whether a detector works as far as can be told without a video; a plug-in is made. Raises as `prepare`."""
    if name not in BUILT_IN:
        _made(name)


def prepare(name: str) -> list[Path]:
    """Import a plug-in and make one, so that what it needs is read now. The folders in which it lies.

    Raises NotFoundError and PluginError.
    """
    _made(name)
    return plugins.folders("detector", name)


def _made(name: str) -> tuple[plugins.Plugin, Any]:
    plugin, made = plugins.make("detector", name)
    if not callable(getattr(made, "push", None)):
        raise plugin.says("has no method `push`.")
    return plugin, made
