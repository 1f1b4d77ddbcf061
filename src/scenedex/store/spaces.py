"""Spaces: each one a row and a partition of `embeddings` with an HNSW index of its own."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier, Literal

from scenedex.errors import StoreError, UsageError
from scenedex.store.backgrounds import StoredBackground
from scenedex.store.database import Database, Row, Statements, Transaction
from scenedex.store.sizes import KnownSizes, Size
from scenedex.types import Modality, Space, VectorQuery

FIELDS = ("id", "name", "model", "revision", "modality", "dim", "state")
COLUMNS = SQL(", ").join(map(SQL, FIELDS))
SPACES_LOCK: LiteralString = "select pg_advisory_xact_lock(hashtextextended('scenedex spaces', 0))"


PARTITION = "embeddings_"
"""Before the id of a space: the table that holds its embeddings."""

CHOICE: LiteralString = "live_space."
"""Before a modality: the owner's setting that names the space to search in place of the live ones."""


CARE = 64
"""`ef_construction` of an index: among how many a vector's neighbours are looked for when it comes."""

CARE_OF_MANY = 200
"""The same while an index over `MANY` is built at once, which then takes three times as long: of 713,000 vectors of
words the ten nearest to a question are found for 0.97 instead of 0.86 (`ef_search` 200)."""

MANY = 200_000
"""Vectors; among fewer the ten nearest are found anyway."""

NODE_BYTES = 900
"""What a vector takes in the graph of HNSW while it is built with m = 16, beside its numbers."""

ROW_BYTES = 90
"""What it takes in its row at least."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What one owner searches, and all that they have chosen for the library to remember."""

    spaces: tuple[Space, ...]
    settings: Mapping[str, Any]
    filled: frozenset[int]  #: ids of the spaces that hold something
    backgrounds: Mapping[int, StoredBackground]  #: by space id: what was measured there
    sizes: Mapping[int, Size]  #: by space id, without filters; under 0 what holds for no space: the scenes

    def holding(self, modality: Modality, model: str) -> Space | None:
        """The last space of this model in which there are vectors."""
        held = [space for space in self.spaces if self.sizes[space.id].vectors]
        return next((one for one in reversed(held) if (one.modality, one.model) == (modality, model)), None)


def choices(tx: Transaction, sizes: KnownSizes | None = None) -> Choices:
    """The spaces that are searched for this owner, how large they are, and their settings, by one statement.

    `sizes`: what is remembered of them; without, they are summed up. A choice of a space that is not there, retired, or
    of another modality is passed over, as the SQL function `live_space` does.
    """
    known = sizes.find(tx.owner) if sizes is not None else None
    chosen = _chosen(tx, known)
    if known is not None and chosen.sizes.keys() - known.keys():  # a space has come since
        known, chosen = None, _chosen(tx, None)
    if sizes is not None and known is None:
        sizes.keep(tx.owner, chosen.sizes)
    return chosen


def _chosen(tx: Transaction, known: Mapping[int, Size] | None) -> Choices:
    rows = tx.execute(_asking(summing=known is None), {"choice": CHOICE, "table": PARTITION})
    settings: dict[str, Any] = rows[0]["settings"]
    there = [row for row in rows if row["id"]]
    found = [_space(row) for row in there]
    seen = [_seen(found, modality, settings) for modality in {space.modality: None for space in found}]
    live = [space for one in seen for space in one if space.state == "live"]
    summed = {
        0: Size(vectors=0.0, scenes=rows[0]["scenes"], total=-1.0),
        **{row["id"]: Size(row["vectors"], row["scenes"], row["total"]) for row in there},
    }
    return Choices(
        spaces=tuple(sorted(live, key=lambda space: space.id)),
        settings=settings,
        filled=frozenset(row["id"] for row in there if row["filled"]),
        backgrounds={
            row["id"]: StoredBackground(quantiles=tuple(row["quantiles"]), vectors=row["samples"])
            for row in there
            if row["quantiles"] is not None
        },
        sizes=summed if known is None else {key: known.get(key, size) for key, size in summed.items()},
    )


