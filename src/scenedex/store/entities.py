"""Entities: someone or something that an owner has named, and the crops that show what it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID, uuid4

import numpy as np
from psycopg.sql import SQL

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.names import checked_name, folded, rename
from scenedex.types import Vector

MAX_EXAMPLES = 32
"""Crops that one entity has at most: each is compared with everything."""

NOT_THERE = "There is no such entity: `scenedex entities list` lists them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Someone or something with a name."""

    id: UUID
    name: str
    examples: int  #: crops that show it
    oldest: UUID | None  #: the example that stands for it; None where it has none
    made_at: str  #: ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How the vectors of a space lie to an example that none of them shows, as far as is known."""

    space: int  #: id of the space
    vectors: int  #: how many the owner had there when it was measured
    seen: int  #: how many of these were looked at
    mean: float  #: cosine
    spread: float  #: standard deviation of these cosines


@dataclass(frozen=True, slots=True, kw_only=True)
class CropExample:
    """A crop that shows an entity."""

    id: UUID
    space: int  #: id of the visual space whose model embedded it
    vector: Vector = field(repr=False)
    video_id: UUID | None  #: it was cut out of this video; None: it was a picture of somebody's
    t_s: float | None  #: when in that video
    box: tuple[float, float, float, float] | None  #: where in the picture, as parts of it
    made_at: str  #: ISO 8601, UTC
    chance: Chance | None  #: None: not measured yet


def entities(tx: Transaction, *, limit: int | None = None, offset: int = 0) -> list[Entity]:
    """The owner's entities by name."""
    rows = tx.execute(
        SQL("{} order by e.folded, e.id limit %(limit)s offset %(offset)s").format(SQL(ENTITIES)),
        {"limit": limit, "offset": offset},
    )
    return [_entity(row) for row in rows]


def count_entities(tx: Transaction) -> int:
    """How many there are."""
    return int(tx.execute("select count(*) as n from entities where owner_id = %(owner)s")[0]["n"])


def find_entity(tx: Transaction, named: UUID | str) -> Entity:
    """By its id, or by its name, whatever its case. Raises NotFoundError."""
    by: LiteralString = "e.id = %(named)s" if isinstance(named, UUID) else "e.folded = %(named)s"
    rows = tx.execute(
        SQL(f"{ENTITIES} and {by}"), {"named": named if isinstance(named, UUID) else folded(named)}
    )
    if not rows:
        raise NotFoundError(NOT_THERE)
    return _entity(rows[0])


def make_entity(tx: Transaction, name: str) -> Entity:
    """A new one, without examples. Raises UsageError for a name that is taken, blank or too long."""
    kept = checked_name(name)
    rows = tx.execute(
        """insert into entities (owner_id, id, name, folded) values (%(owner)s, %(id)s, %(name)s, %(folded)s)
        on conflict (owner_id, folded) do nothing returning id""",
        {"id": uuid4(), "name": kept, "folded": folded(kept)},
    )
    if not rows:
        raise UsageError(f"There is an entity {kept!r} already: add examples to it, or choose another name.")
    return find_entity(tx, rows[0]["id"])


def rename_entity(tx: Transaction, entity_id: UUID, name: str) -> Entity:
    """Raises NotFoundError, and UsageError for a name that is taken by another one, blank or too long."""
    find_entity(tx, entity_id)
    if not rename(tx, "entities", entity_id, name):
        raise UsageError(f"There is an entity {checked_name(name)!r} already: choose another name.")
    return find_entity(tx, entity_id)


def remove_entity(tx: Transaction, entity_id: UUID) -> None:
    """Forget one with its examples. Raises NotFoundError."""
    query = "delete from entities where owner_id = %(owner)s and id = %(id)s returning id"
    if not tx.execute(query, {"id": entity_id}):
        raise NotFoundError(NOT_THERE)


def examples_of(tx: Transaction, entity_id: UUID) -> list[CropExample]:
    """The crops of an entity, the oldest first; none of one that is not there."""
    rows = tx.execute(
        """select id, space_id, vector::real[] as vector, video_id, t_s, box, made_at, chance_space,
          chance_vectors, chance_seen, chance_mean, chance_spread
        from entity_examples where owner_id = %(owner)s and entity_id = %(entity)s order by made_at, id""",
        {"entity": entity_id},
    )
    return [_example(row) for row in rows]


