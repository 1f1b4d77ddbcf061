"""The text of a query → what is looked for: words, terms, and the order they stand in."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from scenedex.embeddings.scripts import fold, runs, word_spans
from scenedex.embeddings.terms import QueryWord, query_terms, query_words
from scenedex.errors import UsageError

MAX_QUERY = 2_000
"""Characters of a query."""

_QUOTED = re.compile(
    '["\u201c\u201d\u201e]([^"\u201c\u201d\u201e]+)["\u201c\u201d]|«([^»]+)»|「([^」]+)」|『([^』]+)』'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query as the channels read it."""

    text: str
    words: tuple[QueryWord, ...]  #: empty when there is nothing but punctuation
    terms: tuple[str, ...]  #: all terms of the words
    also: tuple[str, ...]  #: terms that each stand for a whole word, and are no part of it
    line: str  #: the whole query as `sequence` writes it
    phrases: tuple[str, ...]  #: what stood in quotation marks, likewise


def read_question(text: str) -> Question:
    """Raises UsageError for a query that is blank or longer than MAX_QUERY."""
    if not text.strip():
        raise UsageError(
            "There is nothing to search for: the query is empty. Say what you remember of the scene."
        )
    if len(text) > MAX_QUERY:
        raise UsageError(
            f"The query has {len(text):,} characters, {MAX_QUERY:,} are allowed: a sentence or two find more."
        )
    quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
    terms = query_terms(text)
    words = list(_looked_up(query_words(text), frozenset(terms)))
    enough = dict.fromkeys(term for word in words for term in sorted(word.enough) if term not in terms)
    return Question(
        text=text,
        words=tuple(words),
        terms=tuple(terms),
        also=tuple(enough),
        line=sequence(text),
        phrases=tuple(phrase for phrase in map(sequence, quoted) if phrase.strip()),
    )


def _looked_up(words: Sequence[QueryWord], terms: Container[str]) -> Iterator[QueryWord]:
    """The words without what a very long query asks for in vain."""
    for word in words:
        kept = tuple(term for term in word.terms if term in terms)
        if kept:
            yield QueryWord(kept, word.enough)


def sequence(text: str) -> str:
    """The folded words of a text with a space around each, so that `in` finds whole words in their order.

    Where a script puts no space between words, each character stands alone.
    """
    parts = [
        " ".join(run) if kind == "dense" else run
        for start, end in word_spans(text)
        for kind, run in runs(fold(text[start:end]))
    ]
    return f" {' '.join(parts)} "