@lru_cache(maxsize=2)
def _asking(*, summing: bool) -> SQL:
    vectors, scenes = (VECTORS, SCENES) if summing else ("0::float8", "0::float8")
    return SQL(SQL(CHOICES).format(vectors=SQL(vectors), scenes=SQL(scenes)).as_string())


VECTORS: LiteralString = """(select coalesce(sum((v.vectors->>s.id::text)::bigint), 0) from videos v
  where v.owner_id = %(owner)s)::float8"""
SCENES: LiteralString = (
    "(select coalesce(sum(scene_count), 0) from videos where owner_id = %(owner)s)::float8"
)

CHOICES: LiteralString = """select o.settings, s.id, s.name, s.model, s.revision, s.modality, s.dim, s.state,
          exists (select from embeddings e where e.owner_id = %(owner)s and e.space_id = s.id) as filled,
          b.quantiles, b.samples, o.scenes,
          {vectors} as vectors,
          coalesce((select reltuples from pg_class where oid = to_regclass(%(table)s || s.id)), -1)::float8 as total
        from (select coalesce(jsonb_object_agg(name, value), '{{}}') as settings,
            {scenes} as scenes
          from owner_settings where owner_id = %(owner)s) o
        left join spaces s on s.state = 'live'
          or s.state = 'building' and o.settings -> (%(choice)s || s.modality) = to_jsonb(s.name)
        left join backgrounds b on b.owner_id = %(owner)s and b.space_id = s.id
        order by s.id"""


def live_spaces(tx: Transaction) -> list[Space]:
    """The spaces that are searched for this owner."""
    return list(choices(tx).spaces)


def seen_spaces(tx: Transaction, modality: Modality) -> list[Space]:
    """All spaces of a modality, the oldest first, in the state that they have for this owner."""
    query = SQL(
        """select s.*, (select value from owner_settings where owner_id = %(owner)s and name = %(name)s) as choice
        from (select {} from spaces where modality = %(modality)s) s order by id"""
    ).format(COLUMNS)
    rows = tx.execute(query, {"modality": modality, "name": CHOICE + modality})
    choice = [row.pop("choice") for row in rows]
    return _seen([_space(row) for row in rows], modality, {CHOICE + modality: choice[0]} if choice else {})


def _seen(spaces: Sequence[Space], modality: Modality, settings: Mapping[str, Any]) -> list[Space]:
    """The spaces of a modality as somebody with these settings sees them: the one that they chose alone is live."""
    own = [space for space in spaces if space.modality == modality]
    name = settings.get(CHOICE + modality)
    if not any(space.name == name and space.state != "retired" for space in own):
        return own
    return [
        replace(space, state="live")
        if space.name == name
        else replace(space, state="building" if space.state == "live" else space.state)
        for space in own
    ]


def ensure_space(database: Database, space: Space) -> Space:
    """The space of this name with its id, made where it is missing. Safe when several do it at once.

    Raises StoreError when a space of this name holds other vectors, or this user may not make one.
    """
    with database.ownerless() as tx:
        found = _by_name(tx, space.name)
    if found is None:
        with database.migrator() as connection:
            found = _make(connection, space)
    if (found.dim, found.modality, found.model, found.revision) != (
        space.dim,
        space.modality,
        space.model,
        space.revision,
    ):
        raise StoreError(
            f"The library has another space by the name of {space.name!r} ({found.model} {found.revision}, {found.dim} "
            f"dimensions, instead of {space.model} {space.revision}, {space.dim}): give the new one another name."
        )
    return found


def _by_name(tx: Statements, name: str) -> Space | None:
    query = SQL("select {} from spaces where name = %(name)s").format(COLUMNS)
    rows = tx.execute(query, {"name": name})
    return _space(rows[0]) if rows else None


def _make(connection: Connection[DictRow], space: Space) -> Space:
    """Row, partition and index, in the transaction of this connection."""
    tx = Statements(connection, {})
    tx.execute(SPACES_LOCK)
    if found := _by_name(tx, space.name):
        return found
    fields = {
        name: getattr(space, name) for name in ("name", "model", "revision", "modality", "dim", "state")
    }
    insert = """insert into spaces (name, model, revision, modality, dim, state)
        values (%(name)s, %(model)s, %(revision)s, %(modality)s, %(dim)s, %(state)s) returning """
    made = _space(tx.execute(SQL(insert) + COLUMNS, fields)[0])
    # made apart and then attached: that locks the other partitions for no reader
    stand_alone(tx, made.id)
    attach(tx, made.id, made.dim)
    return made


