"""Every scene in which something looks like one of several crops: one statement for the whole answer.

Exact where few vectors are in scope: each is read once, whatever the number of crops. Else HNSW gives the nearest of
each crop, more of them as long as all that it gives are near enough.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL, Composed, Literal

from scenedex.store.channels import settings_for
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import text_to_path
from scenedex.store.reach import EXACT_UP_TO, Reach, reach_of
from scenedex.store.scope import Scope, scope_of
from scenedex.store.spaces import check_vector
from scenedex.types import Filters, Space, Vector, VectorQuery

MOST_SCENES = 5_000
"""Scenes that an answer is made of; of more the likest."""

COHORT = 2_000
"""Vectors of a library that a crop is compared with to learn what cosine chance gives."""

NEAREST = 1_000
"""Vectors that HNSW is asked for first, for each crop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """What is looked for, and what a cosine with it means: (cosine - even) / scale are log odds."""

    vector: Vector
    even: float
    scale: float  #: > 0
    least: float  #: lowest log odds that count
    cut_from: "CutFrom | None" = (
        None  #: where it was cut out of: there it is to be seen, whatever a model says
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFrom:
    """A rectangle of a picture of a video."""

    video_id: UUID
    t_s: float
    box: tuple[float, float, float, float] | None  #: None: all of the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIn:
    """The likest part of one scene."""

    video_id: UUID
    video: str  #: file name
    path: str | None  #: None when the video is offline
    scene_id: UUID
    index: int
    start_s: float
    end_s: float
    thumbnail_key: str | None
    t_s: float  #: of the keyframe
    region: int
    box: tuple[float, float, float, float] | None  #: None: the whole picture
    crop: int  #: number of the crop that it looks like most
    cosine: float
    odds: float  #: log odds


def scenes_like(
    tx: Transaction,
    space: Space,
    crops: Sequence[Crop],
    filters: Filters,
    *,
    exact_up_to: int = EXACT_UP_TO,
) -> list[SeenIn]:
    """The scenes with something at least as like one of the crops as that says, by video (the newest first) and time.

    Raises UsageError for a vector that is no unit vector of the space, and for filters that make no sense.
    """
    if not crops:
        return []
    queries = [VectorQuery(channel="anchor", space=space, vector=crop.vector) for crop in crops]
    for query in queries:
        check_vector(query)
    scope = scope_of(filters)
    reach = reach_of(tx, queries, scope, NEAREST, exact_up_to)
    by_index = reach.hnsw[0]
    if not by_index:
        return [_seen(row) for row in _run(tx, crops, space, scope, None)]
    rows = NEAREST
    while True:
        reach = Reach(k=rows, rows=(rows,), hnsw=(True,), by_key=(False,), lazy=True)
        with tx.reading(settings_for(reach)):
            found = _run(tx, crops, space, scope, rows)
        # where all that came were near enough there may be more
        if rows >= 16 * NEAREST or not any(row["full"] for row in found):
            return [_seen(row) for row in found]
        rows *= 4


def cosines_by_chance(
    tx: Transaction, space: Space, vector: Vector, without: Sequence[UUID]
) -> NDArray[np.float64]:
    """The cosines of a vector with those of a space, up to COHORT of them, as good as by chance; shape (n,).

    Scenes in `without` are left out. Ids of scenes are hashes: those that follow one another from a place drawn for
    each call are a random sample. Raises UsageError for a vector that is no unit vector of the space.
    """
    check_vector(VectorQuery(channel="anchor", space=space, vector=vector))
    (row,) = tx.execute(
        SQL(COSINES).format(space=Literal(space.id), dim=Literal(space.dim)),
        {"vector": vector, "from": uuid4(), "without": list(without), "count": COHORT},
    )
    return np.array(row["cosines"], np.float64)


def videos_without(tx: Transaction, space: Space, beside: Space) -> int:
    """How many videos have vectors in the space `beside` and none in this one."""
    rows = tx.execute(
        """select count(*) as n from videos where owner_id = %(owner)s
          and (vectors->>%(beside)s::text)::bigint > 0 and coalesce((vectors->>%(space)s::text)::bigint, 0) = 0""",
        {"space": space.id, "beside": beside.id},
    )
    return int(rows[0]["n"])


def scene_at(tx: Transaction, video_id: UUID, t_s: float) -> UUID | None:
    """The scene of a video that holds this time."""
    rows = tx.execute(
        """select id from scenes where owner_id = %(owner)s and video_id = %(video)s and start_s <= %(t)s
        order by start_s desc limit 1""",
        {"video": video_id, "t": t_s},
    )
    return rows[0]["id"] if rows else None


def _run(tx: Transaction, crops: Sequence[Crop], space: Space, scope: Scope, rows: int | None) -> list[Row]:
    """`rows`: nearest vectors of each crop, by HNSW; None: all are compared."""
    params: dict[str, Any] = {**scope.params, "most": MOST_SCENES}
    asked: list[Composed] = []
    for number, crop in enumerate(crops):
        params[f"v{number}"] = crop.vector
        params |= {f"even{number}": crop.even, f"scale{number}": crop.scale, f"least{number}": crop.least}
        asked.append(SQL(ASKED).format(n=SQL(str(number)), dim=Literal(space.dim)))
    parts: dict[str, Any] = {
        "dim": Literal(space.dim),
        "space": Literal(space.id),
        "inside": scope.inside(),
        "passes": scope.passes(),
        "rows": Literal(rows or 0),
    }
    own = [(n, crop.cut_from) for n, crop in enumerate(crops) if crop.cut_from is not None]
    params |= {
        "own": [n for n, _ in own],
        "own_videos": [cut.video_id for _, cut in own],
        "own_times": [cut.t_s for _, cut in own],
        "own_boxes": [json.dumps(cut.box) for _, cut in own],
    }
    steps: list[Composed] = [*scope.listed(), SQL("asked(n, v, even, scale, least) as materialized (values {})").format(
        SQL(", ").join(asked)
    )]  # fmt: skip
    if rows is None:
        steps.append(SQL(EXACT).format(**parts))
    else:
        steps += [SQL(NEAR).format(**parts, n=SQL(str(number))) for number in range(len(crops))]
        steps.append(
            SQL("near as materialized ({})").format(
                SQL(" union all ").join(
                    SQL("select * from near{n}").format(n=SQL(str(number))) for number in range(len(crops))
                )
            )
        )
    return tx.execute(SQL("with ") + SQL(",\n").join(steps) + SQL(ANSWER).format(**parts), params)


def _seen(row: Row) -> SeenIn:
    path = text_to_path(row["path"]) if row["path"] is not None else None
    return SeenIn(
        video_id=row["video_id"],
        video=row["name"] or (path.rpartition("/")[2] if path else row["title"]),
        path=None if row["missing"] else path,
        scene_id=row["scene_id"],
        index=row["index"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        thumbnail_key=row["thumbnail_key"],
        t_s=row["t_s"],
        region=row["region"],
        box=tuple(row["box"]) if row["box"] else None,
        crop=row["n"],
        cosine=row["cosine"],
        odds=row["odds"],
    )


COSINES = """
select coalesce(array_agg(c), '{{}}') as cosines from (
  (select 1 - (vector::halfvec({dim}) <=> %(vector)s::halfvec({dim})) as c from embeddings
   where owner_id = %(owner)s and space_id = {space} and scene_id >= %(from)s and vector is not null
     and scene_id <> all(%(without)s)
   order by scene_id limit %(count)s)
  union all
  (select 1 - (vector::halfvec({dim}) <=> %(vector)s::halfvec({dim})) from embeddings
   where owner_id = %(owner)s and space_id = {space} and scene_id < %(from)s and vector is not null
     and scene_id <> all(%(without)s)
   order by scene_id limit %(count)s)
  limit %(count)s) cohort"""

ASKED = "({n}, %(v{n})s::halfvec({dim}), %(even{n})s::float8, %(scale{n})s::float8, %(least{n})s::float8)"

# every vector in scope is read once and compared with all crops; `offset 0` keeps the crops on the inner side
EXACT = """near as materialized (
  select e.scene_id, e.ordinal, e.t_s, e.region, e.metadata->'box' as box, a.n, a.cosine, a.odds, 0::bigint as rank
  from embeddings e, lateral (
    select n, cosine, odds from (
      select n, cosine, (cosine - even) / scale as odds, least
      from (select n, 1 - (e.vector::halfvec({dim}) <=> v) as cosine, even, scale, least from asked offset 0) c) o
    where odds >= least order by odds desc limit 1) a
  where e.owner_id = %(owner)s and e.space_id = {space} and e.vector is not null{inside})"""

NEAR = """nearest{n} as materialized (
  select scene_id, ordinal, t_s, region, metadata->'box' as box,
    vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) as d
  from embeddings where owner_id = %(owner)s and space_id = {space} and vector is not null{passes}
  order by vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) limit {rows}),
near{n} as materialized (
  select scene_id, ordinal, t_s, region, box, {n} as n, 1 - d as cosine, (1 - d - even) / scale as odds,
    row_number() over (order by d) as rank
  from nearest{n} join asked on asked.n = {n} where (1 - d - even) / scale >= least)"""

ANSWER = """,
own as materialized (
  select s.scene_id, -1::smallint as ordinal, x.t_s, 0::smallint as region, nullif(x.box, 'null') as box, x.n,
    1::float8 as cosine, (1 - asked.even) / asked.scale as odds, 0::bigint as rank
  from unnest(%(own)s::int[], %(own_videos)s::uuid[], %(own_times)s::float8[], %(own_boxes)s::jsonb[])
      as x(n, video_id, t_s, box)
    join asked on asked.n = x.n, lateral (
    select id as scene_id from scenes
    where owner_id = %(owner)s and video_id = x.video_id and start_s <= x.t_s
    order by start_s desc limit 1) s
  where true{inside}),
seen as (select * from near union all select * from own),
best as materialized (
  select * from (select distinct on (scene_id) * from seen order by scene_id, odds desc, ordinal, n) one
  order by odds desc, scene_id limit %(most)s)
select s.video_id, s.index, s.start_s, s.end_s, s.thumbnail_key, b.scene_id, b.t_s, b.region,
  case when b.box is not null then array(select jsonb_array_elements_text(b.box)::float8) end as box, b.n, b.cosine,
  b.odds, (select max(rank) >= {rows} and {rows} > 0 from near) as full, v.title, f.path, f.missing, f.name
from best b join scenes s on s.id = b.scene_id and s.owner_id = %(owner)s
join videos v on v.owner_id = s.owner_id and v.id = s.video_id
left join lateral (
  select path, missing, name from files
  where owner_id = s.owner_id and video_id = s.video_id order by missing, seen_at desc, path limit 1) f on true
where v.owner_id = %(owner)s
order by v.added_at desc, v.id, s.index"""
