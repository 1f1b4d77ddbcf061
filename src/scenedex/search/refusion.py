"""What the channels found for one query, and what it is worth under any weights, without asking again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from scenedex.search.fusion import POSSIBLE, rescaled
from scenedex.search.outcomes import DEPTH, Case, Search, Weights, gain, ranking, shows
from scenedex.types import Answer, Channel, Hit

LEAN = 0.01
"""Weight of the other channels when one is to bring its scenes: n channels lend it nearly n times its evidence, so that
also scenes which it thinks little of are shown."""

Points = NDArray[np.float64]
"""Weights, one weighting a row: shape (points, channels), each row sums to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Everything that the channels found for one query."""

    case: Case
    shown: tuple[tuple[int, ...], ...]  #: for each scene the numbers of the targets that it shows
    calibrated: NDArray[np.float64]  #: shape (scenes, channels), 0 where a channel did not find the scene
    first: NDArray[
        np.bool_
    ]  #: scenes that come before others with a better score, for the order of their words
    worded: NDArray[np.bool_]  #: scenes that the lexical channel found, which no cutoff hides
    lexical: int | None  #: the column of the lexical channel
    factors: NDArray[np.float64]  #: what the plan makes of the weight of each channel; 0 takes it out


def pool_of(case: Case, answer: Answer, deep: Search, defaults: Weights, channels: Sequence[Channel]) -> Pool:
    """Ask once for each channel, so that what only one of them finds is there as well."""
    hits: dict[UUID, Hit] = {}
    first: set[UUID] = set()
    for channel in channels:
        weights = {other: 1.0 if other == channel else LEAN for other in channels}
        found = deep(case.judgement.query, weights, "recall").hits
        hits |= {hit.scene_id: hit for hit in found}
        first |= _first(found)
    every = list(hits.values())
    as_planned = rescaled({c: defaults[c] for c in channels}, channels)
    return Pool(
        case=case,
        shown=tuple(
            tuple(
                n
                for n, target in enumerate(case.targets)
                if shows(hit.video_id, (hit.start_s, hit.end_s), target)
            )
            for hit in every
        ),
        calibrated=np.array(
            [[_evidence(hit, channel) for channel in channels] for hit in every], dtype=np.float64
        ).reshape(len(every), len(channels)),
        first=np.array([hit.scene_id in first for hit in every], dtype=bool),
        worded=np.array(["lexical" in hit.channels for hit in every], dtype=bool),
        lexical=channels.index("lexical") if "lexical" in channels else None,
        factors=np.array(
            [answer.plan.weights.get(c, 0.0) / as_planned[c] if c in as_planned else 1.0 for c in channels]
        ),
    )


def fused_again(pool: Pool, points: Points) -> list[float]:
    """nDCG@10 of one query for every point: `fusion.fused` and the cutoff of weak scenes, over what was found."""
    scores = scored(pool, points)
    # Where the lexical channel has no weight it is not asked: then no scene has any words.
    asked = (
        np.zeros(len(points))
        if pool.lexical is None
        else points[:, pool.lexical] * pool.factors[pool.lexical]
    )
    worded, first = (flags[:, None] & (asked > 0) for flags in (pool.worded, pool.first))
    keys = np.where(~worded & (scores < POSSIBLE), -1.0, np.round(scores, 9) + 2.0 * first)
    order = np.argsort(-keys, axis=0, kind="stable")[:DEPTH]
    grades = [target.grade for target in pool.case.targets]
    found = []
    for column, top in enumerate(order.T):
        shown = [pool.shown[n] for n in top if keys[n, column] >= 0]
        found.append(gain(ranking(shown, grades), pool.case.targets))
    return found


def scored(pool: Pool, points: Points) -> NDArray[np.float64]:
    """`fusion.fused` of every scene for every point: shape (scenes, points)."""
    present = (pool.calibrated > 0).any(axis=0)
    weights = points * pool.factors * present
    total = weights.sum(axis=1, keepdims=True)
    count = (weights > 0).sum(axis=1, keepdims=True)
    exponents = np.divide(count * weights, total, out=np.zeros_like(weights), where=total > 0)
    missed = np.ones((len(pool.calibrated), len(points)))
    for channel, exponent in zip(pool.calibrated.T, exponents.T, strict=True):
        missed *= (1.0 - channel)[:, None] ** exponent
    return 1.0 - missed


def _first(hits: Sequence[Hit]) -> set[UUID]:
    """Scenes that stand before one with a better score: there the order of the words decided, not the score."""
    found, better = set(), 0.0
    for hit in reversed(hits):
        if hit.score < better - 1e-5:
            found.add(hit.scene_id)
        better = max(better, hit.score)
    return found


def _evidence(hit: Hit, channel: Channel) -> float:
    return hit.channels[channel].calibrated if channel in hit.channels else 0.0
