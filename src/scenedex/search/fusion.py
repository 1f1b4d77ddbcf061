"""Calibrated scores of channels → one score of a scene, and its band."""

import math
from collections.abc import Collection, Mapping, Sequence

from scenedex.types import Band, Channel

STRONG = 0.85
POSSIBLE = 0.5
RESULT = 0.25
"""Below this a scene is no result, not even a hidden one: most unrelated queries have one so near."""

RANK_CONSTANT = 60

NEVER_MISSED = 1e-6
"""What a channel that is certain misses, where its share of a score is told: its logarithm is finite."""


def rescaled(weights: Mapping[Channel, float], present: Collection[Channel]) -> dict[Channel, float]:
    """The weights of the channels that are present and count at all, so that they sum to 1."""
    kept = {channel: weight for channel, weight in weights.items() if channel in present and weight > 0}
    total = math.fsum(kept.values())
    return {channel: weight / total for channel, weight in kept.items()}


def fused(calibrated: Mapping[Channel, float], weights: Mapping[Channel, float]) -> float:
    """1 − Π (1 − c)^(n·w) over the n channels of `weights` (which sum to 1): 0 to 1.

    Each channel is a chance that the scene is meant, and the scene is missed when all of them miss (noisy or;
    Pearl 1988). A channel without evidence leaves the product alone: it adds nothing and takes nothing,
    where a weighted mean would put a scene down for what another channel does not know about it.
    """
    missed = 1.0
    for channel, weight in weights.items():
        missed *= (1.0 - calibrated.get(channel, 0.0)) ** (len(weights) * weight)
    return 1.0 - missed


def shares(calibrated: Mapping[Channel, float], weights: Mapping[Channel, float]) -> dict[Channel, float]:
    """What part of a fused score each channel brought: 0 to 1, together 1 (but nothing where no channel has evidence).

    In `fused` the logarithms of the misses add up: a channel's share is its part of that sum. One without weight has
    none.
    """
    missed = {
        channel: -weights.get(channel, 0.0) * math.log(max(1.0 - value, NEVER_MISSED))
        for channel, value in calibrated.items()
    }
    total = math.fsum(missed.values())
    return {channel: part / total if total > 0 else 0.0 for channel, part in missed.items()}


def reciprocal_ranks(
    calibrated: Sequence[Mapping[Channel, float]], weights: Mapping[Channel, float]
) -> list[float]:
    """Weighted reciprocal rank fusion: the sum of weight · 61 / (60 + rank) over the channels, 0 to 1.

    Cormack, Clarke, Büttcher (2009), with its k = 60; 61 makes the first of every channel 1. What is even in a channel
    has the same rank there.
    """
    scores = [0.0] * len(calibrated)
    for channel, weight in weights.items():
        values = sorted({each[channel] for each in calibrated if channel in each}, reverse=True)
        ranks = {value: rank for rank, value in enumerate(values, start=1)}
        for position, each in enumerate(calibrated):
            if channel in each:
                scores[position] += weight * (RANK_CONSTANT + 1) / (RANK_CONSTANT + ranks[each[channel]])
    return scores


def band(score: float) -> Band:
    """`strong` from 0.85, `possible` from 0.5, else `weak`."""
    return "strong" if score >= STRONG else "possible" if score >= POSSIBLE else "weak"
