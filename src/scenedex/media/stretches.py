"""Decodes stretches between key frames for their cuts: in haste, and several side by side.

Each has a decoder of one thread: where pictures that no other needs are left out, more threads have nothing to share.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from av.codec.context import CodecContext
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.media.container import FAILURES
from scenedex.media.frame import DecodedFrame
from scenedex.media.packets import Health, pictures
from scenedex.media.side_by_side import Line, SideBySide
from scenedex.types import KEYFRAME_SHORT_SIDE, Frame, Stretch, Wanted

LOOP_FILTERED = frozenset({"h264", "hevc"})

HASTE = {"skip_loop_filter": "all"}

JUDGED_S = 0.2
"""Of pictures that follow one another sooner and are shown for less, not all are kept to choose keyframes from."""

Shown = Callable[[VideoFrame], DecodedFrame]
"""Makes a frame, with the time that the picture says."""


class Timed(NamedTuple):
    """A packet, and when its picture is shown."""

    packet: "Packet[Stream]"
    t_s: float


class Decoders:
    """Decoders of one stream. Each stretch has its own: what one had for its pictures it keeps as long as it lives."""

    def __init__(self, stream: VideoStream, shown: Shown) -> None:
        self._like, self._time_base, self._shown = stream.codec_context, stream.time_base, shown
        self.hasty = _worth_haste(stream)
        self._options = HASTE if self.hasty else {}

    def new(self) -> VideoCodecContext:
        """One of one thread."""
        return alike(self._like, **self._options)

    def frame(self, picture: VideoFrame) -> DecodedFrame:
        """What has been decoded."""
        picture.time_base = picture.time_base or self._time_base
        frame = self._shown(picture)
        frame.hasty = self.hasty
        return frame


class StretchDecoder:
    """One stretch, decoded as far as is wanted: an iterable of the frames after its first. Close it."""

    def __init__(
        self,
        stretch: Stretch,
        packets: Sequence[Timed],
        wanted: Callable[[Frame], Wanted],
        decoders: Decoders,
    ) -> None:
        self.health = Health()
        self._stretch, self.packets, self._wanted, self._decoders = stretch, packets, wanted, decoders
        self._now = wanted(stretch.first)
        self._times = sorted(packet.t_s for packet in packets)
        self._line: Line[DecodedFrame] | None = None

    @property
    def size(self) -> int:
        """Bytes of its packets."""
        return sum(one.packet.size for one in self.packets)

    @property
    def empty(self) -> bool:
        """Whether nothing of it is wanted."""
        return self._now.until_s <= self._stretch.first.t_s

    @property
    def whole(self) -> bool:
        """Whether it was wanted up to its end."""
        return self._now.until_s >= self._stretch.last.t_s

    def lacks(self, after_s: float) -> bool:
        """Whether there are pictures between this time and its end."""
        return bisect_left(self._times, self._stretch.last.t_s) > bisect_right(self._times, after_s)

    def start(self, makers: SideBySide[DecodedFrame]) -> None:
        """Decode, when those before it leave a thread."""
        self._line = makers.add(self._frames())

    def close(self) -> None:
        """Stop."""
        if self._line is not None:
            self._line.close()

    def __iter__(self) -> Iterator[DecodedFrame]:
        return iter(self._line or ())

    def _frames(self) -> Iterator[DecodedFrame]:
        first_s, last_s = self._stretch.first.t_s, self._stretch.last.t_s
        before_s = kept_s = first_s
        for picture in self._pictures(self._decoders.new()):
            frame = self._decoders.frame(picture)
            if not before_s < frame.t_s <= last_s:
                continue
            t_s = frame.t_s
            if bisect_left(self._times, t_s) > bisect_right(self._times, before_s):
                frame.since_s = before_s
            before_s = t_s
            if t_s - kept_s < JUDGED_S and self._next_s(t_s) - t_s < JUDGED_S:
                frame.lighten()
            else:
                kept_s = t_s
                frame.glance()
            yield frame
            if t_s >= last_s:
                return
            if self._now.until_s <= t_s:
                self._now = self._wanted(frame)
                if self._now.until_s <= t_s:
                    return

    def _pictures(self, decoder: VideoCodecContext) -> Iterator[VideoFrame]:
        """Without those that nobody wants and no other picture needs."""
        for packet, t_s in self.packets:
            decoder.skip_frame = "NONREF" if t_s < self._now.closely_s else "DEFAULT"
            yield from pictures(packet, self.health, decoder)
        yield from drained(decoder, self.health)

    def _next_s(self, t_s: float) -> float:
        at = bisect_right(self._times, t_s)
        return self._times[at] if at < len(self._times) else math.inf


def drained(decoder: VideoCodecContext, health: Health) -> list[VideoFrame]:
    """The pictures that a decoder still holds."""
    found: list[VideoFrame] = []
    try:
        found.extend(decoder.decode(None))
    except FAILURES as exc:
        health.failed(exc)
    decoder.flush_buffers()
    return found


def alike(context: VideoCodecContext, **options: str) -> VideoCodecContext:
    """Another decoder of the same stream, of one thread."""
    other = CodecContext.create(context.name, "r")
    assert isinstance(other, VideoCodecContext)
    other.extradata = context.extradata
    other.codec_tag = context.codec_tag
    other.options = {**context.options, **options}
    other.thread_count = 1
    other.thread_type = "SLICE"
    return other


def hurry(stream: VideoStream) -> None:
    """Decode its pictures, which will be made smaller, without care for their looks; before the first is decoded."""
    if _worth_haste(stream):
        stream.codec_context.options = {**stream.codec_context.options, **HASTE}
        stream.codec_context.thread_count = 1


def _worth_haste(stream: VideoStream) -> bool:
    """Whether its loop filter can be left out in stretches that are decoded for their cuts.

    What that does to the pictures is gone where they become smaller by half, as small pictures and keyframes do.
    """
    return (
        stream.codec_context.name in LOOP_FILTERED
        and min(stream.width, stream.height) >= 2 * KEYFRAME_SHORT_SIDE
    )
