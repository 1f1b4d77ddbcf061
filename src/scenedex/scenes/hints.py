"""Which stretches between key frames must be decoded to find their cuts: what can be told without.

Three things bound what happens in a stretch: the pictures at its ends, its length, and the size of its packets.
A shot lasts `MIN_SHOT_S`, so where the ends of a shorter stretch are alike, nothing was cut. In a longer one another
shot may come and go, but not for nothing: what is new has to be coded. Only pictures that are shown later than all
before them count (I and P); B hides what it costs.
"""

import math
from collections import deque
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

from scenedex.scenes.adaptive import ALONE, WINDOW
from scenedex.scenes.cuts import DEFAULT_DETECTOR, MIN_SHOT_S
from scenedex.scenes.difference import difference, hsv, shared_colours
from scenedex.scenes.gradual import SETTLED_S, SPANS_S
from scenedex.scenes.keyframes import keyframes_due
from scenedex.scenes.quality import quality
from scenedex.types import MAX_KEYFRAME_GAP_S, Anchor, Frame, Stretch, VideoTrack, Wanted

HINTING = frozenset({"h264", "hevc"})
"""Codecs whose encoders spend bits on what is new, and few on the rest. VP9 and AV1 have hidden pictures in between."""

ALIKE = 10.0
"""Pictures that differ by less are alike: well below what a cut differs by, for pictures move between two cuts."""

SHARED = 0.5
"""Share of their colours up to which two pictures are of different shots; a camera that moves keeps more of them."""

UNLIKE = 0.1
"""The same where packets are large before the second one: neither does a camera that moves fast keep so few."""

SPIKE = 1.8
"""Times the median of its neighbours that a packet is large."""

NEIGHBOURS = 6
"""Packets before, and after, that a packet is held against."""

SPIKE_OF_KEY = 0.2
"""Share of the smaller of the two key frames that a large packet has at least."""

FALL = 5.0
"""Times by which packets become smaller, for good, when a picture with little in it takes the place of a rich one."""

FEW = 3
"""Packets whose median says how large they are for a while: while one shot dissolves into another, all of them are."""

SWELL_OF_KEY = 0.08
"""Share of the smaller of the two key frames that they have then at least."""

SWELL_S = SPANS_S[-1] + 0.5
"""If they stay large for longer, something moves: no dissolve takes as long."""

CALM = 0.45
"""Share of a key frame up to which packets before it are small: its picture could not be predicted, theirs could."""

RASTER = 3
"""Key frames that follow one another at the same distance are regular if there are so many before the one in hand."""

REMEMBERED = 16
"""Key frames among which regular ones are looked for: others may lie between them."""

POOR = 0.2
"""A key frame of lower quality (black, faded) needs pictures after it to choose from."""


HINTS_FROM_LINES = 720
"""Of smaller pictures all are decoded, where nobody says otherwise: that takes little beside all else."""


def hints_for(video: VideoTrack, detector: str, *, accurate: bool | None) -> "Hints | None":
    """What judges the stretches of this video; None where every picture is to be decoded.

    `accurate` None: the size of its pictures decides. Hints are made for the default detector alone.
    """
    if accurate is None:
        accurate = min(video.coded_width, video.coded_height) < HINTS_FROM_LINES
    return None if accurate or detector != DEFAULT_DETECTOR else Hints(video.codec)


class Hints:
    """Judges the stretches of one video, in order."""

    def __init__(self, codec: str) -> None:
        self._trusted = codec in HINTING
        self._keys: deque[float] = deque(maxlen=REMEMBERED)
        self._longest_s = 0.0

    def look(self, stretch: Stretch) -> Callable[[Frame], Wanted]:
        """What says how much of it must be decoded: a `scenedex.types.Look`."""
        return partial(_wanted, stretch, off_raster=self._off_raster(stretch), trusted=self._trusted)

    def _off_raster(self, stretch: Stretch) -> bool:
        """Whether the encoder set the key frame for what is in it, and not because it was due."""
        if not stretch.anchors[-1].key:
            return True
        leeway, key_s = 1.5 * _step(stretch), stretch.last.t_s
        self._keys.append(stretch.key_s)
        longest = key_s - stretch.key_s > max(self._longest_s, stretch.due_s) - leeway
        self._longest_s = max(self._longest_s, key_s - stretch.key_s)
        return not longest and not any(self._regular(key_s, key_s - one, leeway) for one in self._keys)

    def _regular(self, key_s: float, every_s: float, leeway: float) -> bool:
        due = (key_s - n * every_s for n in range(2, RASTER + 1))
        return all(any(abs(one - due_s) <= leeway for one in self._keys) for due_s in due)


