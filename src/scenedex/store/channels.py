"""All channels of a search in one statement.

A page asked for is a page filled: filters stand inside of every channel, and where the walk through an HNSW index gives
up early, the rest is compared one by one. BM25 reads posting rows; its document frequencies, N and mean length are
counted on the fly, so there are no statistics to keep up. Every operator that an index has to serve is leakproof:
row-level security does not cost the index.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composed, Literal

from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import term
from scenedex.store.reach import EXACT_UP_TO, Reach, reach_of
from scenedex.store.scope import Scope, scope_of
from scenedex.store.spaces import check_vector
from scenedex.types import DESCRIPTION_TF, TITLE_TF, ChannelRow, Filters, VectorQuery

MIN_EF_SEARCH = 100
"""With pgvector's 40, two of the ten nearest of 400,000 are missed (`benchmarks/tenants.py`); with this none."""

MAX_EF_SEARCH = 1000  #: pgvector's limit
K1, B = 1.5, 0.75  #: of BM25, in the variant of Lucene: Robertson, Zaragoza (2009), section 3
BITS = 64  #: of a bigint: so many terms can be told apart


class Terms(NamedTuple):
    """What is looked for among the words of scenes."""

    scored: Sequence[str]
    told: Sequence[str] = ()  #: a row says whether the scene has them, and they count nothing


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
) -> list[ChannelRow]:
    """The best `k` scenes of each channel, best first, one row a scene (its best vector); filters are kept inside.

    `terms` is the lexical channel's question (each counted once; `비*` means all terms that begin so; at most 64);
    without terms there is no lexical channel. Of `also` a row says whether the scene has it, and it counts nothing: its
    bits come after those of `terms`. Scenes in `exclude` are left out. A channel gives fewer than `k` scenes
    only where no more are in scope.

    Raises UsageError for a vector that is no unit vector of its space, and for filters that make no sense.
    """
    for query in vectors:
        check_vector(query)
    scope = scope_of(filters, exclude)
    if k < 1 or not (terms or vectors):
        return []
    reach = reach_of(tx, vectors, scope, k, exact_up_to)
    while True:
        found = _run(tx, Terms(terms, also), vectors, scope, reach)
        # scenes with many vectors near the query may have taken up all rows: then ask for more
        short = [
            n for n, limit in enumerate(reach.rows) if _scenes(found, n) < k and _seen(found, n) >= limit
        ]
        if not short:
            break
        reach = reach.further(short)
    channels = [query.channel for query in vectors]
    return [
        ChannelRow(
            channel=channels[row["number"]] if row["number"] >= 0 else "lexical",
            scene_id=row["scene_id"],
            raw=row["raw"],
            t_s=row["t_s"],
            space_id=vectors[row["number"]].space.id if row["number"] >= 0 else 0,
            said=row["said"],
            titled=row["titled"],
            described=row["described"],
        )
        for row in found
    ]


def _scenes(found: Sequence[Row], number: int) -> int:
    return sum(row["number"] == number for row in found)


def _seen(found: Sequence[Row], number: int) -> int:
    """Vectors that were looked at for this channel."""
    return next((row["seen"] for row in found if row["number"] == number), 0)


def _run(
    tx: Transaction, terms: Terms, vectors: Sequence[VectorQuery], scope: Scope, reach: Reach
) -> list[Row]:
    query, params = statement(terms, vectors, scope, reach)
    prepare(tx, reach)
    found = tx.execute(query, params)
    if any(reach.hnsw):
        tx.execute("set local enable_sort = on")
    return found


def prepare(tx: Transaction, reach: Reach) -> None:
    """Set what HNSW needs for the rest of the transaction."""
    if any(reach.hnsw):
        most = max(limit for limit, wanted in zip(reach.rows, reach.hnsw, strict=True) if wanted)
        ef = min(max(most, MIN_EF_SEARCH), MAX_EF_SEARCH)
        tx.execute(SQL("set local hnsw.ef_search = {}").format(Literal(ef)))
        # so that the planner does not sort where HNSW was decided on
        tx.execute("set local enable_sort = off")


