"""A file of many parts that any `tar` can read, written and read from its beginning to its end in little memory.

What is read may come from anybody. Headers are read one by one, and all but plain parts of a bearable size is refused
before anything is done with it: links, folders, devices, and the extended headers that could hide another name or size.
"""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from scenedex.errors import BackupError

BLOCK = tarfile.BLOCKSIZE
MAX_PART = 64 * 1024 * 1024
"""Bytes of one part at most: it is held in memory as a whole."""

END = bytes(2 * BLOCK)


class Archive:
    """Writes parts into a file, which stays open."""

    def __init__(self, file: BinaryIO, made_at: float) -> None:
        self._file = file
        self._made_at = made_at

    def add(self, name: str, data: bytes) -> None:
        """One part. Raises BackupError where it is too large to be read again."""
        if len(data) > MAX_PART:
            raise BackupError(f"{name} has {len(data):,} bytes; a part of a backup has {MAX_PART:,} at most.")
        header = tarfile.TarInfo(name)
        header.size, header.mode, header.mtime = len(data), 0o600, int(self._made_at)
        self._file.write(header.tobuf(tarfile.USTAR_FORMAT))
        self._file.write(data)
        self._file.write(bytes(-len(data) % BLOCK))

    def end(self) -> None:
        """Nothing comes after this."""
        self._file.write(END)


def parts(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The parts, in their order: name and bytes. Raises BackupError for anything that `Archive` does not write."""
    while True:
        block = file.read(BLOCK)
        if block == bytes(BLOCK):
            return
        try:
            header = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as exc:
            raise BackupError("This file is no backup, or ends too early.") from exc
        if header.type != tarfile.REGTYPE or header.linkname:
            raise BackupError(
                f"The part {header.name!r} is no plain file: scenedex did not write this backup."
            )
        if not 0 <= header.size <= MAX_PART:
            raise BackupError(
                f"The part {header.name!r} claims {header.size:,} bytes; {MAX_PART:,} are allowed."
            )
        data = file.read(header.size)
        if len(data) < header.size or len(file.read(-header.size % BLOCK)) != -header.size % BLOCK:
            raise BackupError("The backup ends too early: it was cut off.")
        yield header.name, data
