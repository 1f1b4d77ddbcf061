"""Pictures, sound and timed text → an MP4 file that any player shows: H.264, AAC and mov_text.

The same input gives the same bytes wherever the libraries are the same: the encoders run with a fixed number of
threads, and the container holds no date and no version.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from scenedex.errors import DiskFullError, MediaError
from scenedex.types import Caption, Pixels, Waveform

CRF = 26
VIDEO_OPTIONS = {"preset": "veryfast", "flags": "+bitexact", "x264-params": "no-mbtree=1"}
"""Without x264's macroblock tree: its assembler gives other bytes from run to run, even in one thread."""

THREADS = 2
"""Fixed, because x264 writes other bytes for another number."""

AUDIO_BIT_RATE = 64_000
AUDIO_SAMPLES = 1024
"""Samples of one AAC frame."""

SUBTITLE_CLOCK = Fraction(1, 1000)

LANGUAGE_TAGS = {
    "ar": "ara", "de": "deu", "en": "eng", "es": "spa", "fr": "fra", "hi": "hin", "it": "ita", "ja": "jpn", "ko": "kor",
    "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip
"""ISO 639-1 to ISO 639-2/T, as MP4 wants it. Other languages are written as unknown."""

ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""The style that the track states: FFmpeg takes it in the notation of ASS."""

MAX_TEXT_BYTES = 0xFFFF

Timed: TypeAlias = "Iterator[tuple[Packet[Stream], float]]"
"""Encoded packets in order, each with the seconds at which it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Mono sound that begins with the first picture."""

    samples: Waveform
    sample_rate: int  #: Hz, one that AAC knows: 24000, 44100, 48000 ...


def encode_film(  # noqa: PLR0913 (a film has these parts)
    path: Path,
    frames: Iterable[Pixels],
    *,
    frame_rate: Fraction,
    sound: Sound | None = None,
    captions: Sequence[Caption] = (),
    title: str | None = None,
    crf: int = CRF,
) -> None:
    """Write a film. It appears at `path` when it is whole, and takes the place of what was there.

    Args:
        path: ends in .mp4.
        frames: pictures in order, all of one size with even sides; at least one.
        frame_rate: pictures a second.
        sound: None for a silent film.
        captions: one subtitle track for each language among them (see `LANGUAGE_TAGS`); those of one language must not
            overlap.
        title: as the container states it.
        crf: quality of the pictures as x264 counts it, from 0 (best) to 51.

    Raises:
        DiskFullError: no space is left.
        MediaError: FFmpeg refuses what it was given, or the file cannot be written.
    """
    aside = path.with_name(path.name + ".part")
    try:
        with av.open(
            str(aside.absolute()),
            "w",
            format="mp4",
            container_options={"movflags": "+faststart", "fflags": "+bitexact"},
        ) as container:
            if title is not None:
                container.metadata["title"] = title
            frames = iter(frames)
            first = next(frames, None)
            if first is None:
                raise ValueError("there are no pictures")
            video = _video_stream(container, first, frame_rate, crf)
            _write(container, _picture_packets(video, first, frames, frame_rate), sound, captions)
        aside.replace(path)
    except (av.FFmpegError, OSError, ValueError) as exc:
        if isinstance(exc, OSError) and exc.errno == 28:
            raise DiskFullError from exc
        raise MediaError(f"The film could not be written to {path}: {exc}.") from exc
    finally:
        aside.unlink(missing_ok=True)


def _write(
    container: OutputContainer,
    pictures: "Timed",
    sound: Sound | None,
    captions: Sequence[Caption],
) -> None:
    audio = _audio_stream(container, sound) if sound is not None else None
    texts = _text_packets(container, captions)
    # The muxer wants the packets of all streams in order of time: sound and text go before the picture they meet.
    sounds = _sound_packets(audio, sound) if audio is not None and sound is not None else iter(())
    waiting = heapq.merge(sounds, texts, key=lambda timed: timed[1])
    ahead = next(waiting, None)
    for packet, at_s in pictures:
        while ahead is not None and ahead[1] <= at_s:
            container.mux(ahead[0])
            ahead = next(waiting, None)
        container.mux(packet)
    while ahead is not None:
        container.mux(ahead[0])
        ahead = next(waiting, None)


def _video_stream(container: OutputContainer, first: Pixels, frame_rate: Fraction, crf: int) -> VideoStream:
    height, width = first.shape[:2]
    stream = container.add_stream("libx264", rate=frame_rate, options={"crf": str(crf), **VIDEO_OPTIONS})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = 1 / frame_rate
    context = stream.codec_context
    context.thread_count = THREADS
    context.gop_size = int(frame_rate * 10)
    context.colorspace = int(Colorspace.ITU709)
    context.color_primaries = int(ColorPrimaries.BT709)
    context.color_trc = int(ColorTrc.BT709)
    context.color_range = int(ColorRange.MPEG)
    return stream


def _audio_stream(container: OutputContainer, sound: Sound) -> AudioStream:
    stream = container.add_stream("aac", rate=sound.sample_rate, options={"flags": "+bitexact"})
    stream.layout = "mono"
    stream.bit_rate = AUDIO_BIT_RATE
    stream.codec_context.thread_count = 1
    return stream


def _picture_packets(
    stream: VideoStream, first: Pixels, rest: Iterator[Pixels], frame_rate: Fraction
) -> "Timed":
    number, pixels = 0, first
    scaler = VideoReformatter()  # one for all: setting it up takes longer than a picture
    while True:
        frame = scaler.reformat(
            VideoFrame.from_ndarray(pixels, format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = number, 1 / frame_rate
        for packet in stream.encode(frame):
            yield packet, _seconds(packet)
        following = next(rest, None)
        if following is None:
            break
        number, pixels = number + 1, following
    for packet in stream.encode(None):
        yield packet, _seconds(packet)


def _sound_packets(stream: AudioStream, sound: Sound) -> "Timed":
    samples = np.clip(sound.samples, -1.0, 1.0).astype(np.float32)
    for start in range(0, len(samples), AUDIO_SAMPLES):
        frame = AudioFrame.from_ndarray(
            samples[None, start : start + AUDIO_SAMPLES], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = (
            sound.sample_rate,
            start,
            Fraction(1, sound.sample_rate),
        )
        for packet in stream.encode(frame):
            yield packet, _seconds(packet)
    for packet in stream.encode(None):
        yield packet, _seconds(packet)


def _text_packets(container: OutputContainer, captions: Sequence[Caption]) -> "Timed":
    """One track a language, made now; their packets, merged in order of time, when they are asked for."""
    streams: dict[str | None, SubtitleStream] = {}
    for language in dict.fromkeys(caption.language for caption in captions):
        stream = container.add_stream("mov_text")
        stream.codec_context.subtitle_header = ASS_HEADER
        stream.codec_context.time_base = stream.time_base = SUBTITLE_CLOCK
        stream.metadata["language"] = LANGUAGE_TAGS.get(language or "", "und")
        streams[language] = stream
    return _encoded(streams, sorted(captions, key=lambda caption: caption.start_s))


def _encoded(streams: dict[str | None, SubtitleStream], captions: Sequence[Caption]) -> "Timed":
    for caption in captions:
        stream = streams[caption.language]
        start, end = round(caption.start_s / SUBTITLE_CLOCK), round(caption.end_s / SUBTITLE_CLOCK)
        words = caption.text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore").encode()
        packet: Packet[Stream] = Packet(len(words).to_bytes(2, "big") + words)  # 3GPP TS 26.245, section 5.17
        packet.stream, packet.time_base = stream, SUBTITLE_CLOCK
        packet.pts = packet.dts = start
        packet.duration = end - start
        yield packet, caption.start_s


def _seconds(packet: "Packet[Stream]") -> float:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return float((stamp or 0) * packet.time_base)
