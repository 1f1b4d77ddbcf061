"""Tables → bytes and back, by PostgreSQL's own binary COPY: any server will do, and no program of its is needed."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier, Literal

from scenedex.errors import BackupError
from scenedex.store.connections import our_errors
from scenedex.store.database import Statements
from scenedex.store.spaces import attach, partition, stand_alone
from scenedex.types import LOCAL_OWNER

KEPT = (
    "owners",
    "api_keys",
    "spaces",
    "videos",
    "files",
    "scenes",
    "keyframes",
    "captions",
    "descriptions",
    "embeddings",
    "postings",
    "owner_settings",
    "backgrounds",
    "entities",
    "entity_examples",
    "baselines",
    "forgotten_files",
    "saved_searches",
    "saved_hits",
)
"""Tables of a backup, in the order in which their rows can be put back."""

LEFT_OUT = (
    "schema_migrations",
    "query_embeddings",
    "job_reports",
    "fresh_videos",
    "deliveries",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)
"""What a library makes anew, and the queues: another moment's jobs are for nobody to do."""

CHUNK = 8 * 1024 * 1024
"""Bytes of a table in one part of a backup."""

MAX_CHUNK = 64 * 1024 * 1024
"""No chunk becomes longer than this when it is unpacked."""

PARTITION = re.compile(r"embeddings_(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """What a backup holds of one table."""

    name: str  #: `embeddings_7`: the embeddings of space 7
    rows: int
    chunks: tuple[str, ...]  #: SHA-256 of each part, hex


Columns = Mapping[str, Sequence[str]]
"""Table to the names of its columns, in the order of the copy."""


def columns(connection: Connection[DictRow]) -> dict[str, list[str]]:
    """Of the tables that are kept."""
    with our_errors():
        rows = connection.execute(
            """select c.relname as table_name, a.attname as column_name
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relname = any(%s) and a.attnum > 0
              and not a.attisdropped and a.attgenerated = ''
            order by c.relname, a.attnum""",
            [list(KEPT)],
        ).fetchall()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


def dumped(
    connection: Connection[DictRow],
    known: Columns,
    add: Callable[[str, bytes], None],
    tell: Callable[[int, int], None],
) -> list[Dumped]:
    """Give each table to `add`, in parts with names. `tell` hears how many of how many tables are done."""
    names = list(_names(connection, known))
    found = []
    for number, name in enumerate(names):
        tell(number, len(names))
        found.append(_dump(connection, name, known, add))
    tell(len(names), len(names))
    return found


def picture_keys(connection: Connection[DictRow]) -> Iterator[bytes]:
    """The keys of all pictures that rows name, a line each."""
    query = """copy (select object_key from keyframes
      union select thumbnail_key from scenes where thumbnail_key is not null order by 1) to stdout"""
    with our_errors(), connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            yield bytes(block)


def _names(connection: Connection[DictRow], known: Columns) -> Iterator[str]:
    for table in KEPT:
        if table == "embeddings":
            for space in connection.execute("select id from spaces order by id").fetchall():
                yield partition(space["id"])
        elif table in known:
            yield table


def _dump(
    connection: Connection[DictRow], name: str, known: Columns, add: Callable[[str, bytes], None]
) -> Dumped:
    table = SQL("select {} from {}").format(*_listed(name, known))
    if match := PARTITION.fullmatch(name):
        table += SQL(" where space_id = {}").format(Literal(int(match[1])))
    sums: list[str] = []

    def keep(data: bytes) -> None:
        packed = _packed(data)
        add(f"tables/{name}/{len(sums):06d}.gz", packed)
        sums.append(hashlib.sha256(packed).hexdigest())

    with our_errors(), connection.cursor() as cursor:
        waiting = bytearray()
        with cursor.copy(SQL("copy ({}) to stdout (format binary)").format(table)) as copy:
            for block in copy:
                waiting += block
                while len(waiting) >= CHUNK:
                    keep(bytes(waiting[:CHUNK]))
                    del waiting[:CHUNK]
        keep(bytes(waiting))
        return Dumped(name=name, rows=cursor.rowcount, chunks=tuple(sums))


def load(
    connection: Connection[DictRow], name: str, known: Columns, chunks: Iterable[tuple[str, bytes]]
) -> Dumped:
    """Put a table's rows back. Raises BackupError for one that this library does not have, or data that do not fit."""
    if match := PARTITION.fullmatch(name):
        _make_room(connection, int(match[1]))
    elif name not in KEPT or name == "embeddings":
        raise BackupError(f"The backup holds a table {name!r}, which no library has.")
    fields, _ = _listed(name, known)
    if name == "owners":
        connection.execute("delete from owners")
    sums: list[str] = []
    statement = SQL("copy {} ({}) from stdin (format binary)").format(Identifier(name), fields)
    with our_errors(), connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for _part, data in chunks:
                sums.append(hashlib.sha256(data).hexdigest())
                copy.write(_unpacked(name, data))
        return Dumped(name=name, rows=cursor.rowcount, chunks=tuple(sums))


def attach_spaces(connection: Connection[DictRow]) -> None:
    """Index what was loaded of each space, and let it take part. A space without embeddings gets an empty table."""
    with our_errors():
        tx = Statements(connection, {})
        for row in tx.execute("select id, dim, to_regclass('embeddings_' || id) is null as bare from spaces"):
            if row["bare"]:
                stand_alone(tx, row["id"])
            attach(tx, row["id"], row["dim"])


def empty(connection: Connection[DictRow]) -> bool:
    """Whether nothing is in the tables that are kept. Nobody else writes to them until the transaction ends."""
    with our_errors():
        for table in _there(connection):
            name = Identifier(table)
            # what is forced hides rows from the owner of the tables, and keeps it from COPY
            connection.execute(SQL("alter table {} no force row level security").format(name))
            rows = SQL("select from {} limit 1").format(name)
            if table == "owners":  # one is there from the beginning
                rows = SQL("select from owners where id <> {} limit 1").format(Literal(LOCAL_OWNER))
            if connection.execute(rows).fetchone() is not None:
                return False
    return True


def seal(connection: Connection[DictRow]) -> None:
    """After loading: rows are guarded as before, and numbers go on where they ended."""
    with our_errors():
        for table in _there(connection):
            if table != "spaces":
                connection.execute(SQL("alter table {} force row level security").format(Identifier(table)))
        connection.execute(
            """select setval(pg_get_serial_sequence('spaces', 'id'), coalesce(max(id), 1), max(id) is not null)
            from spaces"""
        )


def analyze(connection: Connection[DictRow]) -> None:
    """Let the planner know what came: it decides by the number of rows."""
    with our_errors():
        connection.execute(SQL("analyze {}").format(SQL(", ").join(map(Identifier, _there(connection)))))


def _there(connection: Connection[DictRow]) -> list[str]:
    """The tables that are kept, as far as this library has them: an older one has fewer."""
    known = columns(connection)
    return [table for table in KEPT if table in known]


def _make_room(connection: Connection[DictRow], space_id: int) -> None:
    with our_errors():
        if connection.execute("select from spaces where id = %s", [space_id]).fetchone() is None:
            raise BackupError(f"The backup holds embeddings of space {space_id}, and no such space.")
        stand_alone(Statements(connection, {}), space_id)


def _listed(name: str, known: Columns) -> tuple[Composed, Identifier]:
    """The columns of a table, and the table that has them as the rest of the program sees it."""
    table = "embeddings" if PARTITION.fullmatch(name) else name
    if not known.get(table):
        raise BackupError(f"The backup does not say which columns its table {name!r} has.")
    return SQL(", ").join(map(Identifier, known[table])), Identifier(table)


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(data) + packer.flush()


def _unpacked(name: str, data: bytes) -> bytes:
    """Raises BackupError for what is damaged, or becomes larger than any chunk of ours."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(data, MAX_CHUNK)
    except zlib.error as exc:
        raise BackupError(f"The table {name!r} in the backup is damaged.") from exc
    if not unpacker.eof or unpacker.unused_data:
        raise BackupError(f"The table {name!r} in the backup is damaged, or made to become huge.")
    return found
