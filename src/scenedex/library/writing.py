"""What goes wrong while a file of the user's is written, in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scenedex.errors import DiskFullError, ScenedexError, StoreError


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Raises DiskFullError and StoreError for what the file system says; errors of our own as they are."""
    try:
        yield
    except ScenedexError:  # some are an OSError, too
        raise
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError() from exc
        raise StoreError(f"{str(target)!r} cannot be written: {exc.strerror or exc}.") from exc
