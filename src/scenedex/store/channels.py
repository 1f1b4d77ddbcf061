"""All channels of a search in one statement.

The code decides how vectors are searched, not the planner, which likes HNSW too much for owners who have a small
part of a partition: then it walks far and finds little. The scope (the owner's vectors, after filters) is known from
sums kept with the videos. BM25 reads posting rows; its document frequencies, N and mean length are counted on the fly,
so there are no statistics to keep up. Every operator here is leakproof: row-level security does not cost the index.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg.sql import SQL, Composed, Literal

from scenedex.errors import UsageError
from scenedex.store.database import Transaction
from scenedex.store.encoding import term
from scenedex.store.spaces import partition
from scenedex.types import ChannelRow, Filters, VectorQuery

EXACT_UP_TO = 50_000
"""Vectors in scope that are compared one by one (about 1.2 µs each on one core). More are left to HNSW."""

HNSW_SHARE = 0.2
"""Part of the partition that the scope must be for HNSW to find enough of it."""

MAX_EF_SEARCH = 1000  #: pgvector's limit
K1, B = 1.5, 0.75  #: of BM25, in the variant of Lucene: Robertson, Zaragoza (2009), section 3


def search_channels(
    tx: Transaction,
    *,
    terms: Sequence[str],
    vectors: Sequence[VectorQuery],
    filters: Filters,
    k: int,
    exact_up_to: int = EXACT_UP_TO,
) -> list[ChannelRow]:
    """The best `k` scenes of each channel, best first, one row a scene (its best vector); filters are kept inside.

    `terms` is the lexical channel's question (each counted once; `비*` means all terms that begin so); without terms
    there is no lexical channel. A channel gives fewer than `k` scenes only where no more are in scope.

    Raises UsageError for a vector that is no unit vector of its space.
    """
    for query in vectors:
        if query.vector.shape != (query.space.dim,) or not 0 < float(np.linalg.norm(query.vector)) < math.inf:
            raise UsageError(
                f"A query vector of {query.space.name} has {query.space.dim} finite numbers, not all zero."
            )
    if k < 1 or not (terms or vectors):
        return []
    sizes = _sizes(tx, vectors, filters)
    rows = [max(k, math.ceil(2 * k * sizes[query.space.id]["per_scene"])) for query in vectors]
    hnsw = [_wants_hnsw(sizes[query.space.id], exact_up_to) for query in vectors]
    while True:
        found = _run(tx, terms, vectors, filters, (k, rows, hnsw))
        # scenes with many vectors near the query may have taken up all rows: then ask for more
        short = [i for i, limit in enumerate(rows) if _scenes(found, i) < k and _seen(found, i) >= limit]
        if not short:
            break
        for number in short:
            rows[number] *= 4
    channels = [query.channel for query in vectors]
    return [
        ChannelRow(
            channel=channels[row["number"]] if row["number"] >= 0 else "lexical",
            scene_id=row["scene_id"],
            raw=row["raw"],
            t_s=row["t_s"],
            space_id=vectors[row["number"]].space.id if row["number"] >= 0 else 0,
        )
        for row in found
    ]


def _scenes(found: Sequence[dict[str, Any]], number: int) -> int:
    return sum(row["number"] == number for row in found)


def _seen(found: Sequence[dict[str, Any]], number: int) -> int:
    """Vectors that were looked at for this channel."""
    return next((row["seen"] for row in found if row["number"] == number), 0)


def _wants_hnsw(size: dict[str, Any], exact_up_to: int) -> bool:
    return bool(size["scope"] > exact_up_to and size["scope"] >= HNSW_SHARE * size["total"])


def _sizes(tx: Transaction, vectors: Sequence[VectorQuery], filters: Filters) -> dict[int, dict[str, Any]]:
    """Space id → scope (vectors), per_scene (mean), total (vectors of all owners, about; -1 for unknown)."""
    rows = tx.execute(
        """select s.id, coalesce(o.scope, 0)::bigint as scope,
          coalesce(o.scope::float8 / nullif(o.scenes, 0), 1) as per_scene,
          coalesce((select reltuples from pg_class where oid = to_regclass(s.name)), -1)::float8 as total
        from unnest(%(ids)s::int[], %(names)s::text[]) as s(id, name), lateral (
          select sum((vectors->>s.id::text)::bigint) as scope, sum(scene_count) as scenes from videos
          where owner_id = %(owner)s and (%(videos)s::uuid[] is null or id = any(%(videos)s))) as o""",
        {
            "ids": [query.space.id for query in vectors],
            "names": [partition(query.space.id) for query in vectors],
            "videos": list(filters.video_ids) or None,
        },
    )
    return {row["id"]: row for row in rows}


def _run(
    tx: Transaction,
    terms: Sequence[str],
    vectors: Sequence[VectorQuery],
    filters: Filters,
    sizes: tuple[int, Sequence[int], Sequence[bool]],
) -> list[dict[str, Any]]:
    _, rows, hnsw = sizes
    query, params = statement(terms, vectors, filters, sizes)
    if any(hnsw):
        ef = min(max(limit for limit, wanted in zip(rows, hnsw, strict=True) if wanted), MAX_EF_SEARCH)
        tx.execute(SQL("set local hnsw.ef_search = {}").format(Literal(max(ef, 40))))
        tx.execute(
            "set local enable_sort = off"
        )  # so that the planner does not sort where HNSW was decided on
    found = tx.execute(query, params)
    if any(hnsw):
        tx.execute("set local enable_sort = on")
    return found


def statement(
    terms: Sequence[str],
    vectors: Sequence[VectorQuery],
    filters: Filters,
    sizes: tuple[int, Sequence[int], Sequence[bool]],
) -> tuple[Composed, dict[str, Any]]:
    """The statement, and its parameters but `owner`. `sizes`: k, and for each vector its rows, and HNSW or not."""
    k, rows, hnsw = sizes
    params: dict[str, Any] = {"videos": list(filters.video_ids), "k": k}
    inside = SQL(INSIDE if filters.video_ids else "")
    steps: list[SQL | Composed] = []
    answers: list[SQL | Composed] = []
    for number, (query, limit, wanted) in enumerate(zip(vectors, rows, hnsw, strict=True)):
        params[f"v{number}"] = query.vector
        parts = {
            "n": SQL(str(number)),
            "dim": Literal(query.space.dim),
            "space": Literal(query.space.id),
            "rows": Literal(limit),
            "inside": inside,
        }
        steps.append(SQL(HNSW if wanted else EXACT).format(**parts))
        answers.append(SQL(BEST).format(**parts))
    if terms:
        words = {term(word) for word in terms if not word.endswith("*")} - {""}
        starts = {term(word[:-1]) for word in terms if word.endswith("*")} - {""}
        params |= {
            "terms": sorted(words),
            "starts": sorted(starts),
            "ends": [after(word) for word in sorted(starts)],
        }
        steps.append(SQL(LEXICAL).format(inside=inside, k1=Literal(K1), b=Literal(B)))
        answers.append(SQL(LEXICAL_BEST))
    return SQL("with ") + SQL(",\n").join(steps) + SQL("\n") + SQL("\nunion all\n").join(answers), params


def after(prefix: str) -> str | None:
    """The first text that comes after every text with this prefix, by code point; None where there is none."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1]) + 1
        if code <= 0x10FFFF:
            return prefix[: end - 1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
    return None


INSIDE = """
    and scene_id in (select id from scenes where owner_id = %(owner)s and video_id = any(%(videos)s))"""

# `+ 0`: not the expression of the index, so every vector in scope is compared
EXACT = """dense{n} as materialized (
  select scene_id, t_s, (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{inside}
  order by (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 limit {rows})"""

# nothing but the distance may stand in ORDER BY; `more` runs only where the index walk gave up before the page was full
HNSW = """ann{n} as materialized (
  select scene_id, t_s, vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{inside}
  order by vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) limit {rows}),
more{n} as materialized (
  select scene_id, t_s, (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{inside}
    and (select count(*) from ann{n}) < {rows}
  order by (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 limit {rows}),
dense{n} as materialized (
  select * from more{n} union all select * from ann{n} where not exists (select from more{n}))"""

BEST = """(select {n} as number, scene_id, 1 - d as raw, t_s, (select count(*) from dense{n}) as seen
  from (select distinct on (scene_id) * from dense{n} order by scene_id, d) one
  order by d, scene_id limit %(k)s)"""

LEXICAL = """total as materialized (
  select sum(passages)::float8 as n, coalesce(sum(tokens)::float8 / nullif(sum(spoken), 0), 1) as mean
  from videos where owner_id = %(owner)s),
weight as materialized (
  select t.term, ln(1 + (n - df + 0.5) / (df + 0.5)) as idf, {k1} * (1 - {b}) as c0, {k1} * {b} / mean as c1
  from total, unnest(%(terms)s::text[]) as t(term),
    lateral (select count(*) as df from postings p where p.owner_id = %(owner)s and p.term = t.term) x where df > 0),
scored as (
  select scene_id, idf * tf / (tf + c0 + c1 * len) as s from weight join postings using (term)
  where owner_id = %(owner)s{inside}
  union all
  select scene_id, ln(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + {k1} * (1 - {b}) + {k1} * {b} / mean * len)
  from total, unnest(%(starts)s::text[], %(ends)s::text[]) as t(low, high), lateral (
    select scene_id, sum(tf) as tf, max(len) as len, count(*) over () as df from postings p
    where p.owner_id = %(owner)s and p.term >= t.low and p.term < t.high group by scene_id) x
  where true{inside}),
lexical as materialized (
  select scene_id, sum(s) as s from scored group by scene_id order by s desc, scene_id limit %(k)s)"""

LEXICAL_BEST = (
    "(select -1 as number, scene_id, s as raw, null::float8 as t_s, 0 as seen from lexical order by s desc)"
)
