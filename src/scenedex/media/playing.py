"""A film that is made while somebody watches it: H.264 and AAC in a fragmented MP4, whose pieces need no end."""

import io
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from scenedex.errors import DecodeError
from scenedex.media.audio import waveform
from scenedex.media.clip import even, picture_times, playing_rate
from scenedex.media.container import FAILURES, opened
from scenedex.media.decode import frames_at
from scenedex.media.encode import AUDIO_SAMPLES, THREADS
from scenedex.media.packets import Stopwatch
from scenedex.media.playback import copied_sound, heard
from scenedex.types import Limits, MediaInfo, Piece, Waveform

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SHORT_SIDE = 720
"""Short side of the pictures in pixels, where the video has that many."""

SAMPLE_RATE = 48_000
AUDIO_BIT_RATE = 96_000
KEY_FRAME_S = 2

VIDEO_OPTIONS = {
    "preset": "superfast",
    "crf": "24",
    "bf": "0",
    "maxrate": "6M",
    "bufsize": "6M",
    "rc-lookahead": "0",
}
"""Fast rather than small, and nothing held back: whoever watches waits for the first picture."""

CONTAINER_OPTIONS = {
    "movflags": "+frag_keyframe+delay_moov+default_base_moof",
    "frag_duration": "1000000",  # microseconds: where key frames are far apart
    "fflags": "+bitexact",
}

MAX_REORDERED = 16
"""Pictures that H.264 may hold back to bring them into their order."""

BACK_S = (0.0, 5.0, 30.0, math.inf)
CLOSE_S = 0.001

AHEAD_S = 0.5
"""How far sound goes before the pictures: players want both at once."""


class Stretch(NamedTuple):
    """Part of a video, in seconds."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class _Due:
    """A packet, and when it is due in seconds from the beginning of the film."""

    at_s: float
    packet: "Packet[Stream]"


@dataclass(frozen=True, slots=True)
class _Copying:
    """A file whose packets are copied, and the second from which it is read."""

    path: Path
    info: MediaInfo
    limits: Limits
    read_s: float


class _Sink(io.RawIOBase):
    """What the muxer writes, until somebody takes it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What came since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken


def film(
    path: Path, info: MediaInfo, limits: Limits, stretch: Stretch, *, copied: bool
) -> Generator[Piece, None, None]:
    """What is shown and heard in a stretch of a video, piece by piece; no more is made than is asked for.

    Encoded anew it begins exactly at `from_s`: upright, eight bits, SDR, short side 720 and 30 pictures a second at
    most, one channel of sound. `copied`: the packets of the pictures as they are, from the key frame at or before
    `from_s`, and those of the sound where an MP4 takes them.

    Raises:
        DecodeError: nothing can be decoded, or the packets cannot be copied.
        LimitError: decoding is too slow.
    """
    if copied and info.video is not None:
        pieces = _pieces(_copied, path, info, limits, stretch)
        try:
            first = next(pieces)
        except DecodeError:
            pass  # what cannot be copied is encoded
        else:
            yield first
            yield from pieces
            return
    yield from _pieces(_encoded, path, info, limits, stretch)


def _pieces(
    make: "_Make", path: Path, info: MediaInfo, limits: Limits, stretch: Stretch
) -> Generator[Piece, None, None]:
    sink = _Sink()
    try:
        with av.open(sink, "w", format="mp4", container_options=CONTAINER_OPTIONS) as container:
            begins_s, packets = make(container, path, info, limits, stretch)
            for due in packets:
                container.mux(due.packet)
                if data := sink.take():
                    yield Piece(begins_s, data)
    except (av.FFmpegError, ValueError) as exc:
        raise DecodeError(f"This video cannot be played from {stretch.from_s:.1f} s: {exc}.") from exc
    if data := sink.take():
        yield Piece(begins_s, data)


