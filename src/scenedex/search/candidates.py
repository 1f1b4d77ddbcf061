"""What the channels brought → candidates: scenes with their words, and how they answer the question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from scenedex.search.matching import Match, match
from scenedex.search.question import Question
from scenedex.types import Channel, ChannelRow, SceneCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A scene that at least one channel brought."""

    card: SceneCard
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
    """The rows that count, and the tier of each scene: the best `size` rows of each channel are 0, as many again 1 …

    A scene belongs to the first tier that brings it, and what later ones say of it does not count. So a search that
    goes deeper, for a later page, judges what came before as the earlier one did.
    """
    lists: dict[tuple[Channel, int], list[ChannelRow]] = {}
    for row in rows:
        lists.setdefault((row.channel, row.space_id), []).append(row)
    placed = [
        (row, rank // size)
        for one in lists.values()
        for rank, row in enumerate(sorted(one, key=lambda row: (-row.raw, str(row.scene_id))))
    ]
    tiers: dict[UUID, int] = {}
    for row, tier in placed:
        tiers[row.scene_id] = min(tier, tiers.get(row.scene_id, tier))
    return [row for row, tier in placed if tier == tiers[row.scene_id]], tiers


def candidates(
    question: Question,
    brought: Mapping[UUID, Mapping[Channel, ChannelRow]],
    cards: Mapping[UUID, SceneCard],
    tiers: Mapping[UUID, int] | None = None,
) -> list[Candidate]:
    """One candidate a scene that has a card; of the first tier, where `tiers` say nothing else."""
    return [
        Candidate(
            card=cards[scene_id],
            rows=rows,
            match=_match(question, cards[scene_id]) if "lexical" in rows else None,
            tier=(tiers or {}).get(scene_id, 0),
        )
        for scene_id, rows in brought.items()
        if scene_id in cards
    ]


def _match(question: Question, card: SceneCard) -> Match:
    found = match(question, card.scene.captions, card.video, (card.scene.start_s, card.scene.end_s))
    if any(found.spoken) or any(found.titled):
        return found
    # The words are in the name of another copy of the file: a card has the newest one only.
    return replace(found, titled=tuple(1.0 for _ in found.titled))
