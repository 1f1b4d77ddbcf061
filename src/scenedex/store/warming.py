"""What searches of a large library will read, read before the first one comes, by the connections that will search.

A walk touches thousands of pages all over its index: from a disk that is seconds, from memory milliseconds. And each
connection is a process of the server, to which the system gives each page that it reads for the first time, some
microseconds each: without huge pages, a third of the time of its first hundreds of walks.
"""

import logging
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Literal

from scenedex.errors import StoreError
from scenedex.store.beside import AT_ONCE
from scenedex.store.database import Database, Transaction
from scenedex.store.scoring import some_vectors
from scenedex.store.sizes import Size
from scenedex.types import Space

log = logging.getLogger(__name__)

CONNECTIONS = AT_ONCE + 1
"""That one search may use at a time. Those that were used last are lent first, so searches one by one keep to these."""

DEPTH = 5_000
"""Vectors that a walk brings. Each begins at one drawn by chance: a few deeper ones would read the same parts again."""

SHARE = 10
"""All walks of a space bring one vector in so many, and read most pages of its index and of its rows on their way."""

ROUNDS = 2
"""Over all connections: what the later ones read the first time, the first ones have not been given yet."""

AT_LEAST = 4  #: walks of a space
BLOCK = 1 << 20
AT_MOST_S = 120.0


def read_ahead(database: Database) -> int:
    """Read the files of an embedded server, so that the system has them in memory; the bytes read, 0 elsewhere."""
    folder, read, until = database.files(), 0, time.monotonic() + AT_MOST_S
    for path in sorted(folder.glob("*/*")) if folder else ():
        with suppress(OSError), path.open("rb", buffering=0) as file:  # one may go, or not be ours to read
            while time.monotonic() < until and (block := len(file.read(BLOCK))):
                read += block
    return read


def walk_all(database: Database, owner: UUID, spaces: Sequence[Space], sizes: Mapping[int, Size]) -> int:
    """Walk through the indexes of these spaces on each connection that a search may use; how many walks it took.

    `sizes`: of the spaces, by id. Raises StoreError.
    """
    walks = 0
    with ExitStack() as held:  # all at once, so that none is lent twice
        readers = [held.enter_context(database.transaction(owner)) for _ in range(CONNECTIONS)]
        for tx in readers:  # those that wait for their turn do so for long
            tx.execute("set local idle_in_transaction_session_timeout = 0")
        turns = iter(deadlines(CONNECTIONS * (ROUNDS + 1)))
        for tx in readers * ROUNDS:
            until = next(turns)
            for space in spaces:
                try:
                    walks += walk(tx, space, sizes[space.id].vectors, until)
                except StoreError:
                    log.warning("space %s is not read ahead", space.name, exc_info=True)
        for tx in readers:
            read_rows(tx, spaces, next(turns))
    return walks


def deadlines(turns: int) -> list[float]:
    """When each turn has to end, all of them together within `AT_MOST_S`: the first takes no time from the last."""
    began = time.monotonic()
    return [began + AT_MOST_S * (number + 1) / turns for number in range(turns)]


def read_rows(tx: Transaction, spaces: Sequence[Space], until: float) -> None:
    """Read the owner's rows of these spaces and of scenes, and their keys; of words the keys, which is all that
    searches read there. Until then (in the seconds of `time.monotonic`).

    Of rows that take more than a quarter of PostgreSQL's cache only those that are in it are given to the connection.
    """
    rows: list[SQL | Composed] = [SQL(EMBEDDINGS).format(space=Literal(space.id)) for space in spaces]
    rows += map(SQL, ROWS)
    counts = [(BY_KEY, count) for count in (*rows, SQL(WORDS))] + [(BY_ROW, count) for count in rows]
    for way, count in counts:
        left_ms = round(1000 * (until - time.monotonic()))
        if left_ms <= 0:
            break
        settings = SQL(way + "; set local statement_timeout = {}").format(left_ms)
        with suppress(StoreError), tx.reading(settings):  # it took too long
            tx.execute(count)
    tx.execute("set local statement_timeout = default")


def walk(tx: Transaction, space: Space, vectors: float, until: float = math.inf) -> int:
    """Walk through the index of a space that holds about so many vectors of the owner, until then (in the seconds of
    `time.monotonic`); how many walks it took."""
    wanted = max(AT_LEAST, math.ceil(vectors / SHARE / DEPTH))
    names = {"space": Literal(space.id), "dim": Literal(space.dim), "depth": Literal(DEPTH)}
    walks = 0
    with tx.reading(SQL(SETTINGS).format(**names)):
        for vector in some_vectors(tx, space, wanted):
            if time.monotonic() > until:
                break
            tx.execute(SQL(WALK).format(**names), {"vector": vector})
            walks += 1
    return walks


BY_KEY: LiteralString = """set local enable_sort = off;
set local enable_seqscan = off; set local enable_bitmapscan = off;
set local enable_indexscan = on; set local enable_indexonlyscan = on"""
BY_ROW: LiteralString = """set local enable_seqscan = on; set local enable_bitmapscan = off;
set local enable_indexscan = off; set local enable_indexonlyscan = off"""

EMBEDDINGS: LiteralString = (
    "select count(*) from embeddings where owner_id = %(owner)s and space_id = {space}"
)
ROWS: tuple[LiteralString, ...] = (
    "select count(*) from scenes where owner_id = %(owner)s",
    "select count(*) from keyframes where owner_id = %(owner)s",
    "select count(*) from captions where owner_id = %(owner)s",
)
WORDS: LiteralString = """select count(tf) from
  (select tf from postings where owner_id = %(owner)s order by term, scene_id offset 0) ordered"""

# what a walk remembers is more than the usual `work_mem`, at which it would end
SETTINGS: LiteralString = """set local hnsw.max_scan_tuples = {depth};
set local hnsw.scan_mem_multiplier = 16; set local enable_sort = off; set local statement_timeout = 0"""

WALK: LiteralString = """select count(*) from (select from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null
  order by vector::halfvec({dim}) <=> %(vector)s::halfvec({dim}) limit {depth}) walked"""
