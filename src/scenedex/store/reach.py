"""How far each channel looks, decided before the search: which vectors are compared one by one, which by HNSW.

The code decides, not the planner, which likes HNSW too much for owners who have a small part of a partition: then it
walks far and finds little. What is in scope is known from sums kept with the videos; what filters leave of the scenes
of these videos is estimated from a sample.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from psycopg.sql import SQL, Literal

from scenedex.store.database import Transaction
from scenedex.store.scope import Scope
from scenedex.store.sizes import Size
from scenedex.store.spaces import partition
from scenedex.types import VectorQuery

EXACT_UP_TO = 5_000
"""Vectors in scope that are compared one by one (about 1.2 µs each on one core). More are left to HNSW."""

SPARE = 1.25
"""Vectors that are looked at for each one that a scene has beyond its first, on the mean: some scenes have more."""

MORE_WALKED = 1.125
"""Vectors that HNSW gathers for each one that is asked for, beside those that are not in scope: a few that it gathers
are gone or come twice. Where one is missing it goes on for as many again, which takes as long as the first time: among
2,000,000, 2 % of them others', no walk of 150 for 225 did with 255, and four in five with 225."""

MAX_WALKED = 1000  #: pgvector's limit of `ef_search`

LAZY = 10
"""From so many times as many scenes in scope on, the lexical channel tests each as it comes, and lists none before."""

HNSW_SHARE = 0.2
"""Part of the partition that the scope must be for HNSW to find enough of it."""

BY_KEY_SHARE = 0.03
"""Part of the partition up to which the vectors of the scenes in scope are read one scene after the other, by key."""

SAMPLE = 500
"""Scenes from which the effect of filters is estimated. The ids of scenes are hashes: the first are a random sample."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search looks."""

    k: int  #: scenes wanted of each channel
    rows: tuple[int, ...]  #: nearest vectors to look at, for each vector asked
    hnsw: tuple[bool, ...]  #: by HNSW, for each vector asked
    by_key: tuple[bool, ...]  #: where not, scene by scene, for each vector asked
    lazy: bool  #: so many scenes are in scope that the lexical channel tests them as they come
    share: tuple[float, ...] = field(default=(), compare=False)
    """The part of its partition that is in scope, for each vector asked; all of it where nothing is said."""

    def further(self, numbers: Sequence[int]) -> "Reach":
        """The same with four times the rows for the vectors of these numbers."""
        rows = (limit * 4 if number in numbers else limit for number, limit in enumerate(self.rows))
        return replace(self, rows=tuple(rows))

    def gathered(self, number: int) -> int:
        """How many vectors of the partition HNSW gathers at once, so that this one has its rows: its `ef_search`."""
        share = self.share[number] if self.share else 1.0
        wanted = math.ceil(self.rows[number] * MORE_WALKED / max(share, HNSW_SHARE))
        return math.ceil(wanted / math.ceil(wanted / MAX_WALKED))


def reach_of(
    tx: Transaction, vectors: Sequence[VectorQuery], scope: Scope, k: int, exact_up_to: int = EXACT_UP_TO
) -> Reach:
    """Decide for a search; `exact_up_to` as EXACT_UP_TO."""
    return reach_in(sizes_of(tx, vectors, scope, exact_up_to), vectors, scope, k, exact_up_to)


def reach_in(
    sizes: Mapping[int, Size],
    vectors: Sequence[VectorQuery],
    scope: Scope,
    k: int,
    exact_up_to: int = EXACT_UP_TO,
) -> Reach:
    """The same where the sizes are known: those of this scope, by space id, and under 0 that of all scenes."""
    own = [sizes[query.space.id] for query in vectors]
    return Reach(
        k=k,
        rows=tuple(math.ceil(k * (1 + SPARE * max(size.per_scene - 1, 0.0))) for size in own),
        hnsw=tuple(size.vectors > exact_up_to and size.vectors >= HNSW_SHARE * size.total for size in own),
        by_key=tuple(bool(scope) and size.vectors < BY_KEY_SHARE * size.total for size in own),
        lazy=sizes[0].scenes > LAZY * exact_up_to,
        share=tuple(min(1.0, size.vectors / size.total) if size.total > 0 else 1.0 for size in own),
    )


def sizes_of(
    tx: Transaction, vectors: Sequence[VectorQuery], scope: Scope, exact_up_to: int
) -> dict[int, Size]:
    """How much is in scope, by space id; under 0 stands what holds for no space: the scenes."""
    sampled = bool(scope.of_scene.as_string())
    rows = tx.execute(
        SQL(SIZES).format(
            sample=SQL(SAMPLED).format(size=Literal(SAMPLE), video=scope.of_video, scene=scope.of_scene)
            if sampled
            else SQL(""),
            video=scope.of_video,
            part=SQL(PART if sampled else "1"),
        ),
        {
            **scope.params,
            "ids": [0, *(query.space.id for query in vectors)],
            "names": ["", *(partition(query.space.id) for query in vectors)],
            "exact_up_to": exact_up_to,
        },
    )
    return {row.pop("id"): Size(**row) for row in rows}


SIZES = """{sample}select ids.id, o.vectors * part as vectors, o.scenes * part as scenes,
  coalesce((select reltuples from pg_class where oid = to_regclass(ids.name)), -1)::float8 as total
from unnest(%(ids)s::int[], %(names)s::text[]) as ids(id, name), lateral (
  select coalesce(sum((v.vectors->>ids.id::text)::bigint), 0)::float8 as vectors,
    coalesce(sum(v.scene_count), 0)::float8 as scenes
  from videos v where v.owner_id = %(owner)s{video}) as o, lateral (select {part} as part offset 0) as p"""

# not run where all may be compared one by one whatever the filters leave
PART = """case when greatest(o.vectors, o.scenes) > %(exact_up_to)s
  then (select coalesce(avg(inside::int), 1) from sample)::float8 else 1 end"""

SAMPLED = """with sample as materialized (
  select (true{scene}) as inside
  from (select * from scenes where owner_id = %(owner)s order by id limit {size}) s
    join videos v on v.owner_id = s.owner_id and v.id = s.video_id
  where v.owner_id = %(owner)s{video})
"""
