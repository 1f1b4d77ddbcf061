"""A video's own file, opened so that nothing else can be read in its place."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from scenedex.errors import NotFoundError
from scenedex.types import KnownFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """An open file of a video. Close it, or use it in a `with` block."""

    path: Path
    size_bytes: int
    mtime_ns: int
    content_hash: str  #: sha256, hex
    file: BinaryIO = field(repr=False)  #: unbuffered

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


def open_original(files: Iterable[KnownFile], content_hash: str) -> Original:
    """The first of a video's files that is there and is as it was when it was indexed.

    What lies at a path now may be something else, or a link to it: the open file's own size and modification time
    decide. Raises NotFoundError.
    """
    changed = False
    for known in files:
        try:
            # a pipe would wait for its other end
            descriptor = os.open(known.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            continue
        there = os.fstat(descriptor)
        same = (there.st_size, there.st_mtime_ns) == (known.size_bytes, known.mtime_ns)
        if stat.S_ISREG(there.st_mode) and same:
            return Original(
                path=Path(known.path),
                size_bytes=there.st_size,
                mtime_ns=there.st_mtime_ns,
                content_hash=content_hash,
                file=os.fdopen(descriptor, "rb", buffering=0),
            )
        os.close(descriptor)
        changed = True
    if changed:
        raise NotFoundError("The file of this video is not the one that was indexed: index it again.")
    raise NotFoundError("The file of this video is not where it was: it is offline.")
