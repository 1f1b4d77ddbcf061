"""Results by video, and scenes that look nearly the same as one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from scenedex.search.sequence import Chain
from scenedex.types import Vectors

SAME = 0.96
"""Cosine of keyframes from which two scenes look nearly the same."""

SHOWN = 3
"""Results of one video that a group shows."""

FOLDED = 500
"""Results, the best, that are compared with one another; what comes after them stays by itself."""

Line = tuple[Chain, int]
"""A result, and how many that look nearly the same were folded into it."""


def by_video(lines: Sequence[Line]) -> dict[UUID, list[Line]]:
    """Video to its results; videos in the order of their best."""
    groups: dict[UUID, list[Line]] = {}
    for line in lines:
        groups.setdefault(line[0].first.card.scene.video_id, []).append(line)
    return groups


def folded(found: Sequence[Chain], pictures: Mapping[UUID, Vectors]) -> list[Line]:
    """The results whose first scene looks like none before, each with the number of those that look nearly like it.

    `pictures`: scene to the vectors of its keyframes, (n, dim). Scenes without any stay by themselves.
    """
    own = [pictures.get(chain.first.card.scene.id) for chain in found]
    places = [place for place, vectors in enumerate(own) if vectors is not None and len(vectors)]
    owners = np.repeat(places, [len(pictures_) for place in places if (pictures_ := own[place]) is not None])
    seen = np.concatenate([vectors for vectors in own if vectors is not None and len(vectors)] or [_NONE])
    gone: set[int] = set()
    kept: list[Line] = []
    for place, chain in enumerate(found):
        if place in gone:
            continue
        vectors, alike = own[place], set[int]()
        if vectors is not None and len(vectors):
            near = (seen @ vectors.T >= SAME).any(axis=1)
            alike = {int(other) for other in owners[near] if other > place} - gone
        gone |= alike
        kept.append((chain, len(alike)))
    return kept


_NONE = np.zeros((0, 0), np.float32)
