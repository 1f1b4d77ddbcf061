"""Timed text inside a media file."""

from collections.abc import Sequence
from pathlib import Path

from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from scenedex.errors import LimitError
from scenedex.media.charset import decode_text
from scenedex.media.container import FAILURES, decodable, opened
from scenedex.media.lines import Line, merge, to_captions
from scenedex.media.markup import ass_event_name, ass_event_text, plain_text
from scenedex.media.packets import Health, Stopwatch, packets
from scenedex.media.speakers import speaker_name, voice_of
from scenedex.types import Caption, Limits, MediaInfo

_TEXT_PACKETS = frozenset({"subrip", "webvtt", "text"})  # whose packets are the bare text


def embedded_captions(path: Path, info: MediaInfo, limits: Limits) -> list[Caption]:
    """Every text track of the file as captions with the origin "embedded".

    They are sorted by language and time; `index` counts within the language over all its tracks. A bitmap track gives
    nothing. Broken packets are passed over.

    Raises:
        LimitError: more lines than allowed, or reading takes too long.
    """
    wanted = {track.index: track for track in info.subtitles if track.kind == "text"}
    if not wanted:
        return []
    by_language: dict[str | None, list[list[Line]]] = {}
    tracks: dict[int, list[Line]] = {}
    for index, track in wanted.items():
        tracks[index] = []
        by_language.setdefault(track.language, []).append(tracks[index])
    watch, count = Stopwatch(info, limits), 0
    watch.start()
    with opened(path, limits) as container:
        streams = [s for s in container.streams if s.index in wanted and isinstance(s, SubtitleStream)]
        for packet in packets(container, streams, Health()):
            watch.check()
            lines = _lines(packet, info.start_s)
            tracks[packet.stream.index].extend(lines)
            count += len(lines)
            if count > limits.max_captions:
                raise LimitError(
                    f"The file has more than {limits.max_captions} lines of text, the limit max_captions."
                )
    captions: list[Caption] = []
    for language in sorted(by_language, key=str):
        merged = merge(by_language[language])
        captions += to_captions(merged, "embedded", language)
    return captions


def _lines(packet: "Packet[Stream]", start_s: float) -> list[Line]:
    stream = packet.stream
    if not isinstance(stream, SubtitleStream) or not decodable(stream):
        return []
    try:
        shown = stream.decode2(packet)
    except FAILURES:
        return _undecoded(packet, stream, start_s)
    if shown is None:
        return []
    events = [r.ass for r in shown.rects if isinstance(r, AssSubtitle)]
    text = "\n".join(filter(None, map(ass_event_text, events)))
    begin, end = _times(packet, shown)
    if begin is None or not text:
        return []
    speaker = _speaker(packet, events)
    return [Line(begin - start_s, None if end is None else end - start_s, text, speaker)]


def _speaker(packet: "Packet[Stream]", events: Sequence[bytes]) -> str | None:
    """Whom the markup of a packet names: FFmpeg drops WebVTT's voices, so they are read where they stand."""
    if packet.stream.codec_context.codec.canonical_name == "webvtt":
        return voice_of(bytes(packet).decode("utf-8", errors="replace"))
    return next(filter(None, (speaker_name(ass_event_name(event)) for event in events)), None)


def _times(packet: "Packet[Stream]", shown: SubtitleSet) -> tuple[float | None, float | None]:
    """Start and end in seconds of the file's own clock."""
    # CEA-608 comes out of the decoder when it goes off the screen: only the decoder knows when it came.
    if packet.pts is None or packet.stream.codec_context.codec.canonical_name == "eia_608":
        if shown.pts is None or shown.pts < -(1 << 62):
            return None, None
        begin = shown.pts / 1_000_000
    else:
        begin = float(packet.pts * packet.time_base)
        if packet.duration:
            return begin, begin + float(packet.duration * packet.time_base)
    length_s = (shown.end_display_time - shown.start_display_time) / 1000
    begin += shown.start_display_time / 1000
    return begin, begin + length_s if 0 < length_s < 4_000_000 else None


def _undecoded(packet: "Packet[Stream]", stream: SubtitleStream, start_s: float) -> list[Line]:
    """FFmpeg refuses text that is no UTF-8: read its bytes as a sidecar's would be."""
    if (
        stream.codec_context.codec.canonical_name not in _TEXT_PACKETS
        or packet.pts is None
        or not packet.size
    ):
        return []
    begin = float(packet.pts * packet.time_base) - start_s
    end = begin + float(packet.duration * packet.time_base) if packet.duration else None
    markup = decode_text(bytes(packet))
    text = plain_text(markup)
    return [Line(begin, end, text, voice_of(markup))] if text else []
