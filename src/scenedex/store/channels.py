"""All channels of a search in one statement.

A page asked for is a page filled: filters stand inside of every channel, and where the walk through an HNSW index gives
up early, the rest is compared one by one. Every operator that an index has to serve is leakproof:
row-level security does not cost the index.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Literal

from scenedex.store.bm25 import BEST as LEXICAL_BEST
from scenedex.store.bm25 import Terms, ranked
from scenedex.store.database import Transaction
from scenedex.store.reach import EXACT_UP_TO, Reach, reach_in, sizes_of
from scenedex.store.scope import Scope, scope_of
from scenedex.store.sizes import Size
from scenedex.store.spaces import check_vector
from scenedex.types import Channel, ChannelRow, Filters, VectorQuery

MIN_EF_SEARCH = 200
"""With pgvector's 40, two of the ten nearest of 400,000 are missed (`benchmarks/tenants.py`), with 100 0.7; with this
none. Among 2,000,000 that holds for vectors like those that are there; where words look for pictures, 1.7 are missed
(`benchmarks/million.py`), and with 800 0.6."""

SHARED_EF_SEARCH = 400
"""Where several channels walk, all do with the same. One that has to gather more goes on from where its walk ended
(`hnsw.iterative_scan`), as far as it needs: its farther scenes are less sure, and the others do not pay for them."""


_Found = tuple[Any, ...]
"""Number of the vector (-1: words), scene, raw, t_s, vectors looked at, and the bits of said, titled, described."""


def search_channels(  # noqa: PLR0913 (what is asked, of what, how much)
    tx: Transaction,
    *,
    terms: Sequence[str],
    vectors: Sequence[VectorQuery],
    filters: Filters,
    k: int,
    also: Sequence[str] = (),
    exclude: Sequence[UUID] = (),
    exact_up_to: int = EXACT_UP_TO,
    sizes: Mapping[int, Size] | None = None,
) -> list[ChannelRow]:
    """The best `k` scenes of each channel, best first, one row a scene (its best vector); filters are kept inside.

    `terms` is the lexical channel's question (each counted once; `비*` means all terms that begin so; at most 64);
    without terms there is no lexical channel. Of `also` a row says whether the scene has it, and it counts nothing: its
    bits come after those of `terms`. Scenes in `exclude` are left out. A channel gives fewer than `k` scenes
    only where no more are in scope. `sizes`: of the spaces without filters, where they are known already.

    Raises UsageError for a vector that is no unit vector of its space, and for filters that make no sense; StoreError
    where the statement fails: the transaction goes on then.
    """
    for query in vectors:
        check_vector(query)
    scope = scope_of(filters, exclude)
    if k < 1 or not (terms or vectors):
        return []
    if sizes is None or scope or any(query.space.id not in sizes for query in vectors):
        sizes = sizes_of(tx, vectors, scope, exact_up_to)
    reach = reach_in(sizes, vectors, scope, k, exact_up_to)
    while True:
        found = _run(tx, Terms(terms, also), vectors, scope, reach)
        # scenes with many vectors near the query may have taken up all rows: then ask for more
        short = [
            n for n, limit in enumerate(reach.rows) if _scenes(found, n) < k and _seen(found, n) >= limit
        ]
        if not short:
            break
        reach = reach.further(short)
    names: dict[int, tuple[Channel, int]] = {-1: ("lexical", 0)}
    names |= {number: (query.channel, query.space.id) for number, query in enumerate(vectors)}
    rows = []
    for number, scene, raw, t_s, _, said, titled, described in found:
        channel, space = names[number]
        rows.append(ChannelRow(channel, scene, raw, t_s, space, said, titled, described))
    return rows


def _scenes(found: Sequence[_Found], number: int) -> int:
    return sum(row[0] == number for row in found)


def _seen(found: Sequence[_Found], number: int) -> int:
    """Vectors that were looked at for this channel."""
    return next((row[4] for row in found if row[0] == number), 0)


def _run(
    tx: Transaction, terms: Terms, vectors: Sequence[VectorQuery], scope: Scope, reach: Reach
) -> list[_Found]:
    query, params = statement(terms, vectors, scope, reach)
    # where nothing narrows the search, all that counts is decided here: one plan does for all owners
    with tx.reading(settings_for(reach, keep_plan=not scope)):
        found: list[_Found] = tx.tuples(query, params)
    return found


def settings_for(reach: Reach, *, keep_plan: bool = False) -> SQL:
    """What `Transaction.reading` has to set for a statement that looks so far; nothing where HNSW takes no part.

    `keep_plan`: it is planned once and not each time, where HNSW alone takes part.
    """
    if not any(reach.hnsw):
        return SQL("")
    walked = [reach.gathered(number) for number, wanted in enumerate(reach.hnsw) if wanted]
    shared = [each for each in walked if each <= SHARED_EF_SEARCH] if len(walked) > 1 else walked
    ef = max([MIN_EF_SEARCH, *shared])
    # without sorting, so that the planner does not sort where HNSW was decided on
    kept = "; set local plan_cache_mode = force_generic_plan" if keep_plan and all(reach.hnsw) else ""
    return SQL(f"set local hnsw.ef_search = {ef}; set local enable_sort = off{kept}")


class Shape(NamedTuple):
    """All of a statement but its parameters."""

    listed: str
    inside: str
    passes: str
    excluded: str
    spaces: tuple[tuple[int, int], ...]  #: id and dimension
    reach: Reach
    words: bool


def statement(
    terms: Terms, vectors: Sequence[VectorQuery], scope: Scope, reach: Reach
) -> tuple[SQL, dict[str, Any]]:
    """The statement, and its parameters but `owner`."""
    params: dict[str, Any] = {**scope.params, "k": reach.k}
    params |= {f"v{number}": query.vector for number, query in enumerate(vectors)}
    if terms.scored:
        params |= terms.params()
    shape = Shape(
        listed=SQL(",\n").join(scope.listed()).as_string(),
        inside=scope.inside().as_string(),
        passes=scope.passes().as_string(),
        excluded=scope.excluded.as_string(),
        spaces=tuple((query.space.id, query.space.dim) for query in vectors),
        reach=reach,
        words=bool(terms.scored),
    )
    return _composed(shape), params


@lru_cache(maxsize=256)
def _composed(shape: Shape) -> SQL:
    """The statement: most searches of a library have one shape."""
    reach, inside, passes = shape.reach, SQL(shape.inside), SQL(shape.passes)
    steps = [SQL(shape.listed)] if shape.listed else []
    answers: list[SQL] = []
    for number, ((space, dim), limit) in enumerate(zip(shape.spaces, reach.rows, strict=True)):
        form = HNSW if reach.hnsw[number] else BY_KEY if reach.by_key[number] else EXACT
        parts = {
            "n": SQL(str(number)),
            "dim": Literal(dim),
            "space": Literal(space),
            "rows": Literal(limit),
            "inside": inside,
            "passes": passes,
            "excluded": SQL(shape.excluded),
        }
        steps.append(SQL(SQL(form).format(**parts).as_string()))
        answers.append(SQL(SQL(BEST).format(**parts).as_string()))
    if shape.words:
        first, last = (SQL(""), passes) if reach.lazy else (inside, SQL(""))
        steps.append(ranked(inside=first, passes=last))
        answers.append(SQL(LEXICAL_BEST))
    whole = SQL("with ") + SQL(",\n").join(steps) + SQL("\n") + SQL("\nunion all\n").join(answers)
    return SQL(whole.as_string())


# `+ 0`: not the expression of the index, so every vector in scope is compared
EXACT = """dense{n} as materialized (
  select scene_id, t_s, (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{inside}
  order by (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 limit {rows})"""

# few scenes are in scope, so their vectors are looked up; `offset 0` leaves the planner no other way
BY_KEY = """dense{n} as materialized (
  select scene_id, t_s, d from scope, lateral (
    select scene_id, t_s, vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) as d from embeddings
    where owner_id = %(owner)s and space_id = {space} and scene_id = scope.id and vector is not null{excluded}
    offset 0) as own
  order by d limit {rows})"""

# nothing but the distance may stand in ORDER BY; `more` runs only where the index walk gave up before the page was full
HNSW = """ann{n} as materialized (
  select scene_id, t_s, vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{passes}
  order by vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim}) limit {rows}),
more{n} as materialized (
  select scene_id, t_s, (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 as d from embeddings
  where owner_id = %(owner)s and space_id = {space} and vector is not null{inside}
    and (select count(*) from ann{n}) < {rows}
  order by (vector::halfvec({dim}) <=> %(v{n})s::halfvec({dim})) + 0 limit {rows}),
dense{n} as materialized (
  select * from more{n} union all select * from ann{n} where not exists (select from more{n}))"""

BEST = """(select {n} as number, scene_id, 1 - d as raw, t_s, (select count(*) from dense{n}) as seen,
    0::bigint as said, 0::bigint as titled, 0::bigint as described
  from (select distinct on (scene_id) * from dense{n} order by scene_id, d) one
  order by d, scene_id limit %(k)s)"""