def _wanted(stretch: Stretch, frame: Frame, *, off_raster: bool, trusted: bool) -> Wanted:
    """What must be decoded from a frame on."""
    first, last = hsv(frame.glance()), hsv(stretch.last.glance())
    change, left_s = difference(first, last), stretch.last.t_s - frame.t_s
    whole = Wanted(stretch.last.t_s, frame.t_s)
    if left_s <= MIN_SHOT_S:
        return _pictures(stretch, frame) if change < ALIKE else whole
    if not trusted:
        return whole
    around_s = (WINDOW + 0.5) * _step(stretch)
    large = next_large(stretch, frame.t_s)
    if large is not None:
        return Wanted(min(large.t_s + around_s, stretch.last.t_s), large.before_s - around_s)
    shared = shared_colours(first, last) if change >= ALONE else 1.0
    another = shared < UNLIKE or (shared < SHARED and _calm(stretch))
    if change < ALIKE or (another and off_raster):
        return _pictures(stretch, frame)
    return Wanted(stretch.last.t_s, stretch.last.t_s - 2 * around_s)


class Large(NamedTuple):
    """A packet in which, or shown just before which, a shot may begin; or several, while it may come gradually."""

    before_s: float  #: when the anchor before it is shown
    t_s: float  #: of the last


def next_large(stretch: Stretch, from_s: float) -> Large | None:
    """The next packet after `from_s` that may hold a shot's first picture; `last` itself does not count."""
    inside = stretch.anchors[:-1]
    floor = SPIKE_OF_KEY * min(stretch.first_size, stretch.anchors[-1].size)
    known = next((n for n, anchor in enumerate(inside) if anchor.t_s > from_s), len(inside))
    for n, anchor in enumerate(inside[known:], known):
        before_s = inside[n - 1].t_s if n else stretch.first.t_s
        if anchor.key or _large(inside, n, floor) or _fall(inside, n, floor):
            return Large(before_s, anchor.t_s)
        until = _swell(inside[known:], n - known, floor * SWELL_OF_KEY / SPIKE_OF_KEY)
        if until is not None:
            return Large(before_s, min(until + SETTLED_S, stretch.last.t_s))
    return None


def _swell(inside: tuple[Anchor, ...], n: int, floor: float) -> float | None:
    """When packets are as small again as before this one, if they become large here and stay so for a while."""
    before, now = inside[max(0, n - NEIGHBOURS) : n], inside[n : n + FEW]
    if len(before) < FEW or len(now) < FEW:
        return None
    low = median(one.size for one in before)
    if min(one.size for one in now) < max(floor, SPIKE * low):
        return None
    high = median(one.size for one in now)
    for m in range(n + FEW, len(inside)):
        if inside[m].t_s - inside[n].t_s > SWELL_S:
            return None
        few = median(one.size for one in inside[m : m + FEW])
        if few <= (low + high) / 2:
            return inside[m].t_s
    return inside[-1].t_s


def _large(inside: tuple[Anchor, ...], n: int, floor: float) -> bool:
    size = inside[n].size
    if size < floor:
        return False
    around = inside[max(0, n - NEIGHBOURS) : n] + inside[n + 1 : n + 1 + NEIGHBOURS]
    return not around or size >= SPIKE * median(one.size for one in around)


def _fall(inside: tuple[Anchor, ...], n: int, floor: float) -> bool:
    before = inside[max(0, n - NEIGHBOURS) : n]
    after = inside[n + 1 : n + 1 + NEIGHBOURS]
    if len(before) < WINDOW or len(after) < WINDOW:
        return False
    high = median(one.size for one in before)
    return high >= floor and high >= FALL * median(one.size for one in after)


def _calm(stretch: Stretch) -> bool:
    tail = stretch.anchors[-5:-1]
    return bool(tail) and median(one.size for one in tail) <= CALM * stretch.anchors[-1].size


def _step(stretch: Stretch) -> float:
    """Mean seconds from one picture to the next."""
    return stretch.length_s / max(1, stretch.pictures - 1)


def _pictures(stretch: Stretch, frame: Frame) -> Wanted:
    """What is decoded from a frame on without cuts, so that keyframes can be chosen from its pictures."""
    until_s, left_s = frame.t_s, stretch.last.t_s - frame.t_s
    if until_s == stretch.first.t_s and quality(frame.small()) < POOR:
        until_s = min(until_s + 1.0, stretch.last.t_s)
    if left_s > MAX_KEYFRAME_GAP_S:
        until_s = max(until_s, stretch.last.t_s - left_s / keyframes_due(left_s))
    return Wanted(until_s, math.inf)
