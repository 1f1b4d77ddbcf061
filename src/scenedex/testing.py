"""Synthetic clips for tests, of scenedex and of programs that use it: plain colours with known cuts, and odd shapes.

Everything is made on the spot by PyAV; nothing is fetched. The same arguments give a clip with the same pictures.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.types import Pixels, Waveform

Colour = tuple[int, int, int]

COLOURS: tuple[Colour, ...] = (
    (200, 40, 40),
    (40, 160, 60),
    (50, 70, 200),
    (220, 200, 60),
    (150, 60, 170),
    (60, 190, 200),
    (235, 235, 235),
    (30, 30, 30),
)
"""Far enough apart that every detector sees a cut between neighbours."""

CLOCK = Fraction(1, 90_000)
TONE_HZ = 440.0

_FORMATS = {
    ".mp4": "mp4",
    ".m4a": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".mka": "matroska",
    ".ts": "mpegts",
}
_ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What a clip looks like apart from its shots."""

    size: tuple[int, int] = (96, 64)  #: width and height as stored, in pixels; even
    rate: Fraction = Fraction(25)  #: frames a second
    rotation: int = 0  #: clockwise degrees that a player turns the pictures by
    mirrored: bool = False  #: a player swaps left and right after that
    pixel_aspect: Fraction = Fraction(1)
    start_s: float = 0.0  #: time stamp of the first picture (Matroska and MPEG-TS keep it)
    sound: bool = False  #: a tone of 440 Hz as long as the pictures
    sound_delay_s: float = 0.0  #: the sound begins this much later than the pictures
    captions: tuple[
        tuple[float, float, str], ...
    ] = ()  #: (start_s, end_s, text): one track, SubRip or mov_text
    language: str = "eng"  #: of sound and captions, ISO 639-2
    timecode: str | None = (
        None  #: SMPTE timecode of the first picture: a track of .mov and .mp4, a tag of .mkv
    )


def shots_clip(path: Path, seconds: Sequence[float], clip: Clip | None = None) -> list[float]:
    """Write shots of plain colours, each as long as stated; gives the times of the cuts in seconds.

    The suffix chooses the container: .mp4, .mov, .mkv, .ts.
    """
    clip = clip or Clip()
    counts = [max(1, round(length * clip.rate)) for length in seconds]
    pictures = (
        picture(COLOURS[shot % len(COLOURS)], clip.size)
        for shot, count in enumerate(counts)
        for _ in range(count)
    )
    frames = ((number / clip.rate, pixels) for number, pixels in enumerate(pictures))
    _write(path, clip, frames, float(sum(counts) / clip.rate))
    return [float(sum(counts[:shot]) / clip.rate) for shot in range(1, len(counts))]


def pictures_clip(path: Path, shots: Sequence[tuple[float, Pixels]], clip: Clip | None = None) -> None:
    """Write shots of still pictures: (seconds, picture), all of one size, which goes before that of `clip`."""
    height, width = shots[0][1].shape[:2]
    clip = replace(clip or Clip(), size=(width, height))
    still = [pixels for seconds, pixels in shots for _ in range(max(1, round(seconds * clip.rate)))]
    frames = ((number / clip.rate, pixels) for number, pixels in enumerate(still))
    _write(path, clip, frames, float(len(still) / clip.rate))


def variable_rate_clip(path: Path, times_s: Sequence[float], clip: Clip | None = None) -> None:
    """Write one picture at each of these times, which rise; each has a colour of its own."""
    clip = clip or Clip()
    frames = (
        (Fraction(t_s).limit_denominator(90_000), picture(COLOURS[number % len(COLOURS)], clip.size))
        for number, t_s in enumerate(times_s)
    )
    _write(path, clip, frames, times_s[-1])


def sound_clip(path: Path, seconds: float, *, sample_rate: int = 44_100) -> None:
    """Write a file with a tone and no pictures (.m4a, .mp4, .mka, .mkv)."""
    with _created(path) as container:
        stream = _sound_stream(container, sample_rate, "eng")
        for packet, _ in _sound_packets(stream, tone(seconds, sample_rate), 0.0):
            container.mux(packet)


def long_clip(path: Path, seconds: float, *, shot_s: float = 10.0) -> None:
    """Write a long clip that is cheap to make and to decode: 48 x 32 pixels, two frames a second."""
    clip = Clip(size=(48, 32), rate=Fraction(2))
    shots_clip(path, [shot_s] * round(seconds / shot_s), clip)


