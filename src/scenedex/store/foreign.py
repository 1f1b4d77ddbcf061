"""Somebody else's PostgreSQL, read only: how many scenes with vectors are in a table of it, and which."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import numpy as np
import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from scenedex.errors import DatabaseUnreachableError, ExchangeError, UsageError
from scenedex.store.connections import CONNECT_TIMEOUT_S, masked, our_errors
from scenedex.store.foreign_tables import ARRAYS, ForeignTable
from scenedex.types import ForeignScene, ForeignVideo, VectorColumn

BATCH = 500
MAX_SCENES = 1_000_000
"""Of one video."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCounts:
    """How much there is."""

    videos: int
    scenes: int
    owners: tuple[str, ...]  #: up to ten, where the table has owners
    vectors: Mapping[str, int]  #: by column
    failures: Mapping[str, int]
    models: Mapping[str, tuple[str, ...]]  #: by column, as far as its metadata names them


@contextlib.contextmanager
def foreign(url: str) -> Iterator[Connection[Any]]:
    """A connection that can only read, and sees one moment. Raises DatabaseUnreachableError, without the password."""
    known: dict[str, Any] = {}
    with contextlib.suppress(psycopg.Error):
        known = dict(conninfo_to_dict(url))
    if not known:
        raise UsageError(
            "This is no database URL: it should look like postgresql://user:password@host:5432/database."
        )
    try:
        connection = psycopg.connect(
            url,
            row_factory=dict_row,
            connect_timeout=int(known.get("connect_timeout") or CONNECT_TIMEOUT_S),
            application_name="scenedex import",
        )
    except psycopg.Error as error:
        said = masked(" ".join(str(error).split()), known)
        raise DatabaseUnreachableError(f"The database to import from cannot be read ({said}).") from None
    try:
        connection.read_only = True
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with our_errors():
            yield connection
    finally:
        connection.close()


def with_dimensions(connection: Connection[Any], table: ForeignTable) -> ForeignTable:
    """The same, where a column does not say how many dimensions its vectors have: as many as its first one. A column
    without any vector is left out."""
    known: list[VectorColumn] = []
    for column in table.vectors:
        dim = column.dim
        if not dim:
            with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
                name = Identifier(column.name)
                row = cursor.execute(
                    SQL("select {} from {} where {} is not null limit 1").format(name, _from(table), name)
                ).fetchone()
            dim = 0 if row is None else len(_numbers(row[0], table.kinds[column.name]))
        if dim:
            known.append(replace(column, dim=dim))
    return replace(table, vectors=tuple(known))


def counts(connection: Connection[Any], table: ForeignTable, owner: str | None) -> ForeignCounts:
    """How much there is in a table, of that owner if one is named."""
    fields: list[Composable] = [
        SQL("count(*)::bigint as scenes"),
        SQL("count(distinct {})::bigint as videos").format(Identifier(table.roles["video_id"])),
    ]
    for number, column in enumerate(table.vectors):
        fields.append(SQL("count({}) as {}").format(Identifier(column.name), Identifier(f"v{number}")))
        if column.metadata:
            fields.append(
                SQL("count(*) filter (where {} is null and {}::jsonb ->> 'error' is not null) as {}").format(
                    Identifier(column.name), Identifier(column.metadata), Identifier(f"f{number}")
                )
            )
    row = (
        connection.execute(
            SQL("select {} from {}{}").format(SQL(", ").join(fields), _from(table), _of(table, owner))
        ).fetchone()
        or {}
    )
    owners: tuple[str, ...] = ()
    if "owner_id" in table.roles and owner is None:
        rows = connection.execute(
            SQL("select distinct {}::text as owner from {} order by 1 limit 10").format(
                Identifier(table.roles["owner_id"]), _from(table)
            )
        ).fetchall()
        owners = tuple(str(each["owner"]) for each in rows)
    return ForeignCounts(
        videos=row["videos"],
        scenes=row["scenes"],
        owners=owners,
        vectors={column.name: row[f"v{number}"] for number, column in enumerate(table.vectors)},
        failures={column.name: row.get(f"f{number}", 0) for number, column in enumerate(table.vectors)},
        models={column.name: _models(connection, table, column, owner) for column in table.vectors},
    )


def videos_of(connection: Connection[Any], table: ForeignTable, owner: str | None) -> Iterator[ForeignVideo]:
    """The videos with their scenes in order, one after the other; vectors are raw."""
    with connection.cursor("scenedex_import", binary=True, row_factory=tuple_row) as cursor:
        cursor.execute(_statement(table, owner))
        cursor.itersize = BATCH
        rows: list[tuple[Any, ...]] = []
        for row in cursor:
            if rows and rows[-1][0] != row[0]:
                yield _video(table, rows)
                rows = []
            rows.append(row)
            if len(rows) > MAX_SCENES:
                raise ExchangeError(f"The video {row[0]!r} has more than {MAX_SCENES} scenes.")
        if rows:
            yield _video(table, rows)


