"""Captions of a scene → the passages that are embedded: long enough to mean something, and one thing."""

from collections.abc import Sequence

from scenedex.types import Caption

MAX_PASSAGES = 8
"""Passages of a scene."""

PASSAGE_WORDS = 20
"""Words that a passage aims at; more only where the scene would have too many passages otherwise. Averaged word
vectors blur: 48 paraphrases of captions find their scene of three captions at once in 0.52 of cases with 40 words,
0.63 with 20, 0.67 with single captions, while 700 paragraphs of documentation are found best whole (0.27, 0.25, 0.24).
"""

MAX_WORDS = 4_000
"""Words of a scene that are read: no one says more in 64 s, so what comes after is no speech."""


def passages(captions: Sequence[Caption], start_s: float, end_s: float) -> list[tuple[float, str]]:
    """(time, text) of at most MAX_PASSAGES passages of the scene `[start_s, end_s)`, by time.

    Lines of one track (origin and language) make a passage together; a line that repeats another counts
    once. The time is the start of the passage's first line, at the earliest `start_s`.
    """
    tracks: dict[tuple[str, str], list[tuple[float, list[str]]]] = {}
    seen: set[str] = set()
    left = MAX_WORDS
    for caption in sorted(captions, key=lambda c: (c.start_s, c.end_s)):
        words = caption.text.split()[:left]
        text = " ".join(words)
        if not words or text.casefold() in seen:
            continue
        seen.add(text.casefold())
        left -= len(words)
        t_s = min(max(caption.start_s, start_s), end_s)
        tracks.setdefault((caption.origin, caption.language or ""), []).append((t_s, words))
    size = PASSAGE_WORDS
    found = [p for lines in tracks.values() for p in _packed(lines, size)]
    while len(found) > MAX_PASSAGES and size < MAX_WORDS:
        size *= 2
        found = [p for lines in tracks.values() for p in _packed(lines, size)]
    return sorted(found)[:MAX_PASSAGES]


def _packed(lines: Sequence[tuple[float, list[str]]], size: int) -> list[tuple[float, str]]:
    """Whole lines put together up to `size` words; a line that is longer is cut."""
    made: list[tuple[float, list[str]]] = []
    for t_s, words in lines:
        for first in range(0, len(words), size):
            part = words[first : first + size]
            if made and len(made[-1][1]) + len(part) <= size:
                made[-1][1].extend(part)
            else:
                made.append((t_s, part))
    return [(t_s, " ".join(words)) for t_s, words in made]
