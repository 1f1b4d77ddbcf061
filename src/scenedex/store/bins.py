"""Bins: scenes that somebody has put together under a name. They are kept by their times, as `marks` are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg.sql import SQL

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.marks import anchor_s
from scenedex.store.names import checked_name, folded, rename
from scenedex.types import Scene

MAX_BINS = 10_000
"""Of one owner."""

MAX_SCENES = 1_000
"""Of one bin: as many as one export takes."""

NOT_THERE = "There is no such bin: `scenedex bins list` lists them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Scenes under a name."""

    id: UUID
    name: str
    scenes: int
    made_at: str  #: ISO 8601, UTC


def bins(tx: Transaction, *, limit: int | None = None, offset: int = 0) -> list[Bin]:
    """The owner's bins by name."""
    query = SQL("{} order by b.folded, b.id limit %(limit)s offset %(offset)s").format(SQL(BINS))
    return [_bin(row) for row in tx.execute(query, {"limit": limit, "offset": offset})]


def count_bins(tx: Transaction) -> int:
    """How many there are."""
    return int(tx.execute("select count(*) as n from bins where owner_id = %(owner)s")[0]["n"])


def find_bin(tx: Transaction, named: UUID | str) -> Bin:
    """By its id, or by its name, whatever its case. Raises NotFoundError."""
    by: LiteralString = "b.id = %(named)s" if isinstance(named, UUID) else "b.folded = %(named)s"
    value = named if isinstance(named, UUID) else folded(named)
    rows = tx.execute(SQL(f"{BINS} and {by}"), {"named": value})
    if not rows:
        raise NotFoundError(NOT_THERE)
    return _bin(rows[0])


def make_bin(tx: Transaction, name: str) -> Bin:
    """An empty bin. Raises UsageError for a name that is none or is taken, and where there are too many."""
    kept = checked_name(name)
    if count_bins(tx) >= MAX_BINS:
        raise UsageError(f"There are {MAX_BINS:,} bins, as many as there can be: remove one.")
    rows = tx.execute(
        """insert into bins (owner_id, id, name, folded) values (%(owner)s, %(id)s, %(name)s, %(folded)s)
        on conflict (owner_id, folded) do nothing returning id""",
        {"id": uuid4(), "name": kept, "folded": folded(kept)},
    )
    if not rows:
        raise UsageError(f"There is a bin {kept!r} already.")
    return find_bin(tx, rows[0]["id"])


def rename_bin(tx: Transaction, bin_id: UUID, name: str) -> Bin:
    """Raises NotFoundError, and UsageError for a name that is none or is taken."""
    find_bin(tx, bin_id)
    if not rename(tx, "bins", bin_id, name):
        raise UsageError(f"There is a bin {checked_name(name)!r} already.")
    return find_bin(tx, bin_id)


def remove_bin(tx: Transaction, bin_id: UUID) -> None:
    """Forget a bin; its scenes stay. Raises NotFoundError."""
    rows = tx.execute(
        "delete from bins where owner_id = %(owner)s and id = %(bin)s returning id", {"bin": bin_id}
    )
    if not rows:
        raise NotFoundError(NOT_THERE)


def scenes_in(tx: Transaction, bin_id: UUID) -> list[UUID]:
    """The scenes of a bin in its order, each once."""
    rows = tx.execute(SCENES, {"bin": bin_id})
    return list(dict.fromkeys(row["id"] for row in rows))


def put_in(tx: Transaction, bin_id: UUID, scenes: Sequence[Scene]) -> None:
    """Let these be the scenes of a bin, in this order. Raises NotFoundError, and UsageError for more than 1,000."""
    rows = tx.execute(
        "select id from bins where owner_id = %(owner)s and id = %(bin)s for update", {"bin": bin_id}
    )
    if not rows:
        raise NotFoundError(NOT_THERE)
    if len(scenes) > MAX_SCENES:
        raise UsageError(f"A bin has {MAX_SCENES:,} scenes at most, these would make {len(scenes):,}.")
    tx.execute("delete from bin_scenes where owner_id = %(owner)s and bin_id = %(bin)s", {"bin": bin_id})
    tx.execute_many(
        """insert into bin_scenes (owner_id, bin_id, video_id, t_s, position)
        values (%(owner)s, %(bin)s, %(video)s, %(t)s, %(position)s)""",
        [
            {"bin": bin_id, "video": scene.video_id, "t": anchor_s(scene), "position": position}
            for position, scene in enumerate(scenes)
        ],
    )


def _bin(row: Row) -> Bin:
    return Bin(**{**row, "made_at": row["made_at"].isoformat(timespec="seconds")})


BINS: LiteralString = """
select b.id, b.name, b.made_at, (select count(distinct s.id) from bin_scenes c
  join scenes s on s.owner_id = c.owner_id and s.video_id = c.video_id and c.t_s >= s.start_s and c.t_s < s.end_s
  where c.owner_id = %(owner)s and c.bin_id = b.id) as scenes
from bins b where b.owner_id = %(owner)s"""

SCENES = """
select s.id from bin_scenes c
join scenes s on s.owner_id = c.owner_id and s.video_id = c.video_id and c.t_s >= s.start_s and c.t_s < s.end_s
where c.owner_id = %(owner)s and c.bin_id = %(bin)s order by c.position, c.video_id, c.t_s
"""
