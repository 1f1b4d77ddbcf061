"""The end of a file that is written while it comes in."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from scenedex.errors import DiskFullError, LimitError, NotAVideoError
from scenedex.media.files import HEAD_BYTES, head, refusal


class Sink:
    """Appends to a file of `start` bytes that may have `most`. Use it in a `with` block: what was written is then safe.

    Raises LimitError for a byte too many, NotAVideoError as soon as the first bytes are those of no video or sound, and
    DiskFullError.
    """

    def __init__(self, path: Path, start: int, most: int) -> None:
        self.path, self.start, self.size, self.most = path, start, start, most
        self._file = path.open("r+b", buffering=0)
        self._file.seek(start)

    def write(self, block: bytes) -> None:
        """All of it, or as much as there is room for."""
        if self.size + len(block) > self.most:
            raise LimitError("More bytes came than the file may have, or was said to have.")
        before, rest = self.size, memoryview(block)
        with _disk():
            while rest:
                rest = rest[self._file.write(rest) :]
        self.size += len(block)
        if before < HEAD_BYTES <= self.size:
            self.look()

    def look(self) -> None:
        """Judge the file by what it begins with, however little of it there is."""
        if reason := refusal(head(self.path)):
            raise NotAVideoError(reason)

    def take_back(self) -> None:
        """Undo all writes."""
        self._file.truncate(self.start)
        self._file.seek(self.start)
        self.size = self.start

    def flush(self) -> None:
        """Return when all of it is on the disk to stay."""
        with _disk():
            os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            self.flush()


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError() from exc
        raise