def _models(
    connection: Connection[Any], table: ForeignTable, column: VectorColumn, owner: str | None
) -> tuple[str, ...]:
    if column.metadata is None:
        return ()
    rows = connection.execute(
        SQL(
            """select concat_ws('/', {meta}::jsonb ->> 'model_name', {meta}::jsonb ->> 'pretrained') as model
            from {table}{where} {join} {vector} is not null group by 1 order by count(*) desc, 1 limit 5"""
        ).format(
            meta=Identifier(column.metadata),
            table=_from(table),
            where=_of(table, owner),
            join=SQL("where" if owner is None else "and"),
            vector=Identifier(column.name),
        )
    ).fetchall()
    return tuple(row["model"] for row in rows if row["model"])


def _statement(table: ForeignTable, owner: str | None) -> Composed:
    def scene(role: str, kind: LiteralString) -> Composable:
        column = table.roles.get(role)
        return SQL("null::{}").format(SQL(kind)) if column is None else SQL("s.{}").format(Identifier(column))

    def video(role: str) -> Composable:
        column = table.videos.get(role)
        return SQL("null") if column is None else SQL("v.{}").format(Identifier(column))

    fields = [
        SQL("{}::text").format(scene("video_id", "text")),
        _seconds(scene("start_s", "float8"), table.roles["start_s"], table.kinds),
        _seconds(scene("end_s", "float8"), table.roles["end_s"], table.kinds),
        SQL("{}::text").format(scene("thumbnail_url", "text")),
        SQL("{}::text").format(video("title")),
        SQL("{}::text").format(video("path")),
    ]
    for column in table.vectors:
        fields.append(SQL("s.{}").format(Identifier(column.name)))
        fields.append(
            SQL("s.{}::text").format(Identifier(column.metadata)) if column.metadata else SQL("null::text")
        )
    join: Composable = SQL("")
    if table.videos:
        join = SQL(" left join {} v on v.{}::text = s.{}::text").format(
            Identifier(table.schema, "videos"),
            Identifier(table.videos["id"]),
            Identifier(table.roles["video_id"]),
        )
    return SQL("select {} from {} s{}{} order by 1, 2, 3").format(
        SQL(", ").join(fields), _from(table), join, _of(table, owner, alias="s.")
    )


def _seconds(value: Composable, column: str, kinds: Mapping[str, str]) -> Composable:
    if kinds.get(column) in ("interval", "time"):
        return SQL("extract(epoch from {})::float8").format(value)
    divisor: LiteralString = " / 1000" if column.endswith("_ms") else ""
    return SQL("{}::float8{}").format(value, SQL(divisor))


def _from(table: ForeignTable) -> Identifier:
    return Identifier(table.schema, table.name)


def _of(table: ForeignTable, owner: str | None, alias: LiteralString = "") -> Composable:
    if owner is None:
        return SQL("")
    if "owner_id" not in table.roles:
        raise UsageError(f"The table {table.said} has no column that says whose a scene is.")
    return SQL(" where {}{}::text = {}").format(
        SQL(alias), Identifier(table.roles["owner_id"]), Literal(owner)
    )


def _video(table: ForeignTable, rows: Sequence[tuple[Any, ...]]) -> ForeignVideo:
    key, _, _, _, title, path = rows[0][:6]
    return ForeignVideo(
        key=str(key),
        title=title or (path or "").rpartition("/")[2] or str(key),
        path=path,
        scenes=tuple(_scene(table, row) for row in rows),
    )


def _scene(table: ForeignTable, row: tuple[Any, ...]) -> ForeignScene:
    cells = row[6:]
    metadata: dict[str, dict[str, Any]] = {}
    vectors: dict[str, Any] = {}
    for number, column in enumerate(table.vectors):
        sent, said = cells[2 * number], cells[2 * number + 1]
        vectors[column.name] = None if sent is None else _numbers(sent, table.kinds[column.name])
        metadata[column.name] = _known(said)
    return ForeignScene(start_s=row[1], end_s=row[2], picture=row[3], vectors=vectors, metadata=metadata)


def _numbers(sent: Any, kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A vector as pgvector sends it: two 16-bit words, then the numbers, big endian; or an array of PostgreSQL's."""
    if kind in ARRAYS:
        return np.array([np.nan if value is None else value for value in sent], dtype=np.float32)
    return np.frombuffer(sent, ">f2" if kind == "halfvec" else ">f4", offset=4).astype(np.float32)


def _known(said: str | None) -> dict[str, Any]:
    """What stands beside a vector; nothing, where that is no JSON object."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(said or "{}")
        return found if isinstance(found, dict) else {}
    return {}
