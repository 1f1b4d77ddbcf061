"""What the channels brought → candidates: scenes, and how they answer the question."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from scenedex.search.matching import Match
from scenedex.types import Channel, ChannelRow


class Candidate(NamedTuple):
    """A scene that at least one channel brought. A tuple: a search makes hundreds."""

    scene_id: UUID
    rows: Mapping[Channel, ChannelRow]
    match: Match | None  #: how its words answer; None where the lexical channel did not bring it
    tier: int = 0  #: the pool that brought it: 0 the first; see `tiered`

    @property
    def dense_only(self) -> bool:
        """No word of the question is in the scene or its title."""
        return self.match is None


def by_scene(
    rows: Sequence[ChannelRow], worth: Callable[[ChannelRow], float]
) -> dict[UUID, dict[Channel, ChannelRow]]:
    """The rows of each scene, the best of each channel; `worth` makes rows of different spaces comparable."""
    scenes: dict[UUID, dict[Channel, ChannelRow]] = {}
    for row in rows:
        channels = scenes.setdefault(row.scene_id, {})
        if row.channel not in channels or worth(channels[row.channel]) < worth(row):
            channels[row.channel] = row
    return scenes


def tiered(rows: Sequence[ChannelRow], size: int) -> tuple[list[ChannelRow], dict[UUID, int]]:
    """The rows that count, and the tier of each scene beyond the first: 1 for the second `size` rows of a channel …

    The rows of a channel come best first. A scene belongs to the first tier that brings it, and what later ones say of
    it does not count. So a search that goes deeper, for a later page, judges what came before as the earlier one did.
    """
    lists: dict[tuple[Channel, int], list[ChannelRow]] = {}
    for row in rows:
        lists.setdefault((row.channel, row.space_id), []).append(row)
    if all(len(one) <= size for one in lists.values()):
        return list(rows), {}
    placed = [(row, rank // size) for one in lists.values() for rank, row in enumerate(one)]
    tiers: dict[UUID, int] = {}
    for row, tier in placed:
        if tiers.setdefault(row.scene_id, tier) > tier:
            tiers[row.scene_id] = tier
    counting = [row for row, tier in placed if tier == tiers[row.scene_id]]
    return counting, {scene: tier for scene, tier in tiers.items() if tier > 0}


def candidates(
    brought: Mapping[UUID, Mapping[Channel, ChannelRow]],
    found: Mapping[UUID, Match],
    tiers: Mapping[UUID, int] | None = None,
) -> list[Candidate]:
    """One candidate a scene; of the first tier, where `tiers` say nothing else.

    `found`: scenes of the lexical channel, and what they have of the question.
    """
    known = tiers or {}
    return [Candidate(scene, rows, found.get(scene), known.get(scene, 0)) for scene, rows in brought.items()]
