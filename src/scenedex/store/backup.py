"""A whole library, of all owners, as one file: what the tables hold, and the pictures that they name.

The tables are read in one transaction that sees a single moment. Pictures never change under their names, so they can
be copied afterwards. A restore is one transaction, too, ended only when every checksum was right.
"""

import hashlib
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO, Literal, TypeVar

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import TypeAdapter, ValidationError

from scenedex.errors import (
    BackupError,
    DatabaseUnreachableError,
    DiskFullError,
    NewerLibraryError,
    NotFoundError,
    StoreError,
    UsageError,
)
from scenedex.store.archive import Archive
from scenedex.store.database import Database
from scenedex.store.migrations import newest
from scenedex.store.objects import KEY, ObjectStore
from scenedex.store.tables import (
    Dumped,
    analyze,
    attach_spaces,
    columns,
    dumped,
    empty,
    load,
    picture_keys,
    seal,
)

FORMAT = 1
HEADER = "scenedex-backup.json"
MANIFEST = "manifest.json"
TABLE_PART = re.compile(r"tables/([a-z_]+(?:_\d{1,9})?)/\d{6,}\.gz")
PICTURES = "pictures/"
AT_ONCE = 8
"""Pictures that are fetched or put side by side: an object store answers late."""

Tell = Callable[[Literal["tables", "pictures"], int, int], None]
"""Hears the step, and how much of how much of it is done; of 0 where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first part: enough to tell whether the rest can be used."""

    format: int
    schema_number: int  #: newest migration of the library
    scenedex: str
    postgresql: str
    made_at: str  #: ISO 8601, UTC
    columns: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last part: all that must have been there before it."""

    tables: tuple[Dumped, ...]
    pictures: int
    picture_bytes: int
    missing: int = 0  #: pictures that rows name and the object store no longer has


_T = TypeVar("_T")
_Part = TypeVar("_Part", Header, Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds."""

    made_at: str
    scenedex: str
    schema_number: int
    rows: dict[str, int] = field(default_factory=dict)  #: by table
    pictures: int = 0
    picture_bytes: int = 0
    missing: int = 0


def back_up(
    database: Database, objects: ObjectStore, file: BinaryIO, scenedex: str, tell: Tell
) -> BackupReport:
    """Write all that the library holds into `file`. Raises StoreError, and OSError where it cannot be written."""
    now = datetime.now(UTC)
    archive = Archive(file, now.timestamp())
    versions = database.versions()
    with tempfile.TemporaryFile() as keys:
        with database.snapshot() as connection:
            header = Header(
                format=FORMAT,
                schema_number=int(versions["schema"] or 0),
                scenedex=scenedex,
                postgresql=str(versions["postgresql"]),
                made_at=now.isoformat(timespec="seconds"),
                columns=columns(connection),
            )
            archive.add(HEADER, _json(header))
            tables = dumped(
                connection, header.columns, archive.add, lambda done, of: tell("tables", done, of)
            )
            keys.writelines(picture_keys(connection))
        count, size, missing = _write_pictures(archive, objects, keys, tell)
    manifest = Manifest(tables=tuple(tables), pictures=count, picture_bytes=size, missing=missing)
    archive.add(MANIFEST, _json(manifest))
    archive.end()
    return _report(header, manifest)


def header_of(found: Iterator[tuple[str, bytes]]) -> Header:
    """The first part of a backup. Raises BackupError for what is none, NewerLibraryError for one of the future."""
    name, data = next(found, ("", b""))
    if name != HEADER:
        raise BackupError("This file is no backup of a scenedex library.")
    version = _format(data)
    if version > FORMAT:
        raise NewerLibraryError(
            f"This backup was written by a newer scenedex (its format is number {version}, this scenedex knows "
            f"{FORMAT}): upgrade scenedex to restore it."
        )
    header = _read(Header, data)
    if header.schema_number > newest():
        raise NewerLibraryError(
            f"This backup is of a library of scenedex {header.scenedex} (its schema is number {header.schema_number}, "
            f"this scenedex knows {newest()}): upgrade scenedex to restore it."
        )
    if header.schema_number < 1:
        raise BackupError(f"The backup names a schema of number {header.schema_number}, which there is not.")
    return header


def restore(
    database: Database, objects: ObjectStore, header: Header, found: Iterator[tuple[str, bytes]], tell: Tell
) -> BackupReport:
    """Fill an empty library, set up as `header` says, with the parts that come after the header.

    Nothing is in the tables unless all of it is right; pictures of a restore that failed are swept like any that no row
    names. Raises UsageError where the library is not empty, BackupError for a backup that is damaged.
    """
    with database.migrator() as connection:
        if not empty(connection):
            raise UsageError(
                "This library holds something already, and a restore overwrites nothing: name a new folder in "
                "SCENEDEX_HOME, or an empty database in DATABASE_URL."
            )
        tables: list[Dumped] = []
        pictures, read = _Pictures(objects, tell), None
        for kind, group in itertools.groupby(found, lambda part: _kind(part[0])):
            if read is not None:
                raise BackupError("The backup goes on after its end.")
            if kind == MANIFEST:
                read = _read(Manifest, next(group)[1])
            elif kind == PICTURES:
                pictures.put(group)
            elif kind in {table.name for table in tables}:
                raise BackupError(f"The table {kind!r} is twice in the backup.")
            else:
                tell("tables", len(tables), 0)
                tables.append(_loaded(connection, kind, header, group))
        _compare(read, tables, pictures)
        attach_spaces(connection)
        seal(connection)
        migrate_later = header.schema_number < newest()
    if migrate_later:
        database.migrate()
    with database.migrator() as connection:
        analyze(connection)
    assert read is not None
    return _report(header, read)