def add_example(  # noqa: PLR0913 (what is kept of a crop)
    tx: Transaction,
    entity_id: UUID,
    *,
    picture: bytes,
    space: int,
    vector: Vector,
    video_id: UUID | None = None,
    t_s: float | None = None,
    box: Sequence[float] | None = None,
) -> CropExample:
    """Keep a crop (JPEG) of an entity. Raises NotFoundError, and UsageError where it has MAX_EXAMPLES."""
    # its row is locked, so that two who add at once do not both find room
    if not tx.execute(
        "select id from entities where owner_id = %(owner)s and id = %(id)s for update", {"id": entity_id}
    ):
        raise NotFoundError(NOT_THERE)
    if len(examples_of(tx, entity_id)) >= MAX_EXAMPLES:
        raise UsageError(
            f"An entity has {MAX_EXAMPLES} examples at most: remove one that shows little before you add another."
        )
    made = uuid4()
    tx.execute(
        """insert into entity_examples
          (owner_id, entity_id, id, picture, space_id, vector, video_id, t_s, box, made_at)
        values (%(owner)s, %(entity)s, %(id)s, %(picture)s, %(space)s, %(vector)s, %(video)s, %(t_s)s, %(box)s,
          clock_timestamp())""",  # those of one transaction keep their order
        {
            "entity": entity_id,
            "id": made,
            "picture": picture,
            "space": space,
            "vector": vector,
            "video": video_id,
            "t_s": t_s,
            "box": list(box) if box is not None else None,
        },
    )
    return next(one for one in examples_of(tx, entity_id) if one.id == made)


def remove_example(tx: Transaction, entity_id: UUID, example_id: UUID) -> None:
    """Raises NotFoundError."""
    query = """delete from entity_examples
      where owner_id = %(owner)s and entity_id = %(entity)s and id = %(id)s returning id"""
    if not tx.execute(query, {"entity": entity_id, "id": example_id}):
        raise NotFoundError("This entity has no such example.")


def example_picture(tx: Transaction, entity_id: UUID, example_id: UUID) -> bytes:
    """The crop, JPEG. Raises NotFoundError."""
    rows = tx.execute(
        """select picture from entity_examples
        where owner_id = %(owner)s and entity_id = %(entity)s and id = %(id)s""",
        {"entity": entity_id, "id": example_id},
    )
    if not rows:
        raise NotFoundError("This entity has no such example.")
    return bytes(rows[0]["picture"])


def embed_example(tx: Transaction, entity_id: UUID, example_id: UUID, space: int, vector: Vector) -> None:
    """Keep what another model makes of a crop, in place of what was kept."""
    tx.execute(
        """update entity_examples set space_id = %(space)s, vector = %(vector)s, chance_space = null
        where owner_id = %(owner)s and entity_id = %(entity)s and id = %(id)s""",
        {"entity": entity_id, "id": example_id, "space": space, "vector": vector},
    )


def note_chance(tx: Transaction, entity_id: UUID, example_id: UUID, chance: Chance) -> None:
    """Keep a measurement; it replaces the one before."""
    tx.execute(
        """update entity_examples set chance_space = %(space)s, chance_vectors = %(vectors)s,
          chance_seen = %(seen)s, chance_mean = %(mean)s, chance_spread = %(spread)s
        where owner_id = %(owner)s and entity_id = %(entity)s and id = %(id)s""",
        {
            "entity": entity_id,
            "id": example_id,
            "space": chance.space,
            "vectors": chance.vectors,
            "seen": chance.seen,
            "mean": chance.mean,
            "spread": chance.spread,
        },
    )


ENTITIES: LiteralString = """select e.id, e.name, e.made_at, (
  select count(*) from entity_examples x where x.owner_id = e.owner_id and x.entity_id = e.id) as examples, (
  select x.id from entity_examples x where x.owner_id = e.owner_id and x.entity_id = e.id
  order by x.made_at, x.id limit 1) as oldest
from entities e where e.owner_id = %(owner)s"""


def _entity(row: Row) -> Entity:
    return Entity(**{**row, "made_at": row["made_at"].isoformat(timespec="seconds")})


def _example(row: Row) -> CropExample:
    vector = np.array(row["vector"], np.float32)
    chance = None
    if row["chance_space"] is not None:
        chance = Chance(
            space=row["chance_space"],
            vectors=row["chance_vectors"],
            seen=row["chance_seen"],
            mean=row["chance_mean"],
            spread=row["chance_spread"],
        )
    return CropExample(
        id=row["id"],
        space=row["space_id"],
        vector=vector / np.linalg.norm(vector),
        video_id=row["video_id"],
        t_s=row["t_s"],
        box=tuple(row["box"]) if row["box"] else None,
        made_at=row["made_at"].isoformat(timespec="seconds"),
        chance=chance,
    )
