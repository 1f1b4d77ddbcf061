"""Arrays → rows by PostgreSQL's binary COPY: no row is made in Python."""

from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np
import psycopg
from psycopg import sql

HEADER, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"

Columns = Mapping[str, np.ndarray | int | bytes]
"""Name of a column → its values: (n,) numbers, (n, 16) bytes for UUIDs, (n, dim) halves for vectors; or one for all."""

BIG = {"i2": ">i2", "i4": ">i4", "i8": ">i8", "f4": ">f4", "f8": ">f8"}


def copy_arrays(connection: psycopg.Connection, table: str, batches: Iterable[Columns]) -> None:
    """COPY them all into `table`."""
    batches = iter(batches)
    first = next(batches)
    copy_blocks(connection, table, first, (packed(batch).tobytes() for batch in chain((first,), batches)))


def copy_blocks(
    connection: psycopg.Connection, table: str, columns: Iterable[str], blocks: Iterable[bytes]
) -> None:
    """The same of rows that `packed` has made."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    copy = sql.SQL("copy {} ({}) from stdin (format binary)").format(sql.Identifier(table), names)
    with connection.cursor().copy(copy) as writer:
        writer.write(HEADER)
        for block in blocks:
            writer.write(block)
        writer.write(END)


def packed(columns: Columns) -> np.ndarray:
    """Rows in the binary format: each field after its length, all of it big endian."""
    count = max(len(value) for value in columns.values() if isinstance(value, np.ndarray))
    fields: list[tuple] = [("fields", ">i2")]
    for name, value in columns.items():
        fields += [(f"{name} length", ">i4"), *_kinds(name, value)]
    rows = np.zeros(count, np.dtype(fields))
    rows["fields"] = len(columns)
    for name, value in columns.items():
        first = rows.dtype.names.index(f"{name} length") + 1
        own = rows.dtype.names[first : first + len(_kinds(name, value))]
        rows[f"{name} length"] = sum(rows.dtype[field].itemsize for field in own)
        if len(own) > 1:
            rows[own[0]] = value.shape[1]
        rows[own[-1]] = np.frombuffer(value, "u1") if isinstance(value, bytes) else value
    return rows


def _kinds(name: str, value: np.ndarray | int | bytes) -> list[tuple]:
    if isinstance(value, int):
        return [(name, ">i4")]
    if isinstance(value, bytes):
        return [(name, "u1", (16,))]
    if value.ndim == 1:
        return [(name, BIG[value.dtype.str[1:]])]
    if value.dtype == np.uint8:
        return [(name, "u1", (16,))]
    return [(f"{name} dim", ">u2"), (f"{name} unused", ">u2"), (name, ">f2", (value.shape[1],))]


def uuids(count: int, seed: int) -> np.ndarray:
    """Random ones, (count, 16) bytes: those of scenes are hashes."""
    return np.random.default_rng(seed).integers(0, 256, (count, 16), np.uint8)
