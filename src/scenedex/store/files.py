"""Paths at which videos lie."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import path_hash, path_to_text, plain, text_to_path
from scenedex.types import KnownFile


def known_files(tx: Transaction, under: str | None = None) -> dict[str, KnownFile]:
    """All known files by their path, or those at and below the path `under`."""
    where = "" if under is None else path_to_text(under)
    rows = tx.execute(
        """select path, video_id, size_bytes, mtime_ns, missing, name, inode from files
        where owner_id = %(owner)s and (path = %(under)s or starts_with(path, %(below)s)) order by path""",
        {"under": where, "below": where.rstrip("/") + "/" if where else ""},
    )
    return {file.path: file for file in map(_file, rows)}


def files_of(tx: Transaction, video_id: UUID) -> list[KnownFile]:
    """The files of a video, the newest first."""
    rows = tx.execute(
        """select path, video_id, size_bytes, mtime_ns, missing, name, inode from files
        where owner_id = %(owner)s and video_id = %(video)s order by missing, seen_at desc, path""",
        {"video": video_id},
    )
    return [_file(row) for row in rows]


def put_file(tx: Transaction, file: KnownFile, ends: str | None = None) -> None:
    """This file lies there now; what was known of its path is replaced. `ends`: by which it is known again."""
    path = path_to_text(file.path)
    tx.execute(
        """insert into files (owner_id, path_hash, path, video_id, size_bytes, mtime_ns, missing, name,
          inode, ends)
        values (%(owner)s, %(hash)s, %(path)s, %(video)s, %(size)s, %(mtime)s, %(missing)s, %(name)s, %(inode)s,
          %(ends)s)
        on conflict (owner_id, path_hash) do update set video_id = excluded.video_id, size_bytes = excluded.size_bytes,
          mtime_ns = excluded.mtime_ns, missing = excluded.missing, seen_at = excluded.seen_at,
          name = excluded.name, inode = excluded.inode, ends = excluded.ends""",
        {
            "hash": path_hash(path),
            "path": path,
            "video": file.video_id,
            "size": file.size_bytes,
            "mtime": file.mtime_ns,
            "missing": file.missing,
            "name": None if file.name is None else plain(file.name),
            "inode": file.inode,
            "ends": ends,
        },
    )
    tx.execute(
        "delete from forgotten_files where owner_id = %(owner)s and path_hash = %(hash)s",
        {"hash": path_hash(path)},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SameFile:
    """A file of which the file system said the same."""

    path: str
    content_hash: str
    ends: str | None  #: hash of how it began and ended


def same_file(tx: Transaction, inode: int, size_bytes: int, mtime_ns: int) -> list[SameFile]:
    """Files that were seen with this inode, size and time of change, on whichever disk; the newest first."""
    rows = tx.execute(
        """select f.path, v.content_hash, f.ends
        from files f join videos v on v.owner_id = f.owner_id and v.id = f.video_id
        where f.owner_id = %(owner)s and f.inode = %(inode)s and f.size_bytes = %(size)s and f.mtime_ns = %(mtime)s
        order by f.seen_at desc, f.path""",
        {"inode": inode, "size": size_bytes, "mtime": mtime_ns},
    )
    return [SameFile(**{**row, "path": text_to_path(row["path"])}) for row in rows]


def files_at(tx: Transaction, paths: Iterable[str]) -> list[KnownFile]:
    """What is known of these very paths; unknown ones are passed over."""
    hashes = [path_hash(path_to_text(path)) for path in paths]
    rows = tx.execute(
        """select path, video_id, size_bytes, mtime_ns, missing, name, inode from files
        where owner_id = %(owner)s and path_hash = any(%(hashes)s) order by path""",
        {"hashes": hashes},
    )
    return [_file(row) for row in rows]


def mark_missing(tx: Transaction, paths: Iterable[str]) -> None:
    """Nothing lies at these paths any more. Unknown paths are passed over."""
    hashes = [path_hash(path_to_text(path)) for path in paths]
    if hashes:
        tx.execute(
            "update files set missing = true where owner_id = %(owner)s and path_hash = any(%(hashes)s)",
            {"hashes": hashes},
        )


def forget_file(tx: Transaction, path: str) -> None:
    """Nothing is known of this path any more."""
    tx.execute(
        "delete from files where owner_id = %(owner)s and path_hash = %(hash)s",
        {"hash": path_hash(path_to_text(path))},
    )


def _file(row: Row) -> KnownFile:
    known: dict[str, Any] = {**row, "path": text_to_path(row["path"])}
    return KnownFile(**known)
