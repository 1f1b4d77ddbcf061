"""Whether a file is as long as its container says: a copy that is under way is not."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from scenedex.media.files import is_iso_media

MAX_BOXES = 10_000
"""Boxes of an ISO file that are looked at: a long fragmented film has some thousands."""


def is_whole(path: Path) -> bool:
    """False where the container names bytes that are not there, or lacks its index; True where it does not say.

    Known of MP4 and MOV (ISO/IEC 14496-12, 4.2), Matroska and WebM (RFC 9559, 8), AVI and WAV (RIFF). False, too, for a
    file that cannot be read now.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return False
        size = found.st_size
        with path.open("rb") as file:
            start = file.read(16)
            check = _check_of(start)
            return check is None or check(file, size)
    except (OSError, ValueError, OverflowError):
        return False


def _check_of(start: bytes) -> Callable[[BinaryIO, int], bool] | None:
    if is_iso_media(start):
        return _iso
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return _matroska
    return _riff if start.startswith(b"RIFF") else None


def _iso(file: BinaryIO, size: int) -> bool:
    position, indexed = 0, False
    for _ in range(MAX_BOXES):
        if position == size:
            break
        file.seek(position)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        indexed = indexed or header[4:8] == b"moov"
        if length == 0 and len(header) >= 8:  # up to the end of the file
            break
        if length < 8 or position + length > size:
            return False
        position += length
    return indexed


def _matroska(file: BinaryIO, size: int) -> bool:
    file.seek(4)
    header = _vint(file)
    if header is None:
        return True
    file.seek(header, 1)
    if file.read(4) != b"\x18\x53\x80\x67":  # Segment
        return file.tell() < size
    length = _vint(file)
    return length is None or file.tell() + length <= size


def _vint(file: BinaryIO) -> int | None:
    """A length (RFC 8794, 4); None for one that is not known, as of a film that is being recorded."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(width - 1), "big") & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value


def _riff(file: BinaryIO, size: int) -> bool:
    file.seek(4)
    length = int.from_bytes(file.read(4), "little")
    return length in (0, 0xFFFFFFFF) or length + 8 <= size
