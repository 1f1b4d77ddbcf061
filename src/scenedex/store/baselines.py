"""Baselines: what is normal for a video or a camera, as the mean of keyframes; and how far keyframes are from one."""

import math
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID, uuid4

import numpy as np
from psycopg.sql import SQL, Literal

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import plain_json
from scenedex.store.names import checked_name, folded, rename
from scenedex.store.spaces import check_vector
from scenedex.types import Space, Vector, VectorQuery

NOT_THERE = "There is no such baseline: `scenedex baselines list` lists them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Which keyframes show what is normal. Empty fields leave nothing out; videos and scenes add up."""

    videos: tuple[UUID, ...] = ()
    scenes: tuple[UUID, ...] = ()
    from_s: float = 0.0  #: keyframes of the videos from this time on
    to_s: float = math.inf  #: and before this


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of keyframes."""

    pictures: int  #: keyframes that it is made of
    vector: Vector | None = field(repr=False)  #: as the mean comes out; None without keyframes


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is normal, under a name."""

    id: UUID
    name: str
    space: int  #: id of the space that it was made in
    space_name: str | None  #: None where that space is gone
    vector: Vector = field(repr=False)  #: unit length
    pictures: int  #: keyframes that it is made of
    made_of: dict[str, Any]  #: `videos`, `scenes` (ids), `from_s`, `to_s`
    made_at: str  #: ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeCosine:
    """How like a baseline one keyframe is."""

    scene_id: UUID
    index: int  #: of the scene
    start_s: float  #: of the scene
    end_s: float
    thumbnail_key: str | None
    t_s: float | None  #: of the keyframe; None where the scene has none that was embedded
    cosine: float | None


def mean_of(tx: Transaction, space: Space, normal: Normal) -> Mean:
    """The mean of these keyframes' embeddings in a visual space; of one that was seen in parts, the middle of these."""
    (row,) = tx.execute(
        SQL(MEAN).format(space=Literal(space.id)),
        {
            "videos": list(normal.videos),
            "scenes": list(normal.scenes),
            "from": normal.from_s,
            "to": normal.to_s,
        },
    )
    vector = np.array(row["mean"], np.float32) if row["pictures"] else None
    return Mean(pictures=row["pictures"], vector=vector)


def cosines_along(tx: Transaction, space: Space, video_id: UUID, baseline: Vector) -> list[KeyframeCosine]:
    """The keyframes of a video by time, each with its cosine; a scene without any has one line that says so.

    Raises UsageError for a vector that is no unit vector of the space.
    """
    check_vector(VectorQuery(channel="anchor", space=space, vector=baseline))
    rows = tx.execute(
        SQL(ALONG).format(space=Literal(space.id), dim=Literal(space.dim)),
        {"video": video_id, "vector": baseline},
    )
    return [KeyframeCosine(**row) for row in rows]


def baselines(tx: Transaction, *, limit: int | None = None, offset: int = 0) -> list[Baseline]:
    """The owner's baselines by name."""
    rows = tx.execute(
        SQL("{} order by b.folded, b.id limit %(limit)s offset %(offset)s").format(SQL(BASELINES)),
        {"limit": limit, "offset": offset},
    )
    return [_baseline(row) for row in rows]


def count_baselines(tx: Transaction) -> int:
    """How many there are."""
    return int(tx.execute("select count(*) as n from baselines where owner_id = %(owner)s")[0]["n"])


def find_baseline(tx: Transaction, named: UUID | str) -> Baseline:
    """By its id, or by its name, whatever its case. Raises NotFoundError."""
    by: LiteralString = "b.id = %(named)s" if isinstance(named, UUID) else "b.folded = %(named)s"
    rows = tx.execute(
        SQL(f"{BASELINES} and {by}"), {"named": named if isinstance(named, UUID) else folded(named)}
    )
    if not rows:
        raise NotFoundError(NOT_THERE)
    return _baseline(rows[0])


