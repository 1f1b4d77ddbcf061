"""What single pictures show in writing → captions: a line that stands on neighbouring pictures is one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from scenedex.annotations.screen_text import ScreenLine
from scenedex.types import Caption

ALIKE = 0.8
"""Similarity (Ratcliff and Obershelp, 0 to 1) from which two readings at the same place are one line read twice."""

LONGEST_S = 600.0
"""A line that stands longer than this, such as a station's logo, begins a caption anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One keyframe: the part of the video that it stands for, and the lines on it."""

    start_s: float
    end_s: float
    lines: tuple[ScreenLine, ...]


@dataclass(slots=True)
class _Standing:
    """A line that the last picture showed."""

    start_s: float
    end_s: float
    best: ScreenLine
    last: ScreenLine

    def seen(self, line: ScreenLine, end_s: float) -> None:
        self.end_s, self.last = end_s, line
        if line.score > self.best.score:
            self.best = line

    def caption(self) -> Caption:
        return Caption(
            start_s=self.start_s,
            end_s=self.end_s,
            text=self.best.text,
            origin="screen",
            measures={"score": round(self.best.score, 4)},
        )


def spans_of_keyframes(start_s: float, end_s: float, times_s: Sequence[float]) -> list[tuple[float, float]]:
    """The part of the scene `[start_s, end_s)` that each of its keyframes stands for: up to half-way to the next.

    `times_s` rise. A time outside of the scene stands for nothing longer than its nearest end.
    """
    inside = [min(max(t_s, start_s), end_s) for t_s in times_s]
    edges = [start_s, *((a + b) / 2 for a, b in pairwise(inside)), end_s]
    return list(pairwise(edges)) if inside else []


def screen_captions(glances: Iterable[Glance]) -> tuple[Caption, ...]:
    """The captions of pictures that follow one another, by start and in reading order.

    The text is that of the surest reading. Two readings are one line when they are the same but for case, blanks and
    punctuation, wherever they stand (a picture may move), or nearly the same at the same place; figures must agree.
    """
    made: list[_Standing] = []
    standing: list[_Standing] = []
    for glance in glances:
        left, now = list(standing), []
        for line in _once(glance.lines):
            known = _known(line, left)
            if known is None or glance.end_s - known.start_s > LONGEST_S:
                known = _Standing(glance.start_s, glance.end_s, line, line)
                made.append(known)
            else:
                left.remove(known)
                known.seen(line, glance.end_s)
            now.append(known)
        standing = now
    return tuple(
        sorted((each.caption() for each in made if each.end_s > each.start_s), key=lambda c: c.start_s)
    )


def _once(lines: Iterable[ScreenLine]) -> list[ScreenLine]:
    """Without lines that say the same as one before."""
    found: dict[str, ScreenLine] = {}
    for line in lines:
        if key := _letters(line.text):
            found.setdefault(key, line)
    return list(found.values())


def _known(line: ScreenLine, standing: Sequence[_Standing]) -> _Standing | None:
    key = _letters(line.text)
    for each in standing:
        if _letters(each.last.text) == key:
            return each
    return next((each for each in standing if _reread(line, each.last)), None)


def _reread(line: ScreenLine, other: ScreenLine) -> bool:
    if not _overlap(line.box, other.box):
        return False
    a, b = _letters(line.text), _letters(other.text)
    figures = [Counter(c for c in text if c.isdecimal()) for text in (a, b)]
    return figures[0] == figures[1] and SequenceMatcher(None, a, b, autojunk=False).ratio() >= ALIKE


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether the boxes share half of the smaller one."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width > 0 and height > 0 and 2 * width * height >= smaller
