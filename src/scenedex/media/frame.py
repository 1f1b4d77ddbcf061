"""A decoded picture that scales, turns and tone-maps itself when asked."""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from threading import local
from typing import cast

import numpy as np
from av.buffer import Buffer
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from scenedex.media.clock import Stamped
from scenedex.media.tonemap import to_sdr
from scenedex.types import Pixels, VideoTrack

SMALL_WIDTH = 256
SMALL_HEIGHT = 1024  #: only reached by absurd aspect ratios

_MATRIX = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.SMPTE170M,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""AVColorSpace (ISO/IEC 23091-2, MatrixCoefficients) to swscale's names."""


class Projection:
    """How the stored pictures of one stream become the pictures that people see. Every picture gets the same size."""

    def __init__(self, track: VideoTrack) -> None:
        self.track = track
        self._sideways = track.rotation in (90, 270)
        self._own = local()  # a scaler keeps state; frames of one stream may be converted in several threads

    def small_size(self) -> tuple[int, int]:
        """Width and height, as shown."""
        return self._fit(min(1.0, SMALL_WIDTH / self.track.width, SMALL_HEIGHT / self.track.height))

    def picture_size(self, short_side: int) -> tuple[int, int]:
        """Width and height, as shown, with that short side at most; never enlarged."""
        return self._fit(min(1.0, short_side / min(self.track.width, self.track.height)))

    def project(self, frame: VideoFrame, size: tuple[int, int], quality: Interpolation) -> Pixels:
        """The frame as shown: scaled to `size` (width, height), turned, RGB, SDR."""
        width, height = (size[1], size[0]) if self._sideways else size
        hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
        target = "rgb48le" if hdr else "rgb24"
        scaler = self._scaler(f"{target} {width} {height} {quality}")
        rgb = scaler.reformat(
            frame,
            width=width,
            height=height,
            format=target,
            src_colorspace=self._matrix(frame),
            interpolation=quality,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        ).to_ndarray()
        if hdr:
            rgb = to_sdr(rgb.astype(np.uint16, copy=False), hlg=frame.color_trc == ColorTrc.ARIB_STD_B67)
        if self.track.rotation:
            rgb = np.rot90(rgb, k=-self.track.rotation // 90)
        if self.track.mirrored:
            rgb = rgb[:, ::-1]
        return np.ascontiguousarray(rgb, dtype=np.uint8)

    def _scaler(self, name: str) -> VideoReformatter:
        scalers: dict[str, VideoReformatter] = self._own.__dict__
        return scalers.setdefault(name, VideoReformatter())

    def _fit(self, scale: float) -> tuple[int, int]:
        return max(1, round(self.track.width * scale)), max(1, round(self.track.height * scale))

    def _matrix(self, frame: VideoFrame) -> Colorspace:
        # An unmarked picture of HD size is BT.709, a smaller one BT.601: what players assume.
        default = Colorspace.ITU709 if frame.height >= 720 or frame.width >= 1280 else Colorspace.ITU601
        return _MATRIX.get(frame.colorspace, default)


def side_data(picture: VideoFrame, kind: Type) -> bytes | None:
    """Data that travels with a picture, if it has any of this kind."""
    try:
        found = cast("Mapping[Type, Buffer]", picture.side_data).get(kind)
    except ValueError:  # PyAV stumbles over kinds that are newer than its list
        return None
    return bytes(found) if found is not None else None


def orientation(picture: VideoFrame) -> tuple[int, bool]:
    """Clockwise degrees (0, 90, 180, 270) to turn the stored picture by, and whether to mirror it after that.

    From the display matrix, whose first rows are (a, b, u) and (c, d, v): a stored point (x, y) is shown at
    (ax + cy, bx + dy), with y pointing down (ISO/IEC 14496-12, 8.3.2).
    """
    matrix = side_data(picture, Type.DISPLAYMATRIX)
    if matrix is None or len(matrix) < 36:
        return round(-picture.rotation / 90) % 4 * 90, False
    a, b, _, c, d = struct.unpack_from("=5i", matrix)
    turn = round(math.degrees(math.atan2(b, d)) / 90) % 4 * 90
    return turn, a * d - b * c < 0


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What is left of a picture that was let go: when it was shown."""

    pts: int | None
    time_base: Fraction | None
    duration: int | None


class DecodedFrame:
    """A `scenedex.types.Frame`. It holds the full decoded picture, unless it was made light: keep few of them."""

    __slots__ = (
        "_glance",
        "_projection",
        "_small",
        "after_gap",
        "end_s",
        "hasty",
        "since_s",
        "source",
        "stamp",
        "t_s",
    )

    def __init__(self, source: VideoFrame, projection: Projection, t_s: float, end_s: float = 0.0) -> None:
        self.source: VideoFrame | None = source  #: None: it is light
        self.stamp: Stamped = source
        self._projection = projection
        self._small: Pixels | None = None
        self._glance: Pixels | None = None
        self.t_s = t_s
        self.end_s = end_s
        self.after_gap = False  #: pictures between the frame before and this one were passed over
        self.hasty = False  #: decoded without care for its looks
        self.since_s: float | None = (
            None  #: when the frame before is shown, where pictures in between were left out
        )

    @property
    def area(self) -> int:
        """Pixels of the whole picture as it is stored."""
        return self._projection.track.coded_width * self._projection.track.coded_height

    @property
    def light(self) -> bool:
        """Whether a glance is all that is left of it."""
        return self.source is None

    def lighten(self) -> None:
        """Keep a glance, and let the picture go."""
        self.glance()
        if self.source is not None:
            self.stamp = _Stamp(self.source.pts, self.source.time_base, self.source.duration)
        self.source = None

    def small(self) -> Pixels:
        """At most 256 pixels wide, as shown; the same array each time."""
        if self._small is None:
            self._small = self._project(self._projection.small_size(), Interpolation.AREA)
        return self._small

    def glance(self) -> Pixels:
        """As `small`, from 2 x 2 pixels for each of its own, as PySceneDetect has it; the same array each time."""
        if self._glance is None:
            size = self._projection.small_size()
            self._glance = self._project(size, Interpolation.FAST_BILINEAR)
        return self._glance

    def _project(self, size: tuple[int, int], quality: Interpolation) -> Pixels:
        assert self.source is not None, "a light frame has a glance alone"
        return self._projection.project(self.source, size, quality)

    def picture(self, short_side: int) -> Pixels:
        """As shown, SDR, with a short side of at most `short_side` pixels; never enlarged."""
        size = self._projection.picture_size(short_side)
        halved = 2 * min(size) <= min(self._projection.track.width, self._projection.track.height)
        return self._project(size, Interpolation.AREA if halved else Interpolation.BICUBIC)