_Make = Callable[[OutputContainer, Path, MediaInfo, Limits, Stretch], tuple[float, Iterator[_Due]]]


def _encoded(
    container: OutputContainer, path: Path, info: MediaInfo, limits: Limits, stretch: Stretch
) -> tuple[float, Iterator[_Due]]:
    parts = []
    if info.audio:
        parts.append(_encoded_sound(container, path, info, limits, stretch))
    if info.video is not None:
        rate = playing_rate(info.video.frame_rate)
        times = picture_times(stretch.from_s, stretch.to_s, rate)
        frames = frames_at(path, info, limits, times)
        first = even(next(frames).picture(SHORT_SIDE))
        video = _video_stream(container, first.shape[1], first.shape[0], rate)
        shown = (VideoFrame.from_ndarray(even(frame.picture(SHORT_SIDE))) for frame in frames)
        parts.append(_encoded_pictures(video, VideoFrame.from_ndarray(first), shown, rate))
    return stretch.from_s, merge(*parts, key=lambda due: due.at_s)


def _video_stream(container: OutputContainer, width: int, height: int, rate: Fraction) -> VideoStream:
    stream = container.add_stream("libx264", rate=rate, options=VIDEO_OPTIONS)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = 1 / rate
    context = stream.codec_context
    context.thread_count = THREADS
    context.gop_size = max(1, round(rate * KEY_FRAME_S))
    context.colorspace = int(Colorspace.ITU709)
    context.color_primaries = int(ColorPrimaries.BT709)
    context.color_trc = int(ColorTrc.BT709)
    context.color_range = int(ColorRange.MPEG)
    return stream


def _encoded_pictures(
    stream: VideoStream, first: VideoFrame, rest: Iterator[VideoFrame], rate: Fraction
) -> Iterator[_Due]:
    number, picture = 0, first
    while True:
        frame = picture.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = number, 1 / rate
        for packet in stream.encode(frame):
            yield _Due(_seconds(packet), packet)
        following = next(rest, None)
        if following is None:
            break
        number, picture = number + 1, following
    for packet in stream.encode(None):
        yield _Due(_seconds(packet), packet)


def _encoded_sound(
    container: OutputContainer, path: Path, info: MediaInfo, limits: Limits, stretch: Stretch
) -> Iterator[_Due]:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, options={"flags": "+bitexact"})
    stream.layout = "mono"
    stream.bit_rate = AUDIO_BIT_RATE
    stream.codec_context.thread_count = 1
    blocks = waveform(path, info, limits, rate=SAMPLE_RATE, start_s=stretch.from_s, end_s=stretch.to_s)
    return _encoded_blocks(stream, blocks)


def _encoded_blocks(stream: AudioStream, blocks: Iterator[Waveform]) -> Iterator[_Due]:
    laid = 0
    for block in blocks:  # of a whole number of frames, but for the last
        for start in range(0, len(block), AUDIO_SAMPLES):
            samples = block[None, start : start + AUDIO_SAMPLES]
            frame = AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
            frame.pts, laid = laid, laid + samples.shape[1]
            for packet in stream.encode(frame):
                yield _Due(_seconds(packet) - AHEAD_S, packet)
    for packet in stream.encode(None):
        yield _Due(_seconds(packet) - AHEAD_S, packet)


def _copied(
    container: OutputContainer, path: Path, info: MediaInfo, limits: Limits, stretch: Stretch
) -> tuple[float, Iterator[_Due]]:
    """The first key frame is looked for now: it is where the film begins, for the sound, too."""
    with opened(path, limits) as source:
        read_s, begins_s = _key_frame(source, info, stretch.from_s)
    reading = _Copying(path, info, limits, read_s)
    packets = _packets(container, reading, Stretch(begins_s, stretch.to_s))
    first = next(packets, None)  # the streams are there before the first packet goes out
    if first is None:
        raise DecodeError("Its packets have no times.")
    if heard(info) is None or copied_sound(info) is not None:
        return begins_s, _from(first, packets)
    sound = _encoded_sound(container, path, info, limits, Stretch(begins_s, stretch.to_s))
    return begins_s, merge(_from(first, packets), sound, key=lambda due: due.at_s)