def picture(colour: Colour, size: tuple[int, int]) -> Pixels:
    """A plain picture of this colour, but for a white square in its upper left corner: it shows which way is up."""
    width, height = size
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[:] = colour
    pixels[: height // 4, : width // 4] = 255
    return pixels


def tone(seconds: float, sample_rate: int) -> Waveform:
    """A sine of 440 Hz at half volume."""
    t_s = np.arange(round(seconds * sample_rate)) / sample_rate
    return (0.5 * np.sin(2 * np.pi * TONE_HZ * t_s)).astype(np.float32)


@contextmanager
def _created(path: Path) -> Iterator[OutputContainer]:
    # A Python file: FFmpeg would take some file names for addresses or options.
    with path.open("wb") as file, av.open(file, "w", format=_FORMATS[path.suffix.lower()]) as container:
        yield container


def _write(path: Path, clip: Clip, frames: Iterator[tuple[Fraction, Pixels]], length_s: float) -> None:
    with _created(path) as container:
        video = _video_stream(container, clip)
        if clip.timecode is not None:
            container.metadata["timecode"] = clip.timecode
        sound = _sound_stream(container, 44_100, clip.language) if clip.sound else None
        text = _text_stream(container, path, clip) if clip.captions else None
        later: list[tuple[Packet[Stream], float]] = []
        if sound is not None:
            later += _sound_packets(sound, tone(length_s, 44_100), clip.start_s + clip.sound_delay_s)
        if text is not None:
            later += _text_packets(text, clip)
        later.sort(key=lambda timed: timed[1])
        start = Fraction(clip.start_s).limit_denominator(90_000)
        for t, pixels in frames:
            for packet in video.encode(_frame(pixels, start + t)):
                while later and later[0][1] <= float((packet.dts or 0) * packet.time_base):
                    container.mux(later.pop(0)[0])
                container.mux(packet)
        container.mux(video.encode(None))
        for packet, _ in later:
            container.mux(packet)


def _video_stream(container: OutputContainer, clip: Clip) -> VideoStream:
    options = {"preset": "ultrafast", "crf": "28", "bf": "0"}
    stream = container.add_stream("libx264", rate=clip.rate, options=options)
    stream.width, stream.height = clip.size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = stream.time_base = CLOCK
    stream.codec_context.gop_size = 50
    stream.codec_context.thread_count = 1
    if clip.pixel_aspect != 1:
        stream.codec_context.sample_aspect_ratio = clip.pixel_aspect
    if clip.rotation or clip.mirrored:
        stream.set_display_matrix(_matrix(clip))
    return stream


def _matrix(clip: Clip) -> list[int]:
    """The display matrix (ISO/IEC 14496-12, 8.3.2): 16.16 fixed point, in the order a b u c d v x y w."""
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[clip.rotation]
    flip = -1 if clip.mirrored else 1
    one = 1 << 16
    return [flip * cos * one, sin * one, 0, flip * -sin * one, cos * one, 0, 0, 0, 1 << 30]


def _frame(pixels: Pixels, t: Fraction) -> VideoFrame:
    frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
    frame.pts, frame.time_base = round(t / CLOCK), CLOCK
    return frame


def _sound_stream(container: OutputContainer, sample_rate: int, language: str) -> AudioStream:
    stream = container.add_stream("aac", rate=sample_rate)
    stream.layout = "mono"
    stream.metadata["language"] = language
    return stream


def _sound_packets(
    stream: AudioStream, samples: Waveform, start_s: float
) -> Iterator[tuple["Packet[Stream]", float]]:
    rate = stream.sample_rate
    first = round(start_s * rate)
    for position in range(0, len(samples), 1024):
        frame = AudioFrame.from_ndarray(
            samples[None, position : position + 1024], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, first + position, Fraction(1, rate)
        for packet in stream.encode(frame):
            yield packet, float((packet.dts or 0) * packet.time_base)
    for packet in stream.encode(None):
        yield packet, float((packet.dts or 0) * packet.time_base)


def _text_stream(container: OutputContainer, path: Path, clip: Clip) -> SubtitleStream:
    stream = container.add_stream("mov_text" if _FORMATS[path.suffix.lower()] in ("mp4", "mov") else "subrip")
    stream.codec_context.subtitle_header = _ASS_HEADER
    stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = clip.language
    return stream


def _text_packets(stream: SubtitleStream, clip: Clip) -> Iterator[tuple["Packet[Stream]", float]]:
    boxed = stream.codec_context.name == "mov_text"
    for start_s, end_s, text in clip.captions:
        words = text.encode()
        packet: Packet[Stream] = Packet(len(words).to_bytes(2, "big") + words if boxed else words)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = round((clip.start_s + start_s) * 1000)
        packet.duration = round((end_s - start_s) * 1000)
        yield packet, clip.start_s + start_s
