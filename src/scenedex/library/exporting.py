"""What an owner has → a folder of tables that other programs read."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from scenedex.errors import DiskFullError, ScenedexError, StoreError, UsageError
from scenedex.exchange.layout import Manifest, SpaceFile, parquet, space_file, write_manifest
from scenedex.exchange.writing import SpaceTable, write_table
from scenedex.store.database import Database, Transaction
from scenedex.store.leaving import embeddings_of, filled_spaces, measured, moment, pages, rows_of
from scenedex.types import TABLES, ExportReport, Space

Tell = Callable[[str, int, int], None]
"""Hears which file is written, and how many of how many videos are in it."""


def export_parquet(
    database: Database, owner: UUID, target: Path, *, only: Sequence[UUID], whole: bool, tell: Tell
) -> ExportReport:
    """Write the owner's videos, `only` these if some are named, into a new folder. `whole`: vectors of 32 bits.

    Raises NotInstalledError, UsageError where the folder is there already, DiskFullError, StoreError.
    """
    parquet()
    with _made_whole(target) as folder, moment(database, owner) as tx:
        manifest = _Export(tx, folder, only, tell).write(whole=whole)
        rows = {**{f"{name}.parquet": count for name, count in manifest.rows.items()}}
        rows |= {each.file: each.rows for each in manifest.spaces}
        size = sum(file.stat().st_size for file in folder.iterdir())
    return ExportReport(folder=str(target), rows=rows, bytes=size)


class _Export:
    def __init__(self, tx: Transaction, folder: Path, only: Sequence[UUID], tell: Tell) -> None:
        self._tx = tx
        self._folder = folder
        self._tell = tell
        self._pages = pages(tx, only)
        self._videos = sum(map(len, self._pages))

    def write(self, *, whole: bool) -> Manifest:
        rows = {name: write_table(self._folder, name, self._batches(name)) for name in TABLES}
        known = measured(self._tx)
        spaces: list[SpaceFile] = []
        for space in filled_spaces(self._tx):
            file = space_file(space, [each.file for each in spaces])
            count = self._space(space, file, whole)
            spaces.append(SpaceFile(file=file, rows=count, space=space, measured=known.get(space.id)))
        made = Manifest(
            scenedex=version("scenedex"),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            rows=rows,
            spaces=tuple(spaces),
        )
        write_manifest(self._folder, made)
        return made

    def _batches(self, name: str) -> Iterator[Sequence[Sequence[object]]]:
        for page in self._told(name):
            yield from rows_of(self._tx, name, page)

    def _space(self, space: Space, file: str, whole: bool) -> int:
        with SpaceTable(self._folder / file, space, whole=whole) as table:
            for page in self._told(space.name):
                for batch in embeddings_of(self._tx, space, page):
                    table.vectors(*batch)
        return table.rows

    def _told(self, step: str) -> Iterator[list[UUID]]:
        done = 0
        for page in self._pages:
            self._tell(step, done, self._videos)
            yield page
            done += len(page)
        self._tell(step, done, self._videos)


@contextmanager
def _made_whole(target: Path) -> Iterator[Path]:
    """A folder to fill that gets its name when the block ends well, and is gone when it does not."""
    taken = UsageError(
        f"{str(target)!r} is there already, and an export overwrites nothing: choose another name."
    )
    if os.path.lexists(target):
        raise taken
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.mkdir(mode=0o700)
    except OSError as exc:
        raise UsageError(f"{str(target)!r} cannot be written: {exc.strerror or exc}.") from exc
    try:
        yield beside
        for file in beside.iterdir():
            _synced(file)
        if os.path.lexists(target):  # somebody else was faster
            raise taken
        beside.rename(target)
    except ScenedexError:
        raise
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError() from exc
        raise StoreError(f"{str(target)!r} cannot be written: {exc.strerror or exc}.") from exc
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _synced(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
