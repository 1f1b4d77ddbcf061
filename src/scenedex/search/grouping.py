"""Hits by video, and scenes that look nearly the same as one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from scenedex.search.cutoff import Judged
from scenedex.types import Vectors

SAME = 0.96
"""Cosine of keyframes from which two scenes look nearly the same."""

SHOWN = 3
"""Hits of one video that a group shows."""


def by_video(judged: Sequence[Judged]) -> dict[UUID, list[Judged]]:
    """Video to its hits; videos in the order of their best hit."""
    groups: dict[UUID, list[Judged]] = {}
    for one in judged:
        groups.setdefault(one.candidate.card.scene.video_id, []).append(one)
    return groups


def folded(judged: Sequence[Judged], pictures: Mapping[UUID, Vectors]) -> list[tuple[Judged, int]]:
    """The hits that look like none before them, each with the number of those that look nearly like it.

    `pictures`: scene to the vectors of its keyframes, (n, dim). Scenes without any stay by themselves.
    """
    kept: list[list[Judged]] = []
    seen: list[Vectors | None] = []
    for one in judged:
        own = pictures.get(one.candidate.card.scene.id)
        for group, other in zip(kept, seen, strict=True):
            if own is not None and other is not None and float(np.max(own @ other.T)) >= SAME:
                group.append(one)
                break
        else:
            kept.append([one])
            seen.append(own)
    return [(group[0], len(group) - 1) for group in kept]