def _loaded(
    connection: Connection[DictRow], table: str, header: Header, group: Iterable[tuple[str, bytes]]
) -> Dumped:
    try:
        return load(connection, table, header.columns, group)
    except (BackupError, DatabaseUnreachableError, DiskFullError):
        raise
    except StoreError as exc:
        raise BackupError(
            f"What the backup holds of the table {table!r} does not fit: it is damaged, or not all there ({exc})"
        ) from exc


class _Pictures:
    """Puts pictures into the object store, and counts them."""

    def __init__(self, objects: ObjectStore, tell: Tell) -> None:
        self._objects = objects
        self._tell = tell
        self.count = self.bytes = 0

    def put(self, found: Iterable[tuple[str, bytes]]) -> None:
        """Raises BackupError for one that is not what its name says."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="restore") as pool:
            for batch in _batches(found, AT_ONCE):
                for size in pool.map(self._one, batch):
                    self.count += 1
                    self.bytes += size
                self._tell("pictures", self.count, 0)

    def _one(self, part: tuple[str, bytes]) -> int:
        name, data = part
        key = name.removeprefix(PICTURES)
        digest, _, suffix = key.rpartition("/")[2].partition(".")
        if not KEY.fullmatch(key) or hashlib.sha256(data).hexdigest() != digest or digest[:2] != key[:2]:
            raise BackupError(f"The picture {key!r} in the backup is not what its name says: it is damaged.")
        if self._objects.put(data, f".{suffix}") != key:
            raise BackupError(f"The picture {key!r} lies in the wrong place of the backup.")
        return len(data)


def _write_pictures(
    archive: Archive, objects: ObjectStore, keys: BinaryIO, tell: Tell
) -> tuple[int, int, int]:
    """Count, bytes, and how many are missing."""
    keys.seek(0)
    total = sum(1 for _ in keys)
    keys.seek(0)
    named = (line.decode("ascii", "replace").strip() for line in keys)
    count = size = missing = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="backup") as pool:
        for batch in _batches(named, AT_ONCE):
            for key, data in zip(batch, pool.map(lambda key: _had(objects, key), batch), strict=True):
                if data is None:
                    missing += 1
                    continue
                archive.add(PICTURES + key, data)
                count, size = count + 1, size + len(data)
            tell("pictures", count + missing, total)
    return count, size, missing


def _had(objects: ObjectStore, key: str) -> bytes | None:
    try:
        return objects.get(key)
    except NotFoundError:
        return None


def _batches(found: Iterable[_T], size: int) -> Iterator[list[_T]]:
    items = iter(found)
    while batch := list(itertools.islice(items, size)):
        yield batch


def _kind(name: str) -> str:
    """The table of a part, PICTURES, or MANIFEST."""
    if name.startswith(PICTURES) or name == MANIFEST:
        return MANIFEST if name == MANIFEST else PICTURES
    if match := TABLE_PART.fullmatch(name):
        return match[1]
    raise BackupError(f"The part {name!r} does not belong into a backup: scenedex did not write this one.")


def _compare(manifest: Manifest | None, tables: Iterable[Dumped], pictures: _Pictures) -> None:
    if manifest is None:
        raise BackupError("The backup ends too early: it was cut off.")
    read = {table.name: table for table in tables}
    for table in manifest.tables:
        if read.pop(table.name, None) != table:
            raise BackupError(f"The table {table.name!r} in the backup is damaged: its checksum is another.")
    if read:
        raise BackupError(f"The backup holds a table {min(read)!r} that its manifest does not know.")
    if (pictures.count, pictures.bytes) != (manifest.pictures, manifest.picture_bytes):
        raise BackupError(
            f"The backup holds {pictures.count} pictures, {manifest.pictures} are in its manifest."
        )


def _report(header: Header, manifest: Manifest) -> BackupReport:
    return BackupReport(
        made_at=header.made_at,
        scenedex=header.scenedex,
        schema_number=header.schema_number,
        rows={table.name: table.rows for table in manifest.tables},
        pictures=manifest.pictures,
        picture_bytes=manifest.picture_bytes,
        missing=manifest.missing,
    )


def _json(value: Header | Manifest) -> bytes:
    return (json.dumps(asdict(value), indent=1) + "\n").encode()


def _format(data: bytes) -> int:
    try:
        found = json.loads(data)
    except ValueError as exc:
        raise BackupError("This file is no backup of a scenedex library.") from exc
    version = found.get("format") if isinstance(found, Mapping) else None
    if not isinstance(version, int):
        raise BackupError("This file is no backup of a scenedex library.")
    return version


def _read(kind: type[_Part], data: bytes) -> _Part:
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as exc:
        raise BackupError("The backup's own description of itself is damaged.") from exc
