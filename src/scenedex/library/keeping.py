"""A library as one file, and a library out of that file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from scenedex.config import Settings, read_settings
from scenedex.errors import NotFoundError, UsageError
from scenedex.library.opened import Opened
from scenedex.library.pictures import object_store
from scenedex.library.writing import written
from scenedex.store.archive import parts
from scenedex.store.backup import BackupReport, Tell, back_up, header_of, restore
from scenedex.store.database import Database


class Keeping(Opened):
    """An open library that can be kept elsewhere."""

    def backup(self, file: Path | str, tell: Tell = lambda step, done, of: None) -> BackupReport:
        """Write everything that the library holds, of all owners, into a new file; not the videos themselves.

        Others may go on writing: the file holds one moment. `tell` hears how far it is. Raises UsageError where the
        file is there already, DiskFullError, StoreError; then, and after Ctrl-C, there is no file.
        """
        with _made_whole(Path(file)) as target:
            return back_up(self._database, self._objects(), target, version("scenedex"), tell)


def restore_library(
    file: Path | str,
    home: Path | str | None = None,
    *,
    url: str | None = None,
    settings: Settings | None = None,
    tell: Tell = lambda step, done, of: None,
) -> BackupReport:
    """Fill the library in the folder `home`, or the one at `url`, from a backup; by default where the settings say.

    It must hold nothing yet. A backup of an older scenedex is brought up to date. Raises NotFoundError, UsageError,
    BackupError for a file that is none or is damaged, NewerLibraryError; then the library is as empty as before.
    """
    given = settings or read_settings()
    place = (Path(home) if home else given.scenedex_home).expanduser().absolute()
    with _opened(Path(file)) as source:
        found = parts(source)
        header = header_of(found)
        with Database.open(url=url or given.database_url, home=place, upto=header.schema_number) as database:
            objects = object_store(given, place)
            return restore(database, objects, header, found, tell)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except FileNotFoundError as exc:
        raise NotFoundError(f"There is no file {str(path)!r}.") from exc
    except OSError as exc:
        raise UsageError(f"{str(path)!r} cannot be read: {exc.strerror or exc}.") from exc
    with file:
        yield file


@contextmanager
def _made_whole(target: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under its name when the block ends well, and leaves nothing when it does not."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    taken = UsageError(
        f"{str(target)!r} is there already, and a backup overwrites nothing: choose another name."
    )
    if os.path.lexists(target):
        raise taken
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise UsageError(f"{str(target)!r} cannot be written: {exc.strerror or exc}.") from exc
    try:
        with written(target):
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(beside, target, taken)
    finally:
        with suppress(OSError):
            beside.unlink()


def _name(beside: Path, target: Path, taken: UsageError) -> None:
    """Give the file its name, unless somebody else has taken that meanwhile."""
    try:
        os.link(beside, target)
    except FileExistsError:
        raise taken from None
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise taken from None
        beside.rename(target)
