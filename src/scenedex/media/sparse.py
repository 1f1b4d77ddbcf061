"""Decodes of a stream only what is asked for: its key frames, and the stretches between them that are worth a look.

Packets are held until the key frame after them is decoded; then whoever looks is asked how far the stretch in between
must be decoded. Where a stream is not what it should be, everything from there on is decoded.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile

from av.codec.context import CodecContext
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.media.container import FAILURES
from scenedex.media.frame import DecodedFrame
from scenedex.media.packets import Health, pictures
from scenedex.types import KEYFRAME_SHORT_SIDE, Anchor, Look, Stretch

SPARSE_CODECS = frozenset({"h264", "hevc", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd"})
"""Those whose key frames can be decoded by themselves, with one packet for each picture."""

LOOP_FILTERED = frozenset({"h264", "hevc"})

POST_S = 0.3
"""A key frame that comes sooner after the last one that was decoded is not decoded for itself."""

MAX_HELD_BYTES = 32 * 1024 * 1024
MAX_HELD = 1200
"""Packets that wait for the next key frame; where more come, they are decoded as they come."""

MAX_BACK_S = 2.0
"""How much earlier than a key frame a picture that follows it in the file may be shown; else time goes back."""

ROUNDING_S = 1e-3
"""The start of a video may be rounded to this."""

CAPTIONS = b"GA94"
"""Marks closed captions in the user data of pictures (ATSC A/53 part 4, 6.2.3): for them every picture is needed."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Through which frames go."""

    shown: Callable[[VideoFrame], DecodedFrame]  #: makes a frame, with the time that the picture says
    placed: Callable[
        [DecodedFrame], DecodedFrame
    ]  #: gives it its time in the video; called in the order in which frames are handed out
    look: Look


@dataclass(slots=True)
class _Held:
    """The packets since a key frame, that one first."""

    packets: "list[Packet[Stream]]" = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    size: int = 0

    def add(self, packet: "Packet[Stream]", t_s: float) -> None:
        self.packets.append(packet)
        self.size += packet.size
        if not self.anchors or t_s > self.anchors[-1].t_s:
            self.anchors.append(Anchor(t_s, packet.size, bool(packet.is_keyframe)))

    def full(self) -> bool:
        return len(self.packets) > MAX_HELD or self.size > MAX_HELD_BYTES