def write_baseline(  # noqa: PLR0913 (what is kept of it)
    tx: Transaction,
    name: str,
    *,
    space: Space,
    vector: Vector,
    pictures: int,
    made_of: dict[str, Any],
    video_id: UUID | None = None,
    again: bool = False,
) -> Baseline:
    """Keep a baseline; with `again` in place of the one of this name.

    `video_id`: it goes with this video. Raises UsageError for a name that is taken, blank or too long.
    """
    kept = checked_name(name)
    rows = tx.execute(
        SQL(INSERT).format(SQL(REPLACE if again else "nothing")),
        {
            "id": uuid4(),
            "name": kept,
            "folded": folded(kept),
            "space": space.id,
            "vector": vector,
            "pictures": pictures,
            "made_of": plain_json(made_of),
            "video": video_id,
        },
    )
    if not rows:
        raise UsageError(f"There is a baseline {kept!r} already: remove it, or choose another name.")
    return find_baseline(tx, rows[0]["id"])


def rename_baseline(tx: Transaction, baseline_id: UUID, name: str) -> Baseline:
    """Raises NotFoundError, and UsageError for a name that is taken by another one, blank or too long."""
    find_baseline(tx, baseline_id)
    if not rename(tx, "baselines", baseline_id, name):
        raise UsageError(f"There is a baseline {checked_name(name)!r} already: choose another name.")
    return find_baseline(tx, baseline_id)


def remove_baseline(tx: Transaction, baseline_id: UUID) -> None:
    """Raises NotFoundError."""
    query = "delete from baselines where owner_id = %(owner)s and id = %(id)s returning id"
    if not tx.execute(query, {"id": baseline_id}):
        raise NotFoundError(NOT_THERE)


BASELINES: LiteralString = """select b.id, b.name, b.space_id, b.vector::real[] as vector, b.pictures, b.made_of,
  b.made_at, s.name as space_name
from baselines b left join spaces s on s.id = b.space_id where b.owner_id = %(owner)s"""

INSERT: LiteralString = """
insert into baselines (owner_id, id, name, folded, space_id, vector, pictures, made_of, video_id)
values (%(owner)s, %(id)s, %(name)s, %(folded)s, %(space)s, %(vector)s, %(pictures)s, %(made_of)s, %(video)s)
on conflict (owner_id, folded) do {} returning id"""

REPLACE: LiteralString = """update set name = excluded.name, space_id = excluded.space_id,
  vector = excluded.vector, pictures = excluded.pictures, made_of = excluded.made_of, video_id = excluded.video_id,
  made_at = now()"""

MEAN: LiteralString = """
select count(*)::int as pictures, avg(v)::real[] as mean from (
  select l2_normalize(avg(e.vector)) as v
  from embeddings e join scenes s on s.owner_id = e.owner_id and s.id = e.scene_id
  where e.owner_id = %(owner)s and s.owner_id = %(owner)s and e.space_id = {space} and e.vector is not null
    and (s.id = any(%(scenes)s)
      or s.video_id = any(%(videos)s) and e.t_s >= %(from)s::float8 and e.t_s < %(to)s::float8)
  group by e.scene_id, e.t_s) keyframe"""

ALONG: LiteralString = """
select s.id as scene_id, s.index, s.start_s, s.end_s, s.thumbnail_key, k.t_s, k.cosine
from scenes s left join lateral (
  select e.t_s, 1 - (l2_normalize(avg(e.vector))::halfvec({dim}) <=> %(vector)s::halfvec({dim})) as cosine
  from embeddings e
  where e.owner_id = %(owner)s and e.space_id = {space} and e.scene_id = s.id and e.vector is not null
  group by e.t_s) k on true
where s.owner_id = %(owner)s and s.video_id = %(video)s
order by s.index, k.t_s"""


def _baseline(row: Row) -> Baseline:
    vector = np.array(row["vector"], np.float32)
    return Baseline(
        id=row["id"],
        name=row["name"],
        space=row["space_id"],
        space_name=row["space_name"],
        vector=vector / np.linalg.norm(vector),
        pictures=row["pictures"],
        made_of=row["made_of"],
        made_at=row["made_at"].isoformat(timespec="seconds"),
    )


def kept_of(normal: Normal) -> dict[str, Any]:
    """What is kept about where a baseline comes from."""
    return {
        "videos": [str(video) for video in normal.videos],
        "scenes": [str(scene) for scene in normal.scenes],
        "from_s": normal.from_s or None,
        "to_s": normal.to_s if math.isfinite(normal.to_s) else None,
    }