def statement(
    terms: Terms, vectors: Sequence[VectorQuery], scope: Scope, reach: Reach
) -> tuple[Composed, dict[str, Any]]:
    """The statement, and its parameters but `owner`."""
    params: dict[str, Any] = {**scope.params, "k": reach.k}
    inside, passes = scope.inside(), scope.passes()
    steps: list[SQL | Composed] = [*scope.listed()]
    answers: list[SQL | Composed] = []
    for number, (query, limit) in enumerate(zip(vectors, reach.rows, strict=True)):
        form = HNSW if reach.hnsw[number] else BY_KEY if reach.by_key[number] else EXACT
        params[f"v{number}"] = query.vector
        parts = {
            "n": SQL(str(number)),
            "dim": Literal(query.space.dim),
            "space": Literal(query.space.id),
            "rows": Literal(limit),
            "inside": inside,
            "passes": passes,
            "excluded": scope.excluded,
        }
        steps.append(SQL(form).format(**parts))
        answers.append(SQL(BEST).format(**parts))
    if terms.scored:
        params |= _words(terms)
        first, last = (SQL(""), passes) if reach.lazy else (inside, SQL(""))
        steps.append(SQL(LEXICAL).format(inside=first, passes=last, k1=Literal(K1), b=Literal(B), **FROM))
        answers.append(SQL(LEXICAL_BEST))
    return SQL("with ") + SQL(",\n").join(steps) + SQL("\n") + SQL("\nunion all\n").join(answers), params


def _words(terms: Terms) -> dict[str, list[Any]]:
    words: dict[str, int] = {}
    starts: dict[str, int] = {}
    for number, word in enumerate([*terms.scored, *terms.told][:BITS]):
        kind, text = (starts, term(word[:-1])) if word.endswith("*") else (words, term(word))
        kind[text] = kind.get(text, 0) | 1 << number
    for kind in (words, starts):
        kind.pop("", None)
    scored = {term(word) for word in terms.scored}
    return {
        "terms": list(words),
        "counting": [float(word in scored) for word in words],
        "term_bits": [_signed(bits) for bits in words.values()],
        "starts": list(starts),
        "ends": [after(word) for word in starts],
        "start_bits": [_signed(bits) for bits in starts.values()],
    }


def _signed(bits: int) -> int:
    """The same 64 bits as a number that a bigint can hold."""
    return bits - (1 << BITS) if bits >> (BITS - 1) else bits


def after(prefix: str) -> str | None:
    """The first text that comes after every text with this prefix, by code point; None where there is none."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1]) + 1
        if code <= 0x10FFFF:
            return prefix[: end - 1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
    return None


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

TITLE, DESCRIPTION = round(100 * TITLE_TF), round(100 * DESCRIPTION_TF)

FROM = {
    "said": SQL("case when tf >= 1 then bits end"),
    "titled": SQL(
        "case when tf <> trunc(tf) and round(tf * 100)::int %% 100 in ({}, {}) then bits end"
    ).format(TITLE, TITLE + DESCRIPTION),
    "described": SQL(
        "case when tf <> trunc(tf) and round(tf * 100)::int %% 100 in ({}, {}) then bits end"
    ).format(DESCRIPTION, TITLE + DESCRIPTION),
}
"""Where a term is from, which its frequency tells: see `types.SceneTerms`."""

LEXICAL = """total as materialized (
  select sum(passages)::float8 as n, coalesce(sum(tokens)::float8 / nullif(sum(spoken), 0), 1) as mean
  from videos where owner_id = %(owner)s),
weight as materialized (
  select t.term, t.bits, t.counting * ln(1 + (n - df + 0.5) / (df + 0.5)) as idf,
    {k1} * (1 - {b}) as c0, {k1} * {b} / mean as c1
  from total, unnest(%(terms)s::text[], %(counting)s::float8[], %(term_bits)s::bigint[]) as t(term, counting, bits),
    lateral (select count(*) as df from postings p where p.owner_id = %(owner)s and p.term = t.term) x where df > 0),
scored as (
  select scene_id, idf * tf / (tf + c0 + c1 * len) as s, {said} as said, {titled} as titled, {described} as described
  from weight join postings using (term)
  where owner_id = %(owner)s{inside}
  union all
  select scene_id, ln(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + {k1} * (1 - {b}) + {k1} * {b} / mean * len),
    said, titled, described
  from total, unnest(%(starts)s::text[], %(ends)s::text[], %(start_bits)s::bigint[]) as t(low, high, bits), lateral (
    select scene_id, sum(tf) as tf, max(len) as len, bit_or({said}) as said, bit_or({titled}) as titled,
      bit_or({described}) as described, count(*) over () as df
    from postings p where p.owner_id = %(owner)s and p.term >= t.low and p.term < t.high group by scene_id) x
  where true{inside}),
ranked as (
  select scene_id, sum(s) as s, coalesce(bit_or(said), 0) as said, coalesce(bit_or(titled), 0) as titled,
    coalesce(bit_or(described), 0) as described
  from scored group by scene_id order by s desc, scene_id offset 0),
lexical as materialized (
  select * from ranked where true{passes} order by s desc, scene_id limit %(k)s)"""

LEXICAL_BEST = (
    "(select -1 as number, scene_id, s as raw, null::float8 as t_s, 0 as seen, said, titled, described"
    " from lexical order by s desc, scene_id)"
)
