"""BM25 over posting rows: document frequencies, N and mean length are counted on the fly, so there are no statistics
to keep up. A row also tells which terms its scene has, and where they are from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.sql import SQL, Literal

from scenedex.store.encoding import term
from scenedex.types import DESCRIPTION_TF, TITLE_TF

K1, B = 1.5, 0.75  #: of BM25, in the variant of Lucene: Robertson, Zaragoza (2009), section 3
BITS = 64  #: of a bigint: so many terms can be told apart


class Terms(NamedTuple):
    """What is looked for among the words of scenes."""

    scored: Sequence[str]
    told: Sequence[str] = ()  #: a row says whether the scene has them, and they count nothing

    def params(self) -> dict[str, list[Any]]:
        """What the statement is given: the words, whether they count, and the bit that stands for each."""
        words: dict[str, int] = {}
        starts: dict[str, int] = {}
        for number, word in enumerate([*self.scored, *self.told][:BITS]):
            kind, text = (starts, term(word[:-1])) if word.endswith("*") else (words, term(word))
            kind[text] = kind.get(text, 0) | 1 << number
        for kind in (words, starts):
            kind.pop("", None)
        scored = {term(word) for word in self.scored}
        return {
            "terms": list(words),
            "counting": [float(word in scored) for word in words],
            "term_bits": [_signed(bits) for bits in words.values()],
            "starts": list(starts),
            "ends": [after(word) for word in starts],
            "start_bits": [_signed(bits) for bits in starts.values()],
        }


def ranked(*, inside: SQL, passes: SQL) -> SQL:
    """Common table expressions, the last `lexical`: scenes, best first, with the bits of the terms that they have."""
    parts = {"inside": inside, "passes": passes, "k1": Literal(K1), "b": Literal(B), **FROM}
    return SQL(SQL(LEXICAL).format(**parts).as_string())


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

BEST = (
    "(select -1 as number, scene_id, s as raw, null::float8 as t_s, 0 as seen, said, titled, described"
    " from lexical order by s desc, scene_id)"
)
