"""Words → terms of the lexical channel. Indexing and search use the same, so that they meet.

English words are stemmed, Korean ones give bigrams of their noun, scripts without spaces give bigrams.
Every function takes any string, takes time linear in its length and never raises.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from scenedex.embeddings.english import STOP_WORDS, english_stem
from scenedex.embeddings.korean import PARTICLES, bigrams, korean_terms, stem
from scenedex.embeddings.scripts import fold, runs, word_spans
from scenedex.types import DESCRIPTION_TF, TITLE_TF, SceneTerms

MAX_TERM = 64
"""Characters of a term: longer words are cut. A btree entry of PostgreSQL holds 2,704 bytes."""

MAX_QUERY_TERMS = 64
"""Terms of a query: each costs a look-up."""

MAX_LENGTH = 32_767
"""Tokens of a scene: the column is a smallint."""

PREFIX = "*"
"""The last character of a query term that stands for every term that begins like it."""

_BOUNDARY = re.compile(
    r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
)


class QueryWord(NamedTuple):
    """A word that is asked for."""

    terms: tuple[str, ...]
    enough: frozenset[str]  #: terms that each stand for the whole word: 떡볶 in a text may be 떡볶이

    def share(self, present: Container[str]) -> float:
        """How much of the word is among the terms of a text: 0 to 1."""
        if any(term in present for term in self.enough):
            return 1.0
        return sum(term in present for term in self.terms) / len(self.terms)


def terms(text: str) -> list[str]:
    """The terms of a text, in order, with repetitions: "Cars, 떡볶이를!" → car, 떡볶, 볶이, 떡볶이."""
    return [term for start, end in word_spans(text) for term in word_terms(text[start:end])]


@lru_cache(maxsize=65_536)
def word_terms(word: str) -> tuple[str, ...]:
    """The terms of one word as `word_spans` finds it."""
    folded = fold(word)
    return tuple(term for kind, run in runs(folded) for term in _indexed(kind, run, folded))


def query_terms(text: str) -> list[str]:
    """The terms to look up, each once, at most MAX_QUERY_TERMS: those of `query_words`."""
    return list(dict.fromkeys(term for word in query_words(text) for term in word.terms))[:MAX_QUERY_TERMS]


def query_words(text: str) -> list[QueryWord]:
    """The words of a query, each once, in order.

    Stop words are left out when anything else remains. A word of one syllable or one ideograph becomes a
    prefix term, which ends in `*`: "비" → "비*".
    """
    found: dict[QueryWord, bool] = {}
    for start, end in word_spans(text):
        word = fold(text[start:end])
        for kind, run in runs(word):
            asked = tuple(dict.fromkeys(_asked(kind, run, word)))
            if asked:
                alone = stem(stem(run)) if kind == "hangul" else ""
                enough = frozenset({*asked[-1:], alone}) if len(alone) > 1 else frozenset[str]()
                found.setdefault(QueryWord(asked, enough), kind == "spaced" and run in STOP_WORDS)
    telling = [word for word, stop in found.items() if not stop]
    return telling or list(found)


def scene_terms(
    captions: Sequence[str], titles: Sequence[str], description: Sequence[str] = ()
) -> SceneTerms:
    """What the lexical channel keeps of a scene.

    `captions` are the texts that touch it; a line that repeats another (the same track as SRT and as ASS)
    counts once. `titles` are titles and file names: their words count TITLE_TF and no length.
    Words of its `description` count DESCRIPTION_TF and no length.
    """
    lines = {" ".join(caption.casefold().split()): caption for caption in reversed(captions)}
    tf: Counter[str] = Counter()
    for caption in lines.values():
        tf.update(terms(caption))
    length = tf.total()
    weighted = {term: float(count) for term, count in sorted(tf.items())}
    for term in sorted({term for title in titles for term in title_terms(title)}):
        weighted[term] = weighted.get(term, 0.0) + TITLE_TF
    for term in sorted({term for text in description for term in terms(text)}):
        weighted[term] = weighted.get(term, 0.0) + DESCRIPTION_TF
    return SceneTerms(tf=weighted, length=min(length, MAX_LENGTH))


def title_terms(title: str) -> list[str]:
    """The terms of a file name, and of its parts: "BigBuckBunny2.mp4" → bigbuckbunny2, big, buck, …, mp4."""
    found: list[str] = []
    for start, end in word_spans(title):
        word = title[start:end]
        parts = _BOUNDARY.split(word)
        found += word_terms(word)
        # Short words stay whole (mp4, 4k, cam1); the many parts of a hash mean nothing.
        if len(word) > 4 and 1 < len(parts) <= 6:
            found += [term for part in parts for term in word_terms(part)]
    return found


def asked_for(term: str, asked: Container[str]) -> str | None:
    """Which term of a query a term of a text answers: itself, a prefix term, or none."""
    if term in asked:
        return term
    return term[:1] + PREFIX if term[:1] + PREFIX in asked else None


def _indexed(kind: str, run: str, word: str) -> Iterator[str]:
    if kind == "hangul":
        if run not in PARTICLES or len(run) == len(word):
            yield from (term[:MAX_TERM] for term in korean_terms(run))
    elif kind == "dense":
        yield from bigrams(run)
        if len(run) > 1:
            yield run[-1]  # so that each character begins a term, and a query of one finds it
    else:
        yield english_stem(run[:MAX_TERM])


def _asked(kind: str, run: str, word: str) -> Iterator[str]:
    if kind == "hangul" and len(run) == 1 == len(word):
        yield run + PREFIX
    elif kind == "dense":
        yield from bigrams(run) if len(run) > 1 else (run + PREFIX,)
    else:
        yield from _indexed(kind, run, word)
