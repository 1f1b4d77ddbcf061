"""A question and the words of a scene → what of the question the scene has, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from scenedex.embeddings.terms import asked_for, terms, title_terms
from scenedex.search.question import Question, sequence
from scenedex.types import Caption

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What of a question a scene has."""

    spoken: tuple[float, ...]  #: share of each word of the question in the captions, 0 to 1
    titled: tuple[float, ...]  #: the same in the title
    order: int  #: how well the order of words fits: 0 not at all … 4 the question is a whole caption of this scene
    caption: Caption | None  #: the caption that says it best; None where only the title does

    @property
    def title_only(self) -> bool:
        """No caption has any word of the question, the title has."""
        return not any(self.spoken) and any(self.titled)


def match(question: Question, captions: Sequence[Caption], title: str, span: Span) -> Match:
    """How a scene `span` with these captions, of a video with this title, answers the question."""
    asked = frozenset(question.terms)
    present = [_answered(terms(caption.text), asked) for caption in captions]
    spoken = _shares(question, frozenset().union(*present))
    order, place = 0, None
    if question.phrases or (spoken and min(spoken) == 1.0):
        order, place = _order(question, captions, span)
    if place is None:
        shares = [sum(_shares(question, has)) for has in present]
        best = max(range(len(shares)), key=lambda i: (shares[i], -i), default=None)
        place = captions[best] if best is not None and shares[best] > 0 else None
    titled = _shares(question, _answered(title_terms(title), asked))
    return Match(spoken=spoken, titled=titled, order=order, caption=place)


def _answered(found: Sequence[str], asked: frozenset[str]) -> frozenset[str]:
    return frozenset(found) | {term for term in (asked_for(t, asked) for t in found) if term}


def _shares(question: Question, present: frozenset[str]) -> tuple[float, ...]:
    return tuple(word.share(present) for word in question.words)


def _order(question: Question, captions: Sequence[Caption], span: Span) -> tuple[int, Caption | None]:
    """4: the question is a whole caption that mostly lies in this scene; 3: it is part of what is said, or every
    quoted phrase is; 2 and 1: the same, mostly in a neighbouring scene; 0: none of this."""
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
