"""Opens a hostile file so that FFmpeg sees nothing but its bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import av
from av.container import InputContainer
from av.stream import Stream

from scenedex.errors import DecodeError, LimitError, NotAVideoError
from scenedex.media.files import head, is_iso_media, is_media, is_playlist, unreadable
from scenedex.types import Limits

# Formats that hold sound and pictures themselves. Playlists (hls, dash, concat), picture sequences, devices and scripts
# are not among them: those make FFmpeg open other files.
DEMUXERS = (
    "mov,matroska,webm,avi,asf,flv,live_flv,mpegts,mpeg,mpegvideo,m4v,h261,h263,h264,hevc,vvc,av1,obu,ivf,ogg,nut,mxf,gxf,dv,"
    "rm,nsv,nuv,wtv,yuv4mpegpipe,mjpeg,gif,apng,vc1,dirac,cavsvideo,dhav,mp3,aac,ac3,eac3,dts,truehd,flac,wav,w64,aiff,au,caf,"
    "amr,amrnb,amrwb,ape,wv,tta,mpc,mpc8,tak,oma,voc,dsf"
)
READ_BYTES = 1 << 18
OPEN_SECONDS = 60.0

TOO_MUCH_MEMORY = (
    "Reading this file takes more memory than there is, or than SCENEDEX_DECODER_MEMORY_MB allows."
)

FAILURES = (av.FFmpegError, OSError, ValueError, RuntimeError, MemoryError)
"""What PyAV raises on broken data: its own errors, and builtin ones from converting what it found."""


class _Source:
    """The file as PyAV reads it. Its name is made up, so that no file name ever reaches FFmpeg's parsers.

    A Python file rather than a path: `io_open` then refuses every further file, and any path opens as it is (`-x.mp4`,
    `http:x`, bytes that are no UTF-8). Reads of 256 KiB cost as little as FFmpeg's own.
    """

    def __init__(self, path: Path) -> None:
        suffix = path.suffix.lower()
        self._file = path.open("rb", buffering=0)
        self.name = "media" + (suffix if suffix.isascii() and suffix[1:].isalnum() else "")
        self.read = self._file.read
        self.seek = self._file.seek
        self.tell = self._file.tell

    def close(self) -> None:
        self._file.close()


def decodable(stream: Stream) -> bool:
    """Whether there is a decoder for it; where there is none, PyAV has no codec context, whatever its types say."""
    return getattr(stream, "codec_context", None) is not None


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[InputContainer]:
    """The container of one file; no decoder is running yet.

    Raises:
        NotFoundError, MediaError: the file cannot be read.
        NotAVideoError: it is empty, a playlist, or no media file.
        DecodeError: its headers are damaged.
        LimitError: reading its headers took too long.
    """
    start = head(path)
    if not start:
        raise NotAVideoError("The file is empty.")
    if is_playlist(start):
        raise NotAVideoError("This is a playlist: it only names other files. Index those files instead.")
    try:
        source = _Source(path)
    except (OSError, ValueError) as exc:
        raise unreadable(exc) from exc
    try:
        container = _open(source, path, start, limits)
        try:
            yield container
        finally:
            container.close()
    finally:
        source.close()


def _open(source: _Source, path: Path, start: bytes, limits: Limits) -> InputContainer:
    seconds = min(OPEN_SECONDS, limits.max_decode_s)
    try:
        return av.open(
            source,
            "r",
            options={
                "format_whitelist": DEMUXERS,
                "protocol_whitelist": "file",
                "max_pixels": str(limits.max_pixels),
                "threads": "1",
            },
            metadata_errors="replace",
            buffer_size=READ_BYTES,
            timeout=(seconds, None),
            io_open=_refuse,
        )
    except av.ExitError as exc:
        raise LimitError(f"Reading the headers took more than {seconds:g} s.") from exc
    except FAILURES as exc:
        _explain(path, start, exc)


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError("This media file asks for another file; that is never opened.")


def _explain(path: Path, start: bytes, exc: Exception) -> NoReturn:
    if isinstance(exc, MemoryError):
        raise LimitError(TOO_MUCH_MEMORY) from exc
    if is_iso_media(start) and not _has_index(path):
        raise DecodeError(
            "The index (moov) is missing: the file was cut off while it was written or copied. "
            "Copy it again from its source."
        ) from exc
    if is_media(start):
        raise DecodeError("The headers are damaged: no stream can be read from this file.") from exc
    raise NotAVideoError(
        "This is not a media file that can be read: no known format was recognised."
    ) from exc


def _has_index(path: Path) -> bool:
    """Whether an ISO media file has a complete `moov` box at its top level (ISO/IEC 14496-12, 4.2)."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            position = 0
            for _ in range(10_000):
                file.seek(position)
                header = file.read(16)
                if len(header) < 8:
                    return False
                length = int.from_bytes(header[:4], "big")
                if length == 1:
                    length = int.from_bytes(header[8:16], "big")
                if header[4:8] == b"moov":
                    return length == 0 or position + length <= size
                if length < 8:
                    return False
                position += length
    except (OSError, OverflowError):
        return False
    return False