def _from(first: _Due, rest: Iterator[_Due]) -> Iterator[_Due]:
    yield first
    yield from rest


def _key_frame(source: InputContainer, info: MediaInfo, wanted_s: float) -> Stretch:
    """From where to read, so as to come past the last key frame at or before a time; and the time of that one."""
    assert info.video is not None
    stream = source.streams[info.video.index]
    for back_s in BACK_S:  # an index may be wrong, and a transport stream has none
        from_s = max(0.0, wanted_s - back_s)
        _go_to(source, stream, from_s + info.start_s)
        found = None
        for packet in source.demux(stream):
            if packet.pts is None or not packet.time_base:
                continue
            at_s = float(packet.pts * packet.time_base) - info.start_s
            if packet.is_keyframe and (found is None or at_s <= wanted_s):
                found = at_s
            if at_s > wanted_s:
                break
        if found is not None and (found <= wanted_s + CLOSE_S or from_s == 0.0):
            return Stretch(from_s, max(0.0, found))
    raise DecodeError("This video has no key frame from which it could be played.")


def _go_to(source: InputContainer, stream: Stream, at_s: float) -> None:
    if stream.time_base:
        try:
            source.seek(int(at_s / stream.time_base), stream=stream)
        except FAILURES:
            return  # from the beginning, then


def _packets(container: OutputContainer, reading: _Copying, stretch: Stretch) -> Iterator[_Due]:
    """The packets of the pictures, and of the sound where it is copied, on the clock of the film."""
    path, info, limits = reading.path, reading.info, reading.limits
    assert info.video is not None
    watch = Stopwatch(info, limits)
    with opened(path, limits) as source:
        sound = copied_sound(info)
        wanted = [source.streams[info.video.index], *([source.streams[sound.index]] if sound else [])]
        targets = {one.index: container.add_stream_from_template(one, opaque=True) for one in wanted}
        _go_to(source, wanted[0], reading.read_s + info.start_s)
        origin_s, begun = stretch.from_s + info.start_s, False
        watch.start()
        for packet in _timed(source.demux(*wanted), info):
            watch.check()
            if packet.dts is None or packet.pts is None:
                continue
            at_s = float(packet.pts * packet.time_base) - origin_s
            is_picture = packet.stream.index == info.video.index
            begun = begun or (is_picture and packet.is_keyframe and at_s > -CLOSE_S)
            if at_s > stretch.to_s - stretch.from_s and is_picture:
                break
            if not begun or at_s < -CLOSE_S:
                continue
            shift = round(Fraction(origin_s) / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = targets[packet.stream.index]
            watch.pause()
            yield _Due(at_s, packet)
            watch.start()


def _timed(packets: Iterator["Packet[Stream]"], info: MediaInfo) -> Iterator["Packet[Stream]"]:
    """The packets that hold something. Where pictures are stored in another order than shown, Matroska does not tell
    when the first of them are decoded: one picture's time before one another, and before the first that it tells."""
    assert info.video is not None
    waiting: list[Packet[Stream]] = []
    for packet in packets:
        if not packet.size or packet.pts is None or not packet.time_base:
            continue
        if packet.stream.index != info.video.index or (packet.dts is None and len(waiting) >= MAX_REORDERED):
            yield packet
            continue
        waiting.append(packet)
        if packet.dts is None:
            continue
        step = max(1, round(1 / (playing_rate(info.video.frame_rate) * packet.time_base)))
        for number, one in enumerate(reversed(waiting)):
            one.dts = packet.dts - number * step
        yield from waiting
        waiting = []


def _seconds(packet: "Packet[Stream]") -> float:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return float((stamp or 0) * packet.time_base)
