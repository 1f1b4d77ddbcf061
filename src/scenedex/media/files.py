"""What a file is, judged by its name and its first bytes; and its content hash. Nothing is decoded."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from scenedex.errors import MediaError, NotAVideoError, NotFoundError

FileKind = Literal["media", "picture", "subtitles", "other", "empty"]

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 4096  #: enough for each signature below, and for three packets of an MPEG transport stream
END_BYTES = 65_536  #: of the beginning and of the end of a file, by which one that was moved is known again

SUBTITLE_SUFFIXES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
_PICTURE_WORDS = "jpg jpeg jpe jfif png webp heic heif avif bmp tif tiff jxl jp2 ico svg psd dng cr2 nef"
_MEDIA_WORDS = """
mp4 m4v mov qt 3gp 3g2 f4v mj2 mkv mk3d webm avi divx wmv asf flv ts mts m2ts m2t trp tp mpg mpeg mpe m1v m2v mpv vob
mod tod ogv ogm ogx mxf gxf dv dif rm rmvb wtv nut y4m ivf obu dav amv h264 264 avc h265 265 hevc gif apng mjpeg mjpg
mp3 mp2 mpa m4a m4b aac adts flac wav w64 wma aif aiff aifc au caf ac3 eac3 dts amr awb ape wv tta mka weba ogg oga opus
spx
"""
PICTURE_SUFFIXES = frozenset(f".{word}" for word in _PICTURE_WORDS.split())
MEDIA_SUFFIXES = frozenset(f".{word}" for word in _MEDIA_WORDS.split())
AMBIGUOUS_SUFFIXES = frozenset({".ts", ".mts", ".mod"})  # also TypeScript, and Go's list of modules

_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"avif", b"mif1")
_PICTURE_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
)
_MEDIA_MAGIC = (
    b"\x1a\x45\xdf\xa3",  # EBML: Matroska, WebM
    b"OggS",
    b"fLaC",
    b"ID3",
    b"FLV\x01",
    b"GIF87a",
    b"GIF89a",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b".RMF",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02",  # MXF
    b"caff",
    b"MAC ",
    b"wvpk",
    b"TTA1",
    b"#!AMR",
    b"DKIF",  # IVF
    b"YUV4MPEG2 ",
    b"riff\x2e\x91\xcf\x11",  # Wave64
    b"\xb7\xd8\x00\x20\x37\x49\xda\x11",  # WTV
    b"nut/multimedia container",
    b"NSVf",
    b"\x7f\xfe\x80\x01",  # DTS
    b".snd",  # AU
    b"DSD ",
    b"tBaK",
    b"MPCK",
    b"Creative Voice File",
)
_PLAYLIST_MAGIC = (
    b"#EXTM3U",
    b"ffconcat version",
    b"[playlist]",
    b"<?xml",
    b"<MPD",
    b"<smil",
    b"<asx",
    b"v=0\r\n",
    b"v=0\n",
)
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"pnot", b"styp")


def content_hash(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of the bytes in hex: the identity of a content. `progress` is told the bytes read so far."""
    digest = hashlib.sha256()
    done = 0
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                done += len(block)
                if progress is not None:
                    progress(done)
    except OSError as exc:
        raise unreadable(exc) from exc
    return digest.hexdigest()


