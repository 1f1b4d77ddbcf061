"""Closed captions (CEA-608) that broadcasters put inside the pictures."""

import gc

from av.codec.context import CodecContext
from av.packet import Packet
from av.sidedata.sidedata import Type
from av.stream import Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.subtitle import AssSubtitle, SubtitleSet
from av.video.frame import VideoFrame

from scenedex.media.container import FAILURES
from scenedex.media.frame import side_data
from scenedex.media.markup import ass_event_text
from scenedex.media.speakers import speakers
from scenedex.types import Caption

MAX_LINES = 100_000
MAX_SHOWN_S = 16.0
"""A line that nothing takes off the screen ends after this (CTA-608-E, C.9: erased after 16 s without data)."""


MARK = b"GA94"
"""Begins captions in the user data of pictures (ATSC A/53 part 4, 6.2.3)."""

MARKED_OTHERWISE = frozenset({"mpeg1video", "mpeg2video"})
"""Codecs in which DVDs and cable (SCTE 20) have marks of their own."""

SWEPT_EVERY = 32
"""Pictures after which those are let go that were asked for captions: in PyAV one and its side data hold each other."""


def carries_captions(packet: "Packet[Stream]") -> bool:
    """Whether its picture may have captions."""
    return MARK in bytes(packet)


class ClosedCaptions:
    """Feeds the caption bytes of each picture (ATSC A/53 part 4) to FFmpeg's CEA-608 decoder."""

    def __init__(self, codec: str = "") -> None:
        self._expected = codec in MARKED_OTHERWISE
        self._asked = 0
        self._decoder: SubtitleCodecContext | None = None
        self._lines: list[tuple[float, float, str]] = []

    def expect(self, packet: "Packet[Stream]") -> None:
        """A packet that will be decoded; pictures are looked at from the first on that may have captions."""
        self._expected = self._expected or carries_captions(packet)

    def see(self, picture: VideoFrame, t_s: float) -> None:
        """Look at one picture; pictures come in the order in which they are shown."""
        if not self._expected:
            return
        self._asked += 1
        if self._asked % SWEPT_EVERY == 0:
            gc.collect()
        data = side_data(picture, Type.A53_CC)
        if data is None:
            return
        packet: Packet[Stream] = Packet(data)
        packet.pts = round(t_s * 1000)
        self._feed(packet)

    def finish(self, end_s: float) -> None:
        """The last line goes off the screen."""
        if self._decoder is not None:
            self._feed(Packet())
        self._lines = [(start, min(end, max(end_s, start)), text) for start, end, text in self._lines]

    def captions(self) -> tuple[Caption, ...]:
        """What was read so far. The language is not stated in the pictures."""
        named = speakers([(None, text) for _, _, text in self._lines])
        return tuple(
            Caption(start_s=start, end_s=end, text=text, origin="embedded", index=index, speaker=speaker)
            for index, ((start, end, text), speaker) in enumerate(zip(self._lines, named, strict=True))
        )

    def _feed(self, packet: "Packet[Stream]") -> None:
        self._decoder = self._decoder or _decoder()
        try:
            shown = self._decoder.decode2(packet)
        except FAILURES:
            return
        if shown is not None and shown.pts is not None and len(self._lines) < MAX_LINES:
            self._note(shown)

    def _note(self, shown: SubtitleSet) -> None:
        start_s = max(0.0, shown.pts / 1_000_000 + shown.start_display_time / 1000)
        seconds = min(MAX_SHOWN_S, (shown.end_display_time - shown.start_display_time) / 1000)
        text = "\n".join(ass_event_text(r.ass) for r in shown.rects if isinstance(r, AssSubtitle)).strip()
        if text and seconds > 0:
            self._lines.append((start_s, start_s + seconds, text))


def _decoder() -> SubtitleCodecContext:
    decoder = CodecContext.create("eia_608", "r")
    if not isinstance(decoder, SubtitleCodecContext):
        raise TypeError("FFmpeg's CEA-608 decoder is no subtitle decoder")
    # It gives no times without the unit of the packets' stamps.
    decoder.options = {"pkt_timebase": "1/1000"}
    return decoder
