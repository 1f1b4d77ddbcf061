"""A part of a video → a small MP4 file that any browser plays."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

from scenedex.errors import LimitError, MediaError
from scenedex.media.encode import Sound, encode_film
from scenedex.types import MediaInfo, Pixels, Waveform

SHORT_SIDE = 480
"""Short side of a clip in pixels, where the video has that many."""

MAX_RATE = 30
"""Pictures a second; a faster video is thinned out."""

DEFAULT_RATE = Fraction(25)
MAX_CLIP_S = 120.0
SAMPLE_RATE = 48_000


class Source(Protocol):
    """A video that is open somewhere: a child process may be reading it."""

    @property
    def info(self) -> MediaInfo:
        """What its headers say."""

    def pictures(self, times: Iterable[float], short_side: int) -> Iterator[Pixels]:
        """The picture shown at each of these times, its short side `short_side` pixels at most."""

    def sound(self, rate: int, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Waveform]:
        """Its sound between two times in blocks, `rate` samples a second; nothing where there is none."""


COPIED = frozenset({"h264", "hevc", "vp9", "av1", "mpeg4"})
"""Pictures that are known to go into an MP4 as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """How a clip is made."""

    short_side: int = SHORT_SIDE  #: in pixels, where the video has that many
    rate: Fraction | None = None  #: pictures a second; None: the video's own, or a part of it up to MAX_RATE
    crf: int = 26  #: of x264: less is better
    max_s: float = MAX_CLIP_S


FOR_EDITORS = Make(short_side=2160, crf=18, max_s=1800.0)
"""To go on working with: in full size."""


def copyable(info: MediaInfo) -> bool:
    """Whether its pictures can be copied into an MP4. Turned ones cannot: how they are turned would be lost."""
    video = info.video
    return video is not None and video.codec in COPIED and not video.rotation and not video.mirrored


def cut_clip(source: Source, target: Path, *, start_s: float, end_s: float, make: Make | None = None) -> None:
    """Write what is shown and heard in `[start_s, end_s)` as H.264 and AAC, cut on the frame.

    Every picture is encoded anew, since a copy could begin at a key frame only: upright, eight bits, both sides even.
    The sound is mixed to one channel. The same input gives the same bytes.

    Raises:
        LimitError: longer than `make.max_s`, or decoding is too slow.
        MediaError: there are no pictures, or they cannot be decoded.
    """
    video = source.info.video
    if video is None:
        raise MediaError("This video has no pictures, so no clip can be cut from it.")
    make = make or Make()
    if not 0 < end_s - start_s <= make.max_s:
        raise LimitError(
            f"A clip is {make.max_s:.0f} s long at most, this one would be {end_s - start_s:.1f} s."
        )
    rate = make.rate or playing_rate(video.frame_rate)
    sound = _sound(source, start_s, end_s)  # whole, before the first picture: one thing is read at a time
    pictures = (
        even(picture) for picture in source.pictures(picture_times(start_s, end_s, rate), make.short_side)
    )
    encode_film(target, pictures, frame_rate=rate, sound=sound, crf=make.crf)


def playing_rate(own: Fraction | None) -> Fraction:
    """The video's own, or a whole part of it that is no faster than MAX_RATE."""
    if own is None or own <= 0:
        return DEFAULT_RATE
    rate = own / math.ceil(own / MAX_RATE)
    return max(rate, Fraction(1)).limit_denominator(1001)


def picture_times(start_s: float, end_s: float, rate: Fraction) -> Iterator[float]:
    """In the middle of each picture of the clip, so that no rounding picks its neighbour."""
    step = float(1 / rate)
    for number in range(max(1, round((end_s - start_s) * rate))):
        yield min(start_s + (number + 0.5) * step, math.nextafter(end_s, start_s))


def even(pixels: Pixels) -> Pixels:
    """H.264 in 4:2:0 has even sides: one row or column is left out, or repeated where there is but one."""
    height, width = pixels.shape[:2]
    if min(height, width) < 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        height, width = pixels.shape[:2]
    return np.ascontiguousarray(pixels[: height - height % 2, : width - width % 2])


def _sound(source: Source, start_s: float, end_s: float) -> Sound | None:
    if not source.info.audio:
        return None
    blocks = list(source.sound(SAMPLE_RATE, start_s, end_s))
    return Sound(samples=np.concatenate(blocks), sample_rate=SAMPLE_RATE) if blocks else None
