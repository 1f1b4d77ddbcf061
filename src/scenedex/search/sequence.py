"""One thing after another: `"dog" then "car"` → the parts, and scenes that follow one another."""

import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.search.cutoff import Placed
from scenedex.search.fusion import band
from scenedex.search.question import MAX_QUERY
from scenedex.types import Band

MAX_PARTS = 5

_QUOTED = (
    '(?:["\u201c\u201d\u201e]([^"\u201c\u201d\u201e]+)["\u201c\u201d]|«([^»]+)»|「([^」]+)」|『([^』]+)』)'
)
_WORDS = (
    r"(?:and|but)\s+then|then|and\s+after\s+that|after\s+that|followed\s+by|"
    r"(?:그|그런|그러고|그리고)?\s?(?:다음|뒤|후|나서)에?|이후에?|그리고|→|⇒|->|=>"
)
_NEXT = rf"\s*(?:,\s*)?(?:{_WORDS})\s*(?:,\s*)?"
_PART = re.compile(_QUOTED)
_WHOLE = re.compile(rf"\s*{_QUOTED}(?:{_NEXT}{_QUOTED})+\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chain:
    """Scenes of one video that follow one another, the first part's first."""

    links: tuple[Placed, ...]

    @property
    def first(self) -> Placed:
        """Where it begins."""
        return self.links[0]

    @property
    def score(self) -> float:
        """The geometric mean of the links' scores: a chain is worth little when one of them is."""
        return math.prod(link.score for link in self.links) ** (1 / len(self.links))

    @property
    def band(self) -> Band:
        """That of its weakest link."""
        return band(min(link.score for link in self.links))


def split_sequence(query: str) -> tuple[str, ...]:
    """The parts of a query like `"a" then "b"`; the query alone when it is none. Raises UsageError for too many."""
    if len(query) > MAX_QUERY or not _WHOLE.match(query):
        return (query,)
    parts = tuple("".join(groups).strip() for groups in _PART.findall(query))
    if len(parts) > MAX_PARTS:
        raise UsageError(f"At most {MAX_PARTS} things can follow one another, these are {len(parts)}.")
    return parts


def chains(found: Sequence[Sequence[Placed]], within_s: float) -> list[Chain]:
    """The best chain from each scene of the first part, best first.

    A link begins in a later scene of the same video, no more than `within_s` seconds after the one before ends. Takes
    time in proportion to the scenes, but for sorting them.
    """
    kept: list[Chain] = []
    parts = [_by_video(part) for part in found]
    for video in parts[0]:
        tails: list[_Tail] = [(one.score, (one,)) for one in parts[-1].get(video, [])]
        for part in reversed(parts[:-1]):
            tails = _longer(part.get(video, []), tails, within_s)
        kept += [Chain(links) for _, links in tails]
    return sorted(kept, key=lambda chain: (-round(chain.score, 9), _place(chain.first)))


_Tail = tuple[float, tuple[Placed, ...]]
"""The product of the scores of the scenes, which follow one another."""


def _by_video(part: Sequence[Placed]) -> dict[UUID, list[Placed]]:
    videos: dict[UUID, list[Placed]] = {}
    for one in sorted(part, key=lambda one: one.card.scene.index):
        videos.setdefault(one.card.scene.video_id, []).append(one)
    return videos


def _longer(part: Sequence[Placed], tails: Sequence[_Tail], within_s: float) -> list[_Tail]:
    """The scenes of a part, each with the best tail that may follow it; both by number of the scene.

    The tails that may follow lie in a window that moves on with the scene; `best` holds those of it that no later
    and better one has outdone, so that the first is the best.
    """
    made: list[_Tail] = []
    best: deque[_Tail] = deque()
    entered = 0
    for one in part:
        scene = one.card.scene
        while entered < len(tails) and _start_s(tails[entered]) - scene.end_s <= within_s:
            while best and best[-1][0] < tails[entered][0]:
                best.pop()
            best.append(tails[entered])
            entered += 1
        while best and best[0][1][0].card.scene.index <= scene.index:
            best.popleft()
        if best:
            worth, links = best[0]
            made.append((one.score * worth, (one, *links)))
    return made


def _start_s(tail: _Tail) -> float:
    return tail[1][0].card.scene.start_s


def _place(link: Placed) -> tuple[str, str, int]:
    card = link.card
    return card.video, str(card.scene.video_id), card.scene.index
