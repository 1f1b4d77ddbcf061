"""What the headers of a file say: streams, duration, shape. Limits are checked before any picture is decoded."""

import math
from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from av.video.stream import VideoStream

from scenedex.errors import DecodeError, LimitError, NotAVideoError
from scenedex.media.codecs import codecs_of
from scenedex.media.container import FAILURES, decodable, opened
from scenedex.media.files import claimed_size, head, picture_format
from scenedex.media.frame import orientation
from scenedex.media.languages import language_code
from scenedex.media.packets import limit_pixels
from scenedex.media.recorded import recorded_at
from scenedex.media.start_timecode import start_timecode
from scenedex.types import AudioTrack, Limits, MediaInfo, SubtitleTrack, VideoTrack

MAX_FIRST_PACKETS = 64
"""Packets that are tried until a picture comes out; the first of a cut recording may lack their key frame."""

MAX_PIXEL_ASPECT = 8
"""A sample aspect ratio beyond this, either way, is a broken header and counts as square."""

_HDR = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
_NOT_SHOWN = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_BITMAP_TEXT = frozenset({"dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle", "xsub"})
_TEXT_NAMES = (
    "mov_text subrip ass webvtt text eia_608 microdvd sami subviewer subviewer1 realtext stl jacosub mpl2 pjs"
)
_TEXT = frozenset(_TEXT_NAMES.split())
# Bare streams of one codec: they have no clock, and the duration that FFmpeg states is a guess from the bit rate.
_BARE_NAMES = (
    "h261 h263 h264 hevc vvc av1 obu m4v mpegvideo mjpeg vc1 dirac cavsvideo aac ac3 eac3 dts truehd"
)
_NO_CLOCK = frozenset(_BARE_NAMES.split())


def probe(path: Path, limits: Limits) -> MediaInfo:
    """Read the headers of a media file and, for its orientation, decode one picture that is within the limits.

    Raises:
        NotFoundError, MediaError: the file is not there, or cannot be read.
        NotAVideoError: a still picture, a playlist, empty, or without sound and pictures.
        LimitError: more pixels, streams or seconds than allowed.
        DecodeError: damaged beyond use.
    """
    start = head(path)
    if (claimed := claimed_size(start)) is not None:
        _check_pixels(claimed[0], claimed[1], limits)
    name = picture_format(start)
    if name is not None and path.suffix.lower() not in (".mjpeg", ".mjpg", ".apng"):
        raise NotAVideoError(f"This is a picture ({name}), not a video.")
    with opened(path, limits) as container:
        try:
            return _describe(container, path.stat().st_size, limits)
        except FAILURES as exc:
            raise DecodeError(f"The headers are damaged: {_reason(exc)}.") from exc


def video_stream(container: InputContainer) -> VideoStream | None:
    """The stream that is indexed: the default one, else the largest. Cover art never is."""
    shown = [s for s in container.streams.video if not s.disposition & _NOT_SHOWN]
    return max(
        shown,
        key=lambda s: (
            decodable(s),
            bool(s.disposition & Disposition.default),
            s.width * s.height if decodable(s) else 0,
            -s.index,
        ),
        default=None,
    )


def audio_stream(container: InputContainer) -> AudioStream | None:
    """The sound that is indexed: the default track, else the first."""
    known = [s for s in container.streams.audio if decodable(s)]
    return next((s for s in known if s.disposition & Disposition.default), known[0] if known else None)


