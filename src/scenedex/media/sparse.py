"""Decodes of a stream only what is asked for: its key frames, and the stretches between them that are worth a look.

Packets are held until the key frame after them is decoded; then whoever looks is asked how far the stretch in between
must be decoded. Where a stream is not what it should be, everything from there on is decoded.
"""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.media.ahead import Ahead
from scenedex.media.closed_captions import carries_captions
from scenedex.media.frame import DecodedFrame
from scenedex.media.intra import all_intra, length_size
from scenedex.media.key_frames import KeyDecoder, Keyed, key_frames_ahead
from scenedex.media.packets import Health, pictures
from scenedex.media.side_by_side import SideBySide
from scenedex.media.stretches import Decoders, Shown, StretchDecoder, Timed, drained
from scenedex.types import Anchor, Look, Stretch

SPARSE_CODECS = frozenset({"h264", "hevc", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd"})
"""Those whose key frames can be decoded by themselves, with one packet for each picture."""

MAX_HELD_BYTES = 32 * 1024 * 1024
MAX_HELD = 1200
"""Packets that wait for the next key frame; where more come, they are decoded as they come."""

LONE_S = 0.6
"""So long before and after a picture that may begin a shot there is none that is half as large."""

MIN_LONE_BYTES = 2000
"""Smaller ones are not worth a look."""

MAX_BACK_S = 2.0
"""How much earlier than a key frame a picture that follows it in the file may be shown; else time goes back."""

ROUNDING_S = 1e-3
"""The start of a video may be rounded to this."""

MOST_AT_ONCE = 4
"""Stretches that are decoded side by side, where there are so many processors."""

LINED_UP = 2
"""Times as many wait besides: they are decoded, and not taken yet, or not begun."""

PIXELS_LINED_UP = 25_000_000
"""Pixels of the key frames at their ends; where pictures are larger, fewer wait."""

BYTES_LINED_UP = 48 * 1024 * 1024
"""Packets of all of them; where there are more, none wait besides."""

PIXELS_WAITING = 60_000_000
"""Pixels that may wait in all of them, in whole pictures."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Through which frames go."""

    shown: Shown
    placed: Callable[
        [DecodedFrame], DecodedFrame
    ]  #: gives it its time in the video; called in the order in which frames are handed out
    look: Look


@dataclass(slots=True)
class _Held:
    """The packets since a key frame, that one first."""

    packets: list[Timed] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    size: int = 0

    def add(self, packet: "Packet[Stream]", t_s: float) -> None:
        self.packets.append(Timed(packet, t_s))
        self.size += packet.size
        if not self.anchors or t_s > self.anchors[-1].t_s:
            self.anchors.append(Anchor(t_s, packet.size, bool(packet.is_keyframe)))

    def full(self) -> bool:
        return len(self.packets) > MAX_HELD or self.size > MAX_HELD_BYTES

    def since(self, key_s: float) -> "_Held":
        """From this key frame on."""
        kept = _Held()
        for packet, t_s in self.packets:
            if kept.packets or (packet.is_keyframe and t_s == key_s):
                kept.add(packet, t_s)
        return kept


class Sparse:
    """One stream, prepared to be decoded; close it. `start_s` is what its clock says when the video begins."""

    def __init__(self, stream: VideoStream, health: Health, hands: Hands, start_s: float) -> None:
        self._context, self._time_base = stream.codec_context, stream.time_base
        self._health, self._hands, self._start_s = health, hands, start_s
        self._decoders = Decoders(stream, hands.shown)
        self._index = stream.index
        self._lone_pictures = KeyDecoder(self._decoders.new())
        self._due_s = _longest_s(stream)
        area = max(1, stream.width * stream.height)
        self._at_once = min(os.cpu_count() or 1, MOST_AT_ONCE)
        self._besides = min(LINED_UP * self._at_once, PIXELS_LINED_UP // area)
        most = max(1, PIXELS_WAITING // area)
        self._makers = SideBySide[DecodedFrame](self._at_once, most, counts=lambda frame: not frame.light)
        self._held = _Held()
        self._first: DecodedFrame | None = None  # the key frame with which `_held` begins
        self._last: DecodedFrame | None = None  # the key frame that ends the stretch, once it is there
        self._under_way: deque[tuple[StretchDecoder, DecodedFrame]] = (
            deque()
        )  # each with the picture after it
        self._reached_s: float | None = None  # nothing up to here is handed out again
        self._flowing = False  # the stretch is decoded as it comes
        self._damaged = False
        self._everything = False  # from here on all is decoded

    def close(self) -> None:
        """Stop what is under way."""
        self._makers.close()

    def ahead(self, packets: Iterable["Packet[Stream]"]) -> Ahead[Keyed]:
        """The packets of the file, for `frames`, with the key frames of this stream."""
        decoder = KeyDecoder(self._decoders.new())
        return key_frames_ahead(packets, self._index, decoder, lambda: not self._everything)

    def frames(self, keyed: Keyed) -> Iterator[DecodedFrame]:
        """What this packet, an empty one at the end, brings to light."""
        packet = keyed.packet
        if self._everything:
            yield from self._decoded((Timed(packet, 0.0),))
            return
        t_s = self._time(packet)
        if t_s is not None and self._last is not None and t_s > self._last.t_s:
            yield from self._close()
        if t_s is None or self._damaged:
            yield from self._rest(packet)
        elif self._first is None:
            yield from self._begin(keyed, t_s)
        else:
            yield from self._hold(keyed, t_s)

    def _begin(self, keyed: Keyed, t_s: float) -> Iterator[DecodedFrame]:
        packet = keyed.packet
        self._first = self._whole(keyed.picture, t_s)
        if self._first is None:
            yield from self._rest(packet)
            return
        self._held.add(packet, t_s)
        yield self._out(self._first)

    def _hold(self, keyed: Keyed, t_s: float) -> Iterator[DecodedFrame]:
        assert self._first is not None
        packet = keyed.packet
        if keyed.tried and self._last is None:
            self._last = self._whole(keyed.picture, t_s)
            if self._last is None:
                yield from self._rest(packet)
                return
        if self._flowing:
            yield from self._decoded((Timed(packet, t_s),))
            if self._last is None:
                return
        self._held.add(packet, t_s)
        if self._held.full() and not self._flowing:
            yield from self._finished(0)
            self._context.flush_buffers()
            self._flowing = True
            yield from self._decoded(self._left())
            self._held = _Held() if self._last is None else self._held.since(self._last.t_s)

    def _close(self) -> Iterator[DecodedFrame]:
        """Both ends of the stretch are known, and all of its packets."""
        first, last = self._first, self._last
        assert first is not None
        assert last is not None
        if self._flowing:
            for picture in drained(self._context, self._health):
                yield from self._news(picture)
            self._flowing = False
            yield from self._ends(last, whole=False)
        else:
            for one, other in pairwise((first, *self._lone(first, last), last)):
                decoder = self._decoder_of(one, other)
                self._under_way.append((decoder, other))
                if not decoder.empty:
                    decoder.start(self._makers)
                light = sum(decoder.size for decoder, _ in self._under_way) <= BYTES_LINED_UP
                yield from self._finished(self._at_once + (self._besides if light else 0))
        self._held = self._held.since(last.t_s)
        self._first, self._last = last, None

    def _decoder_of(self, first: DecodedFrame, last: DecodedFrame) -> StretchDecoder:
        packets, anchors = self._held.packets, self._held.anchors
        if packets[-1].t_s == last.t_s:  # no picture is shown before it that follows in the file
            packets = packets[:-1]
        stretch = Stretch(
            first=first,
            last=last,
            key_s=anchors[0].t_s,
            first_size=next(one.size for one in anchors if one.t_s == first.t_s),
            anchors=tuple(one for one in anchors if first.t_s < one.t_s <= last.t_s),
            pictures=sum(first.t_s <= one.t_s < last.t_s for one in packets) + 1,
            due_s=self._due_s,
        )
        return StretchDecoder(stretch, packets, self._hands.look(stretch), self._decoders)

    def _lone(self, first: DecodedFrame, last: DecodedFrame) -> Iterator[DecodedFrame]:
        """Pictures in between that are coded by themselves, and have none as large around them, as flashes have."""
        if self._context.name != "h264":
            return
        size_bytes = length_size(self._context.extradata)
        for anchor in self._held.anchors:
            if not first.t_s + LONE_S <= anchor.t_s <= last.t_s - LONE_S or anchor.size < MIN_LONE_BYTES:
                continue
            near = (one for one in self._held.anchors if 0 < abs(one.t_s - anchor.t_s) < LONE_S)
            if any(2 * one.size > anchor.size for one in near):
                continue
            packet = next(packet for packet, t_s in self._held.packets if t_s == anchor.t_s)
            if all_intra(bytes(packet), size_bytes):
                frame = self._whole(self._lone_pictures.decode(packet), anchor.t_s)
                if frame is not None:
                    yield frame

    def _finished(self, under_way: int) -> Iterator[DecodedFrame]:
        """What was looked at, but for so many that may still be under way, and those of which nothing was wanted.

        No more after one that is damaged.
        """
        while (
            not self._damaged
            and self._under_way
            and (len(self._under_way) > under_way or self._under_way[0][0].empty)
        ):
            decoder, last = self._under_way[0]
            for frame in decoder:
                if self._reached_s is None or frame.t_s > self._reached_s:
                    yield self._out(frame)
            decoder.close()
            self._under_way.popleft()
            self._damaged = self._health.add(decoder.health) or self._damaged
            if decoder.whole and self._reached_s is not None and decoder.lacks(self._reached_s):
                last.since_s = self._reached_s
            yield from self._ends(last, whole=decoder.whole)

    def _ends(self, last: DecodedFrame, *, whole: bool) -> Iterator[DecodedFrame]:
        """A stretch is over, of which the whole was wanted, or not: the picture after it, if it was not handed out."""
        if self._reached_s is not None and self._reached_s < last.t_s:
            last.after_gap = not whole
            yield self._out(last)

    def _rest(self, packet: "Packet[Stream]") -> Iterator[DecodedFrame]:
        """The stream ends, or is not what it should be."""
        if self._last is not None and not packet.size:
            yield from self._close()
        yield from self._finished(0)
        self._everything = True
        if not self._flowing:
            self._context.flush_buffers()
            yield from self._decoded(self._left())
        self._held = _Held()
        yield from self._decoded((Timed(packet, 0.0),))

    def _left(self) -> list[Timed]:
        """The packets that wait, those first that were under way behind a damaged one; each once."""
        under_way = [decoder for decoder, _ in self._under_way]
        self._under_way.clear()
        for decoder in under_way:
            decoder.close()
        waiting = [one for decoder in under_way for one in decoder.packets] + self._held.packets
        return list({id(one.packet): one for one in waiting}.values())

    def _decoded(self, packets: Iterable[Timed]) -> Iterator[DecodedFrame]:
        for packet, _ in packets:
            for picture in pictures(packet, self._health, self._context):
                yield from self._news(picture)

    def _news(self, picture: VideoFrame) -> Iterator[DecodedFrame]:
        """The frame, if it was not handed out yet."""
        picture.time_base = picture.time_base or self._time_base
        frame = self._hands.shown(picture)
        if self._reached_s is None or frame.t_s > self._reached_s:
            yield self._out(frame)

    def _out(self, frame: DecodedFrame) -> DecodedFrame:
        if math.isfinite(frame.t_s):
            self._reached_s = None if self._everything else frame.t_s
        return self._hands.placed(frame)

    def _whole(self, picture: VideoFrame | None, t_s: float) -> DecodedFrame | None:
        frame = self._hands.shown(picture) if picture is not None else None
        return frame if frame is not None and frame.t_s == t_s else None

    def _time(self, packet: "Packet[Stream]") -> float | None:
        """When its picture is shown, where this is a packet that can be passed over."""
        if packet.pts is None or packet.time_base is None or packet.is_corrupt or packet.is_discard:
            return None
        t_s = float(packet.pts * packet.time_base) - self._start_s
        before_s = self._first.t_s - MAX_BACK_S if self._first is not None else 0.0
        if t_s < before_s - ROUNDING_S or not packet.size or carries_captions(packet):
            return None
        return t_s


def _longest_s(stream: VideoStream) -> float:
    """The longest distance between the key frames that a container's index names, in seconds; 0 where it names none."""
    keys = [entry.timestamp for entry in stream.index_entries if entry.is_keyframe]
    return float(
        max((after - before for before, after in pairwise(keys)), default=0) * (stream.time_base or 0)
    )
