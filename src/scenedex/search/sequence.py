"""One thing after another: `"dog" then "car"` → the parts, and scenes that follow one another."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from scenedex.errors import UsageError
from scenedex.search.cutoff import Judged

MAX_PARTS = 5

_QUOTED = '["\u201c\u201d\u201e](?P<text{n}>[^"\u201c\u201d\u201e]+)["\u201c\u201d]'
_NEXT = r"\s*,?\s*(?:and\s+then|then|그\s?다음에?|다음에?|그리고\s나서|→|->)\s*"
_PART = re.compile(_QUOTED.format(n=""))
_WHOLE = re.compile(rf"\s*{_QUOTED.format(n=1)}(?:{_NEXT}{_QUOTED.format(n=2)})+\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chain:
    """Scenes of one video that follow one another, the first part's first."""

    links: tuple[Judged, ...]

    @property
    def score(self) -> float:
        """The geometric mean of the links' scores: a chain is worth little when one of them is."""
        return math.prod(link.score for link in self.links) ** (1 / len(self.links))


def split_sequence(query: str) -> tuple[str, ...]:
    """The parts of a query like `"a" then "b"`; the query alone when it is none. Raises UsageError for too many."""
    if not _WHOLE.match(query):
        return (query,)
    parts = tuple(found.group("text").strip() for found in _PART.finditer(query))
    if len(parts) > MAX_PARTS:
        raise UsageError(f"At most {MAX_PARTS} things can follow one another, these are {len(parts)}.")
    return parts


def chains(found: Sequence[Sequence[Judged]], within_s: float) -> list[Chain]:
    """The best chain from each scene of the first part, best first.

    A link begins in a later scene of the same video, no more than `within_s` seconds after the one before ends.
    """
    begun = [_best(first, found[1:], within_s) for first in found[0]]
    kept = [Chain(links) for links in begun if links]
    return sorted(kept, key=lambda chain: (-round(chain.score, 9), _place(chain.links[0])))


def _best(first: Judged, later: Sequence[Sequence[Judged]], within_s: float) -> tuple[Judged, ...]:
    """The chain from `first` through one scene of each part with the greatest product; () where there is none."""
    reached: list[tuple[float, tuple[Judged, ...]]] = [(first.score, (first,))]
    for part in later:
        step: dict[int, tuple[float, tuple[Judged, ...]]] = {}
        for worth, links in reached:
            for link in part:
                if _follows(links[-1], link, within_s):
                    index = link.candidate.card.scene.index
                    longer = (worth * link.score, (*links, link))
                    step[index] = max(step.get(index, longer), longer, key=lambda chain: chain[0])
        reached = list(step.values())
    return max(reached, key=lambda chain: chain[0])[1] if reached else ()


def _follows(one: Judged, other: Judged, within_s: float) -> bool:
    before, after = one.candidate.card.scene, other.candidate.card.scene
    return (
        before.video_id == after.video_id
        and after.index > before.index
        and after.start_s - before.end_s <= within_s
    )


def _place(link: Judged) -> tuple[str, str, int]:
    card = link.candidate.card
    return card.video, str(card.scene.video_id), card.scene.index