class Sparse:
    """One stream, prepared to be decoded. `start_s` is what its clock says when the video begins."""

    def __init__(self, stream: VideoStream, health: Health, hands: Hands, start_s: float) -> None:
        self._context, self._time_base = stream.codec_context, stream.time_base
        self._health, self._hands, self._start_s = health, hands, start_s
        self._keys = _Keys(stream.codec_context)
        self._haste = _worth_haste(stream)
        self._looking = _alike(stream.codec_context, **({"skip_loop_filter": "all"} if self._haste else {}))
        self._held = _Held()
        self._first: DecodedFrame | None = None  # the key frame with which `_held` begins
        self._last: DecodedFrame | None = None  # the key frame that ends the stretch, once it is there
        self._reached_s: float | None = None  # nothing up to here is handed out again
        self._flowing = False  # the stretch is decoded as it comes
        self._damaged = False
        self._everything = False  # from here on all is decoded

    def frames(self, packet: "Packet[Stream]") -> Iterator[DecodedFrame]:
        """What this packet, an empty one at the end, brings to light."""
        if self._everything:
            yield from self._decoded((packet,), self._context)
            return
        t_s = self._time(packet)
        if t_s is not None and self._last is not None and t_s > self._last.t_s:
            yield from self._close()
        if t_s is None or self._damaged:
            yield from self._rest(packet)
        elif self._first is None:
            yield from self._begin(packet, t_s)
        else:
            yield from self._hold(packet, t_s)

    def _begin(self, packet: "Packet[Stream]", t_s: float) -> Iterator[DecodedFrame]:
        self._first = self._key_frame(packet, t_s)
        if self._first is None:
            yield from self._rest(packet)
            return
        self._held.add(packet, t_s)
        yield self._out(self._first)

    def _hold(self, packet: "Packet[Stream]", t_s: float) -> Iterator[DecodedFrame]:
        assert self._first is not None
        if packet.is_keyframe and self._last is None and t_s - self._first.t_s >= POST_S:
            self._last = self._key_frame(packet, t_s)
            if self._last is None:
                yield from self._rest(packet)
                return
        if self._flowing:
            yield from self._decoded((packet,), self._context)
            if self._last is None:
                return
        self._held.add(packet, t_s)
        if self._held.full() and not self._flowing:
            self._context.flush_buffers()
            self._flowing = True
            yield from self._decoded(self._held.packets, self._context)
            self._held = _Held() if self._last is None else self._since_last()

    def _close(self) -> Iterator[DecodedFrame]:
        """Both ends of the stretch are known, and all of its packets."""
        first, last = self._first, self._last
        assert first is not None
        assert last is not None
        if self._flowing:
            yield from self._drained(self._context)
            self._flowing = False
        else:
            yield from self._looked_into(self._stretch(first, last))
        if self._reached_s is not None and self._reached_s < last.t_s:
            last.after_gap = True
            yield self._out(last)
        self._held = self._since_last()
        self._first, self._last = last, None

    def _stretch(self, first: DecodedFrame, last: DecodedFrame) -> Stretch:
        inside = tuple(takewhile(lambda one: one.t_s <= last.t_s, self._held.anchors[1:]))
        key = self._held.anchors[0]
        return Stretch(
            first=first, last=last, key_s=key.t_s, key_size=key.size, anchors=inside, pictures=len(self._held.packets)
        )  # fmt: skip

    def _looked_into(self, stretch: Stretch) -> Iterator[DecodedFrame]:
        until_s = self._hands.look(stretch)
        if until_s <= stretch.first.t_s:
            return
        decoder = self._looking
        trouble = self._health.failures + self._health.damaged
        for frame in self._run_through(self._held.packets, decoder):
            yield frame
            if until_s <= frame.t_s < stretch.last.t_s:
                until_s = self._hands.look(replace(stretch, first=frame))
                if until_s <= frame.t_s:
                    break
        decoder.flush_buffers()
        self._damaged = self._health.failures + self._health.damaged > trouble

    def _run_through(
        self, packets: "Iterable[Packet[Stream]]", decoder: VideoCodecContext
    ) -> Iterator[DecodedFrame]:
        yield from self._decoded(packets, decoder)
        yield from self._drained(decoder)

    def _rest(self, packet: "Packet[Stream]") -> Iterator[DecodedFrame]:
        """The stream ends, or is not what it should be."""
        if self._last is not None and not packet.size:
            yield from self._close()
        self._everything = True
        if not self._flowing:
            self._context.flush_buffers()
            yield from self._decoded(self._held.packets, self._context)
        self._held = _Held()
        yield from self._decoded((packet,), self._context)

    def _since_last(self) -> _Held:
        """What is held from the key frame on that ends the stretch."""
        assert self._last is not None
        kept = _Held()
        for packet in self._held.packets:
            t_s = self._time(packet)
            if t_s is not None and (kept.packets or (packet.is_keyframe and t_s == self._last.t_s)):
                kept.add(packet, t_s)
        return kept

    def _decoded(
        self, packets: "Iterable[Packet[Stream]]", decoder: VideoCodecContext
    ) -> Iterator[DecodedFrame]:
        for packet in packets:
            for picture in pictures(packet, self._health, decoder):
                yield from self._news(picture, decoder)

    def _drained(self, decoder: VideoCodecContext) -> Iterator[DecodedFrame]:
        try:
            for picture in decoder.decode(None):
                yield from self._news(picture, decoder)
        except FAILURES as exc:
            self._health.failed(exc)
        decoder.flush_buffers()

    def _news(self, picture: VideoFrame, decoder: VideoCodecContext) -> Iterator[DecodedFrame]:
        """The frame, if it was not handed out yet."""
        picture.time_base = picture.time_base or self._time_base
        frame = self._hands.shown(picture)
        frame.hasty = self._haste and decoder is self._looking
        if self._reached_s is None or frame.t_s > self._reached_s:
            yield self._out(frame)

    def _out(self, frame: DecodedFrame) -> DecodedFrame:
        if math.isfinite(frame.t_s):
            self._reached_s = None if self._everything else frame.t_s
        return self._hands.placed(frame)

    def _key_frame(self, packet: "Packet[Stream]", t_s: float) -> DecodedFrame | None:
        picture = self._keys.decode(packet) if packet.is_keyframe else None
        frame = self._hands.shown(picture) if picture is not None else None
        return frame if frame is not None and frame.t_s == t_s else None

    def _time(self, packet: "Packet[Stream]") -> float | None:
        """When its picture is shown, where this is a packet that can be passed over."""
        if packet.pts is None or packet.time_base is None or packet.is_corrupt or packet.is_discard:
            return None
        t_s = float(packet.pts * packet.time_base) - self._start_s
        before_s = self._first.t_s - MAX_BACK_S if self._first is not None else 0.0
        if t_s < before_s - ROUNDING_S or not packet.size or CAPTIONS in bytes(packet):
            return None
        return t_s


def _worth_haste(stream: VideoStream) -> bool:
    """Whether its loop filter can be left out in stretches that are decoded for their cuts.

    What that does to the pictures is gone where they become smaller by half, as small pictures and keyframes do.
    """
    return (
        stream.codec_context.name in LOOP_FILTERED
        and min(stream.width, stream.height) >= 2 * KEYFRAME_SHORT_SIDE
    )


def _alike(context: VideoCodecContext, **options: str) -> VideoCodecContext:
    """Another decoder of the same stream."""
    other = CodecContext.create(context.name, "r")
    assert isinstance(other, VideoCodecContext)
    other.extradata = context.extradata
    other.codec_tag = context.codec_tag
    other.options = {**context.options, **options}
    other.thread_count = context.thread_count
    other.thread_type = context.thread_type
    return other


class _Keys:
    """Decodes key frames, each by itself."""

    def __init__(self, like: VideoCodecContext) -> None:
        self._context = _alike(like)
        self._context.thread_count = 1

    def decode(self, packet: "Packet[Stream]") -> VideoFrame | None:
        """The picture of a key frame; None where there is not just one whole picture."""
        try:
            found = [*self._context.decode(packet), *self._context.decode(None)]
            self._context.flush_buffers()
        except FAILURES:
            return None
        if len(found) != 1 or found[0].is_corrupt:
            return None
        found[0].time_base = packet.time_base
        return found[0]
