"""What an owner has → a folder of tables that other programs read."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.exchange.layout import PICTURE_FILE, Manifest, SpaceFile, parquet, space_file, write_manifest
from scenedex.exchange.writing import SpaceTable, write_pictures, write_table
from scenedex.library.writing import written
from scenedex.store.database import Database, Transaction
from scenedex.store.leaving import embeddings_of, filled_spaces, measured, moment, pages, pictures_of, rows_of
from scenedex.store.objects import ObjectStore
from scenedex.types import TABLES, ExportReport, Space

Tell = Callable[[str, int, int], None]
"""Hears which file is written, and how many of how many videos are in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be in an export."""

    only: Sequence[UUID] = ()  #: these videos; all without any
    whole: bool = False  #: vectors of 32 bits
    objects: ObjectStore | None = None  #: where the pictures lie; None: they stay


def export_parquet(database: Database, owner: UUID, target: Path, wanted: Wanted, tell: Tell) -> ExportReport:
    """Write what is wanted of the owner's videos into a new folder.

    Raises NotInstalledError, UsageError where the folder is there already, DiskFullError, StoreError.
    """
    parquet()
    with _made_whole(target) as folder, moment(database, owner) as tx:
        manifest = _Export(tx, folder, wanted, tell).write()
        rows = {f"{name}.parquet": count for name, count in manifest.rows.items()}
        rows |= {each.file: each.rows for each in manifest.spaces}
        if manifest.pictures is not None:
            rows[PICTURE_FILE] = manifest.pictures
        size = sum(file.stat().st_size for file in folder.iterdir())
    return ExportReport(folder=str(target), rows=rows, bytes=size)


class _Export:
    def __init__(self, tx: Transaction, folder: Path, wanted: Wanted, tell: Tell) -> None:
        self._tx = tx
        self._folder = folder
        self._wanted = wanted
        self._tell = tell
        self._pages = pages(tx, wanted.only)
        self._videos = sum(map(len, self._pages))

    def write(self) -> Manifest:
        rows = {name: write_table(self._folder, name, self._batches(name)) for name in TABLES}
        known = measured(self._tx)
        spaces: list[SpaceFile] = []
        for space in filled_spaces(self._tx):
            file = space_file(space, [each.file for each in spaces])
            count = self._space(space, file)
            spaces.append(SpaceFile(file=file, rows=count, space=space, measured=known.get(space.id)))
        made = Manifest(
            scenedex=version("scenedex"),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            rows=rows,
            spaces=tuple(spaces),
            pictures=None
            if self._wanted.objects is None
            else write_pictures(self._folder, self._pictures(self._wanted.objects)),
        )
        write_manifest(self._folder, made)
        return made

    def _batches(self, name: str) -> Iterator[Sequence[Sequence[object]]]:
        for page in self._told(name):
            yield from rows_of(self._tx, name, page)

    def _space(self, space: Space, file: str) -> int:
        with SpaceTable(self._folder / file, space, whole=self._wanted.whole) as table:
            for page in self._told(space.name):
                for batch in embeddings_of(self._tx, space, page):
                    table.vectors(*batch)
        return table.rows

    def _pictures(self, objects: ObjectStore) -> Iterator[list[tuple[str, bytes]]]:
        """Those that are there: one that is gone does not keep the rest. Raises StoreError."""
        for page in self._told("pictures"):
            keys = pictures_of(self._tx, page)
            for key, found in zip(keys, objects.get_many(keys), strict=True):
                if isinstance(found, bytes):
                    yield [(key, found)]
                elif not isinstance(found, NotFoundError):
                    raise found

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
        with written(target):
            yield beside
            for file in beside.iterdir():
                _synced(file)
            if os.path.lexists(target):  # somebody else was faster
                raise taken
            beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _synced(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
