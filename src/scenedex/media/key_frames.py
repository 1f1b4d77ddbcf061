"""Decodes the key frames of a stream while whoever looks at them still looks at those before."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from av.codec.context import Flags
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from scenedex.media.ahead import Ahead
from scenedex.media.container import FAILURES

POST_S = 0.3
"""A key frame that comes sooner after the last one that was decoded is not decoded for itself."""

BYTES_AHEAD = 8_000_000
"""Packets and pictures that may wait."""


class Keyed(NamedTuple):
    """A packet; with its picture, where that is a key frame that was to be decoded for itself, and could be."""

    packet: "Packet[Stream]"
    tried: bool = False  #: whether it was to be
    picture: VideoFrame | None = None

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        planes = self.picture.planes if self.picture is not None else ()
        return self.packet.size + sum(plane.buffer_size for plane in planes)


class KeyDecoder:
    """Decodes pictures that are coded by themselves."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._context = context
        self._context.flags |= (
            Flags.output_corrupt
        )  # so it calls a picture before which it has seen no key frame

    def decode(self, packet: "Packet[Stream]") -> VideoFrame | None:
        """The picture of such a packet; None where there is not just one whole picture."""
        try:
            found = [*self._context.decode(packet), *self._context.decode(None)]
            self._context.flush_buffers()
        except FAILURES:
            return None
        if len(found) != 1 or (found[0].is_corrupt and packet.is_keyframe):
            return None
        found[0].time_base = packet.time_base
        return found[0]


def key_frames_ahead(
    packets: Iterable["Packet[Stream]"], index: int, decoder: KeyDecoder, wanted: Callable[[], bool]
) -> Ahead[Keyed]:
    """The packets, with the key frames of stream `index`: those at least `POST_S` apart, while they are `wanted`."""
    most = BYTES_AHEAD if (os.cpu_count() or 1) > 1 else 0
    return Ahead(_keyed(packets, index, decoder, wanted), most, weight=lambda keyed: keyed.size)


def _keyed(
    packets: Iterable["Packet[Stream]"], index: int, decoder: KeyDecoder, wanted: Callable[[], bool]
) -> Iterator[Keyed]:
    last_s = -math.inf
    for packet in packets:
        if packet.stream.index == index and packet.is_keyframe and packet.size and packet.pts is not None:
            t_s = float(packet.pts * (packet.time_base or 0))
            if t_s - last_s >= POST_S and wanted():
                last_s = t_s
                yield Keyed(packet, tried=True, picture=decoder.decode(packet))
                continue
        yield Keyed(packet)