def first_picture(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The first picture that can be decoded, or None."""
    try:
        for packet in islice(container.demux(stream), MAX_FIRST_PACKETS):
            try:
                frames = packet.decode()
            except FAILURES:
                continue
            if frames:
                return frames[0]
    except FAILURES:
        return None
    return None


def _describe(container: InputContainer, size_bytes: int, limits: Limits) -> MediaInfo:
    streams = list(container.streams)
    if len(streams) > limits.max_streams:
        raise LimitError(
            f"The file has {len(streams)} streams; the limit max_streams is {limits.max_streams}."
        )
    for video in container.streams.video:
        if decodable(video):
            _check_pixels(video.width, video.height, limits)
    start_s = (container.start_time or 0) / av.time_base
    duration_s = _duration(container, start_s)
    if duration_s is not None and duration_s > limits.max_duration_s:
        raise LimitError(
            f"The file says it lasts {duration_s:.0f} s; the limit max_duration_s is {limits.max_duration_s:.0f}."
        )
    warnings: list[str] = []
    audio = _audio_tracks(container, warnings)
    video_track = _video_track(container, limits, warnings)
    if video_track is None and not audio:
        if warnings:
            raise DecodeError(warnings[0])
        raise NotAVideoError("There is neither sound nor moving picture in this file.")
    return MediaInfo(
        container=container.format.name,
        size_bytes=size_bytes,
        start_s=start_s,
        duration_s=duration_s,
        video=video_track,
        audio=audio,
        subtitles=tuple(_subtitle_track(s) for s in container.streams.subtitles),
        warnings=tuple(warnings),
        default_audio=heard.index if (heard := audio_stream(container)) else None,
        recorded_at=recorded_at([container.metadata, *(s.metadata for s in streams)], datetime.now(UTC)),
        timecode=start_timecode(container),
    )


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise LimitError(
            f"The picture is {width} x {height} pixels; the limit max_pixels (width times height) "
            f"is {limits.max_pixels}."
        )


def _duration(container: InputContainer, start_s: float) -> float | None:
    """Seconds from the first timestamp to the last end, as far as the headers know."""
    if container.format.name in _NO_CLOCK:
        return None
    tracks: list[Stream] = [*container.streams.audio]
    tracks += [s for s in container.streams.video if not s.disposition & _NOT_SHOWN]
    ends = [_stream_end(s) for s in tracks]
    known = [end for end in ends if end is not None]
    if known and len(known) == len(ends):
        # The header's own figure may count a subtitle track that goes on after sound and pictures have ended.
        duration = max(known) - start_s
    elif container.duration is None:
        return None
    else:
        duration = container.duration / av.time_base
        if container.format.name.startswith("matroska") and 0 < start_s < duration:
            duration -= start_s  # counted from zero there, not from the first timestamp
    return duration if math.isfinite(duration) and duration > 0 else None


def _stream_end(stream: Stream) -> float | None:
    if (
        stream.time_base is None
        or stream.duration is None
        or stream.start_time is None
        or stream.duration <= 0
    ):
        return None
    return float((stream.start_time + stream.duration) * stream.time_base)


def _video_track(container: InputContainer, limits: Limits, warnings: list[str]) -> VideoTrack | None:
    stream = video_stream(container)
    if stream is None:
        return None
    if not decodable(stream):
        warnings.append(
            f"The pictures (stream {stream.index}) are in a format for which there is no decoder."
        )
        return None
    limit_pixels(stream, limits)
    picture = first_picture(container, stream)
    width, height = stream.width, stream.height
    if picture is not None and not (width and height):
        width, height = picture.width, picture.height
        _check_pixels(width, height, limits)
    if not (width and height):
        warnings.append(f"Not one picture of stream {stream.index} can be decoded.")
        return None
    turn, mirrored = orientation(picture) if picture is not None else (0, False)
    shown = _shown_size(width, height, stream.sample_aspect_ratio, turn)
    trc = picture.color_trc if picture is not None else stream.codec_context.color_trc
    return VideoTrack(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        width=shown[0],
        height=shown[1],
        coded_width=width,
        coded_height=height,
        frame_rate=stream.average_rate or stream.guessed_rate or None,
        rotation=turn,
        mirrored=mirrored,
        pixel_format=stream.codec_context.pix_fmt or "",
        codecs=codecs_in(stream),
        hdr=trc in _HDR,
        base_rate=stream.base_rate or None,
        first_s=_first_s(container, stream),
    )


def _first_s(container: InputContainer, stream: VideoStream) -> float:
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return max(0.0, float(stream.start_time * stream.time_base) - (container.start_time or 0) / av.time_base)


def _shown_size(width: int, height: int, aspect: Fraction | None, turn: int) -> tuple[int, int]:
    if aspect is not None and Fraction(1, MAX_PIXEL_ASPECT) <= aspect <= MAX_PIXEL_ASPECT:
        width = max(1, round(width * aspect))
    return (height, width) if turn in (90, 270) else (width, height)


def _audio_tracks(container: InputContainer, warnings: list[str]) -> tuple[AudioTrack, ...]:
    tracks = []
    for stream in container.streams.audio:
        context = stream.codec_context
        if not decodable(stream):
            warnings.append(
                f"The sound (stream {stream.index}) is in a format for which there is no decoder."
            )
            continue
        tracks.append(
            AudioTrack(
                index=stream.index,
                codec=context.codec.canonical_name,
                sample_rate=context.sample_rate or 0,
                channels=context.channels or 0,
                language=language_code(stream.language),
                codecs=codecs_in(stream),
            )
        )
    return tuple(tracks)


def codecs_in(stream: VideoStream | AudioStream) -> str | None:
    """What RFC 6381 calls a stream."""
    context = stream.codec_context
    return codecs_of(context.codec.canonical_name, bytes(context.extradata or b""), context.profile)


def _subtitle_track(stream: SubtitleStream) -> SubtitleTrack:
    codec = stream.codec_context.codec.canonical_name if decodable(stream) else "unknown"
    return SubtitleTrack(
        index=stream.index,
        codec=codec,
        language=language_code(stream.language),
        kind="text" if codec in _TEXT else "bitmap" if codec in _BITMAP_TEXT else "unknown",
    )


def _reason(exc: Exception) -> str:
    text = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return text.splitlines()[0][:200] if text else type(exc).__name__