def stand_alone(tx: Statements, space_id: int) -> None:
    """A table for the embeddings of a space, which is no part of the others yet.

    Vectors of 1016 dimensions and more would be kept out of line (TOAST), where an exact scan is four times slower.
    """
    tx.execute(
        SQL(
            "create table {table} (like embeddings including defaults including constraints) "
            "with (toast_tuple_target = 8160)"
        ).format(table=Identifier(partition(space_id)))
    )


def attach(tx: Statements, space_id: int, dim: int) -> None:
    """Make a table of `stand_alone` a partition: guarded, indexed, and seen by searches."""
    names: dict[str, Any] = {"table": Identifier(partition(space_id)), "id": Literal(space_id)}
    for statement in (
        "alter table {table} enable row level security",
        "alter table {table} force row level security",
    ):
        tx.execute(SQL(statement).format(**names))
    build_index(tx, space_id, dim)
    tx.execute(SQL("alter table embeddings attach partition {table} for values in ({id})").format(**names))


def build_index(tx: Statements, space_id: int, dim: int) -> None:
    """The HNSW index of a space, over what its table holds; rows that come later are linked with less care."""
    _make_room(tx, space_id, dim)
    index = Identifier(f"{partition(space_id)}_vector_idx")
    care = careful(_vectors(tx, space_id, dim))
    tx.execute(
        SQL(
            "create index {index} on {table} using hnsw ((vector::halfvec({dim})) halfvec_cosine_ops) "
            "with (m = 16, ef_construction = {care})"
        ).format(index=index, table=Identifier(partition(space_id)), dim=Literal(dim), care=Literal(care))
    )
    if care != CARE:
        tx.execute(
            SQL("alter index {index} set (ef_construction = {care})").format(index=index, care=Literal(CARE))
        )


def careful(vectors: float) -> int:
    """With which `ef_construction` an index over so many vectors is built."""
    return CARE_OF_MANY if vectors >= MANY else CARE


def _vectors(tx: Statements, space_id: int, dim: int) -> float:
    """About how many its table holds."""
    rows = tx.execute("select pg_relation_size(%(table)s::regclass) as size", {"table": partition(space_id)})
    return float(rows[0]["size"]) / (2 * dim + ROW_BYTES)


def _make_room(tx: Statements, space_id: int, dim: int) -> None:
    """Give the build of an index as much memory as its graph takes, within what `scenedex.build_memory` allows.

    A graph that outgrows it is finished on the disk, several times slower. Where nothing is set, as on a server that
    is not ours, `maintenance_work_mem` stays what it is there: a parallel build claims all of it in advance.
    """
    tx.execute(
        """select set_config('maintenance_work_mem', greatest(known, least(needed, allowed)) / 1024 || 'kB', true)
        from (select pg_size_bytes(current_setting('maintenance_work_mem')) as known,
          (pg_relation_size(%(table)s::regclass) * %(growth)s::float8)::bigint as needed,
          pg_size_bytes(nullif(current_setting('scenedex.build_memory', true), '')) as allowed) memory
        where allowed is not null""",
        {"table": partition(space_id), "growth": (2 * dim + NODE_BYTES) / (2 * dim + ROW_BYTES)},
    )


def check_vector(query: VectorQuery) -> None:
    """Raises UsageError for a vector that cannot be compared with those of its space."""
    if query.vector.shape != (query.space.dim,) or not 0 < float(np.linalg.norm(query.vector)) < math.inf:
        raise UsageError(
            f"A query vector of {query.space.name} has {query.space.dim} finite numbers, not all zero."
        )


def partition(space_id: int) -> str:
    """Name of the table that holds a space's embeddings."""
    return f"{PARTITION}{space_id}"


def _space(row: Row) -> Space:
    return Space(**{field: row[field] for field in FIELDS})