def ends_hash(path: Path) -> str | None:
    """SHA-256 in hex of how a file begins and ends, a quick doubt of its content; None where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            digest.update(file.read(END_BYTES))
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - END_BYTES))
            digest.update(file.read(END_BYTES))
    except OSError:
        return None
    return digest.hexdigest()


def is_media_name(path: Path) -> bool:
    """Whether the extension alone promises a video or a sound."""
    suffix = path.suffix.lower()
    return suffix in MEDIA_SUFFIXES and suffix not in AMBIGUOUS_SUFFIXES


def sniff(path: Path) -> FileKind:
    """What the file is by its extension, or, where that says nothing, by its first bytes.

    A known media extension is "media" whatever is inside: the probe judges that. Only where the extension is more often
    source code (.ts, .mts, .mod) do the bytes decide.
    """
    suffix = path.suffix.lower()
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "other"
        if status.st_size == 0:
            return "empty"
        if is_media_name(path):
            return "media"
        if suffix in PICTURE_SUFFIXES:
            return "picture"
        if suffix in SUBTITLE_SUFFIXES:
            return "subtitles"
        start = head(path)
    except (OSError, MediaError, NotFoundError):
        return "other"
    if picture_format(start) is not None:
        return "picture"
    return "media" if is_media(start) else "other"


def head(path: Path) -> bytes:
    """The first bytes of a regular file.

    Raises:
        NotFoundError: there is no such file.
        NotAVideoError: it is a folder, a device or a pipe.
        MediaError: it cannot be read.
    """
    try:
        # Opening a pipe would wait for its writer, so the kind is looked at before.
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotAVideoError("This is not a regular file.")
        with path.open("rb", buffering=0) as file:
            return file.read(HEAD_BYTES)
    except (OSError, ValueError) as exc:
        raise unreadable(exc) from exc


def unreadable(exc: OSError | ValueError) -> MediaError | NotFoundError:
    """The error of ours for a file that the system does not hand out."""
    if isinstance(exc, FileNotFoundError | NotADirectoryError):
        return NotFoundError("There is no such file.")
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return MediaError(f"The file cannot be read: {reason}.")


def picture_format(start: bytes) -> str | None:
    """The name of the still picture format that begins like this."""
    for magic, name in _PICTURE_MAGIC:
        if start.startswith(magic):
            return name
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    if start[4:8] == b"ftyp" and start[8:12] in _PICTURE_BRANDS:
        return "AVIF" if start[8:12] == b"avif" else "HEIF"
    if start[:2] == b"BM" and start[6:10] == b"\0\0\0\0":
        return "BMP"
    return None


def is_media(start: bytes) -> bool:
    """Whether a sound or video format begins like this."""
    if start.startswith(_MEDIA_MAGIC) or start[4:8] in _ISO_BOXES:
        return True
    if start[:4] in (b"RIFF", b"RF64") and start[8:12] in (b"AVI ", b"WAVE", b"AMV "):
        return True
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"):
        return True
    return _is_transport_stream(start) or _is_mpeg_audio(start)


def is_playlist(start: bytes) -> bool:
    """Whether this is a text that only names other files."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLIST_MAGIC)


def refusal(start: bytes) -> str | None:
    """Why a file that begins with these bytes (HEAD_BYTES of them, or all) is taken from nobody; None where it may be.

    A name says nothing here: it is the sender's.
    """
    if not start:
        return "The file is empty."
    if is_playlist(start):
        return "This is a playlist: it only names other files. Send those files instead."
    if picture_format(start) is not None:
        return "This is a picture, not a video."
    return None if is_media(start) else "This is no video and no sound: no known format begins like this."


def disk_suffix(name: str) -> str:
    """The suffix under which a file of this name is kept: a known one of sound or video, or `.media`."""
    suffix = "." + name.rpartition(".")[2].lower()
    return suffix if suffix in MEDIA_SUFFIXES else ".media"


def is_iso_media(start: bytes) -> bool:
    """MP4, MOV, 3GP and their kin, which need an index (`moov`)."""
    return start[4:8] in _ISO_BOXES


def claimed_size(start: bytes) -> tuple[int, int] | None:
    """Width and height in the header of a PNG or GIF, which FFmpeg does not report when they are absurd."""
    if start.startswith(b"\x89PNG\r\n\x1a\n") and len(start) >= 24:
        return int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")
    if start.startswith((b"GIF87a", b"GIF89a")) and len(start) >= 10:
        return int.from_bytes(start[6:8], "little"), int.from_bytes(start[8:10], "little")
    return None


def _is_transport_stream(start: bytes) -> bool:
    # Packets of 188 bytes begin with 0x47; on Blu-ray discs four bytes of time stamp stand before each.
    for size, first in ((188, 0), (192, 4), (204, 0)):
        marks = start[first::size][:5]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return True
    return False


def _is_mpeg_audio(start: bytes) -> bool:
    """An MPEG audio or ADTS frame header with values that exist, which a second one follows for ADTS."""
    if len(start) < 8 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return False
    if start[1] & 0xF6 == 0xF0:  # ADTS: layer bits are zero
        length = (start[3] & 3) << 11 | start[4] << 3 | start[5] >> 5
        return length >= 7 and start[length : length + 1] in (b"\xff", b"")
    version, layer, bitrate, rate = start[1] >> 3 & 3, start[1] >> 1 & 3, start[2] >> 4, start[2] >> 2 & 3
    return version != 1 and layer != 0 and bitrate not in (0, 15) and rate != 3
