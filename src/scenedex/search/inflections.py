"""An English word as it stands in a query → the base forms that it may have. Rules and irregular forms are data."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from scenedex.search.words import table

_DOUBLED = re.compile(r"([bdgklmnprtvz])\1$")


@cache
def _endings() -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        part: tuple((ending, base) for ending, _, base in (rule.partition(" ") for rule in rules))
        for part, rules in table("english_forms")["endings"].items()
    }


@cache
def _irregular() -> dict[str, dict[str, str]]:
    return {
        part: dict(pair.split() for pair in " ".join(pairs.split()).strip("; ").split("; "))
        for part, pairs in table("english_forms")["irregular"].items()
    }


@lru_cache(maxsize=16_384)
def bases(word: str) -> tuple[tuple[str, str], ...]:
    """What a folded word may be a form of: (`noun` | `verb` | `adjective`, base form), likely ones first.

    "driving" → ("verb", "driv"), ("verb", "drive"): whoever looks them up finds the one that is a word.
    """
    return tuple(dict.fromkeys(_bases(word)))


def _bases(word: str) -> Iterator[tuple[str, str]]:
    for part, rules in _endings().items():
        if base := _irregular().get(part, {}).get(word):
            yield part, base
            continue
        for ending, instead in rules:
            if not word.endswith(ending) or len(word) < len(ending) + 2:
                continue
            base = word[: -len(ending)] + instead
            yield part, base
            if not instead and ending[0] != "s" and _DOUBLED.search(base):
                yield part, base[:-1]
