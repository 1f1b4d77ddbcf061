"""A text and the terms of a query → a snippet that shows where they meet, safe to put into a page."""

import html
import re
from collections.abc import Iterator, Sequence

from scenedex.embeddings.scripts import fold, is_dense, word_spans
from scenedex.embeddings.terms import asked_for, word_terms

SNIPPET = 160
"""Characters of a snippet, without marks and dots."""

MAX_TEXT = 100_000
"""Characters of the text that are looked at."""

# Control characters, surrogates, and the overrides that turn the direction of what follows.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")

Span = tuple[int, int]


def mark(text: str, query_terms: Sequence[str], size: int = SNIPPET) -> str:
    """At most `size` characters of the text around the words that match, each as `<mark>word</mark>`.

    A word matches when one of its terms is among `query_terms` (as `terms.query_terms` gives them), so
    stemmed forms and nouns with particles do. Everything else is HTML-escaped; cut ends show as "…".
    """
    plain = " ".join(_UNPRINTABLE.sub(" ", text[:MAX_TEXT]).split())
    spans = _joined(_matching(plain, frozenset(query_terms)))
    start, end = _window(plain, spans, size)
    shown = []
    at = start
    for span in spans:
        first, last = max(span[0], start), min(span[1], end)
        if first < last:
            shown += [html.escape(plain[at:first]), "<mark>", html.escape(plain[first:last]), "</mark>"]
            at = last
    shown.append(html.escape(plain[at:end]))
    return ("… " if start else "") + "".join(shown) + (" …" if end < len(plain) else "")


def _matching(text: str, asked: frozenset[str]) -> Iterator[Span]:
    for start, end in word_spans(text):
        word = text[start:end]
        if is_dense(word) and len(fold(word)) == len(word):
            yield from _matching_characters(fold(word), start, asked)
        elif any(asked_for(term, asked) for term in word_terms(word)):
            yield start, end


def _matching_characters(word: str, start: int, asked: frozenset[str]) -> Iterator[Span]:
    """A run without spaces is no word: the characters that match are marked."""
    for i, character in enumerate(word):
        if word[i : i + 2] in asked:
            yield start + i, start + i + len(word[i : i + 2])
        elif asked_for(character, asked):
            yield start + i, start + i + 1


def _joined(spans: Iterator[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _window(text: str, spans: Sequence[Span], size: int) -> Span:
    """The stretch of at most `size` characters that shows the most matching characters, cut between words."""
    if len(text) <= size:
        return 0, len(text)
    best, best_first, best_last = 0, 0, 0
    first = shown = 0
    for last, (_, end) in enumerate(spans):
        shown += end - spans[last][0]
        while end - spans[first][0] > size and first < last:
            shown -= spans[first][1] - spans[first][0]
            first += 1
        if shown > best:
            best, best_first, best_last = shown, first, last
    if not spans:
        return 0, _before(text, size)
    room = max(0, size - (spans[best_last][1] - spans[best_first][0]))
    start = max(0, min(spans[best_first][0] - room // 2, len(text) - size))
    if start:
        space = text.find(" ", start - 1, spans[best_first][0])
        start = space + 1 if space >= 0 else start
    end = min(start + size, len(text))
    return start, end if end == len(text) else max(_before(text, end), min(spans[best_last][1], end))


def _before(text: str, end: int) -> int:
    """The end of the last whole word before `end`, unless it lies far away."""
    space = text.rfind(" ", max(0, end - 40), end + 1)
    return space if space > 0 else end
