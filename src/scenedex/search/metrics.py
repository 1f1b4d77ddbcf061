"""Measures of a ranking, each a pure function of ranks, gains or times.

A rank counts from 1; None stands for something that was not found. What is asked of nothing is an error, not a figure:
leave such a query out before.
"""

import math
from collections.abc import Sequence

Interval = tuple[float, float]
"""Start and end in seconds, half open."""


def recall(ranks: Sequence[int | None], k: int) -> float:
    """Part of what is relevant that stands among the first `k`: 0 to 1 (Manning, Raghavan, Schütze 2008, section 8.4).

    `ranks` has one entry for each relevant item. With n relevant items recall@1 is 1/n at most. Raises ValueError
    without any.
    """
    return mean([float(rank is not None and rank <= k) for rank in ranks])


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """1 / rank of the first relevant item, 0 where none is found; its mean is MRR (Voorhees 1999)."""
    return max((1.0 / rank for rank in ranks if rank is not None), default=0.0)


def dcg(gains: Sequence[float], k: int) -> float:
    """Σ gain / log2(1 + rank) over the first `k` (Järvelin, Kekäläinen 2002; log2 as Burges et al. 2005)."""
    return math.fsum(gain / math.log2(1 + rank) for rank, gain in enumerate(gains[:k], start=1))


def ndcg(gains: Sequence[float], ideal: Sequence[float], k: int) -> float:
    """DCG relative to that of the best order: 0 to 1 (Järvelin, Kekäläinen 2002).

    Args:
        gains: the grade at each rank, 0 for what is not relevant.
        ideal: the grades of everything that is relevant, in any order.

    Raises ValueError where nothing is relevant.
    """
    best = dcg(sorted(ideal, reverse=True), k)
    if best <= 0:
        raise ValueError("nDCG of a query without anything relevant is not defined")
    return dcg(gains, k) / best


def tied_gains(scored: Sequence[tuple[float, float]], tolerance: float) -> list[float]:
    """The gain to be expected at each rank when ties are broken by chance (McSherry, Najork 2008).

    `scored`: (score, gain) of each item. Neighbours by score that differ by `tolerance` at most are tied, so that two
    computations of one score, which differ in their last bits, give the same figures.
    """
    ordered = sorted(scored, key=lambda pair: -pair[0])
    found: list[float] = []
    begin = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or ordered[end - 1][0] - ordered[end][0] > tolerance:
            group = [gain for _, gain in ordered[begin:end]]
            found += [math.fsum(group) / len(group)] * len(group)
            begin = end
    return found


def overlap_s(one: Interval, other: Interval) -> float:
    """Seconds that two intervals share."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def temporal_iou(one: Interval, other: Interval) -> float:
    """Intersection over union of two intervals: 0 to 1 (of moment retrieval: Gao et al. 2017). 0 for an empty one."""
    shared = overlap_s(one, other)
    together = (one[1] - one[0]) + (other[1] - other[0]) - shared
    return shared / together if shared > 0 else 0.0


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean. Raises ValueError without values."""
    if not values:
        raise ValueError("the mean of nothing is not defined")
    return math.fsum(values) / len(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of the values do not exceed: the nearest rank, no interpolation.

    (Hyndman, Fan 1996, definition 1.) Raises ValueError without values, or for a share outside 0 to 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs values, and a share from 0 to 1")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
