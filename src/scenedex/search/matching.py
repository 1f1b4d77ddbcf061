"""A question and the words of a scene → what of the question the scene has, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby

from scenedex.embeddings.terms import asked_for, terms
from scenedex.search.question import Question, sequence
from scenedex.types import Caption, ChannelRow

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Match:
    """What of a question a scene has: the share of each word of the question, 0 to 1."""

    spoken: tuple[float, ...]  #: in the captions
    titled: tuple[float, ...]  #: in the names of the video
    described: tuple[float, ...]  #: in the description
    order: int = 0  #: how well the order of words fits; see `order_of`
    title_only: bool = field(init=False)  #: no caption and no description has a word of it, the title has
    whole: bool = field(init=False)  #: all words are said

    def __post_init__(self) -> None:
        elsewhere = any(self.spoken) or any(self.described)
        object.__setattr__(self, "title_only", any(self.titled) and not elsewhere)
        object.__setattr__(self, "whole", bool(self.spoken) and min(self.spoken) == 1.0)


def matches(question: Question, rows: Sequence[ChannelRow]) -> list[Match]:
    """What the lexical channel found, one for each of its rows; `order` is for others to find out.

    The bits of a row count the question's terms, and then what it has in `also`.
    """
    kinds = {(row.said, row.titled, row.described) for row in rows}
    made = {
        (said, titled, described): Match(
            _shares(question, said), _shares(question, titled), _shares(question, described)
        )
        for said, titled, described in kinds
    }
    return [made[row.said, row.titled, row.described] for row in rows]


def order_of(question: Question, captions: Sequence[Caption], span: Span) -> int:
    """4: the question is a whole caption that mostly lies in this scene; 3: it is part of what is said, or every
    quoted phrase is; 2 and 1: the same, mostly in a neighbouring scene; 0: none of this."""
    return _order(question, captions, span)[0]


def telling(question: Question, captions: Sequence[Caption], span: Span) -> Caption | None:
    """The caption that says it best; None where none has a word of the question."""
    asked = frozenset(question.terms)
    present = [_answered(terms(caption.text), asked) for caption in captions]
    every = _said(question, frozenset().union(*present))
    if question.phrases or (every and min(every) == 1.0):
        _, place = _order(question, captions, span)
        if place is not None:
            return place
    shares = [sum(_said(question, has)) for has in present]
    best = max(range(len(shares)), key=lambda i: (shares[i], -i), default=None)
    return captions[best] if best is not None and shares[best] > 0 else None


def _shares(question: Question, bits: int) -> tuple[float, ...]:
    return _said(
        question, frozenset(term for n, term in enumerate(question.terms + question.also) if bits >> n & 1)
    )


def _said(question: Question, present: frozenset[str]) -> tuple[float, ...]:
    return tuple(word.share(present) for word in question.words)


def _answered(found: Sequence[str], asked: frozenset[str]) -> frozenset[str]:
    return frozenset(found) | {term for term in (asked_for(t, asked) for t in found) if term}


def _order(question: Question, captions: Sequence[Caption], span: Span) -> tuple[int, Caption | None]:
    """The rank, as `order_of` says, and the caption where it begins."""
    best: tuple[int, Caption | None] = (0, None)
    for whole, caption in _places(question, captions):
        here = _part_inside(caption, span) >= 0.5
        rank = (4 if whole else 3) if here else (2 if whole else 1)
        if rank > best[0]:
            best = rank, caption
    return best


def _places(question: Question, captions: Sequence[Caption]) -> Iterator[tuple[bool, Caption]]:
    """(whether it is the whole caption, the caption in which it begins)."""
    several_words = question.line.count(" ") > 2
    for _, lines in groupby(sorted(captions, key=_track), key=lambda c: (c.origin, c.language or "")):
        pairs = [(words, caption) for caption in lines if (words := sequence(caption.text)).strip()]
        said, track = [words for words, _ in pairs], [caption for _, caption in pairs]
        yield from (
            (True, caption) for caption, words in zip(track, said, strict=True) if words == question.line
        )
        # What runs on from one caption into the next is said in order too; one space parts two captions.
        spoken = "".join(words[:-1] for words in said) + " "
        ends = list(accumulate(len(words) - 1 for words in said))
        wanted = question.phrases or ((question.line,) if several_words else ())
        at = [spoken.find(phrase) for phrase in wanted]
        if at and min(at) >= 0:
            yield False, track[next(i for i, end in enumerate(ends) if at[0] < end)]


def _track(caption: Caption) -> tuple[str, str, float, float]:
    return caption.origin, caption.language or "", caption.start_s, caption.end_s


def _part_inside(caption: Caption, span: Span) -> float:
    """Part of a caption's time that lies in the scene, 0 to 1."""
    length = caption.end_s - caption.start_s
    if length <= 0:
        return 1.0 if span[0] <= caption.start_s < span[1] else 0.0
    return max(0.0, min(caption.end_s, span[1]) - max(caption.start_s, span[0])) / length
