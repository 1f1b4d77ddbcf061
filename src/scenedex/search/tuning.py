"""The weights of the channels that serve judgements best, and whether they would serve other queries as well.

Each query is asked a few times; what the channels found is then fused again in memory for every point of a grid over
the weights. The figures to believe are held out: for each fifth of the queries, weights chosen on the other four fifths
are given to the real search (cross-validation; Stone 1974).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import UsageError
from scenedex.search.fusion import rescaled
from scenedex.search.outcomes import Case, Figures, Search, Weights, figures, gain, loud, rank_hits
from scenedex.search.refusion import Points, fused_again, pool_of
from scenedex.types import Answer, Channel

FOLDS = 5
FEWEST = 2 * FOLDS
"""Queries with something relevant: fewer cannot be divided into folds that mean anything."""

MOST_POINTS = 2_000
FINEST = 20  #: steps from 0 to 1 on one axis of the grid
SHUFFLE = 20260101
"""Seed of the division into folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What tuning found."""

    weights: dict[Channel, float]  #: best for all judgements; their sum is that of the defaults
    defaults: dict[Channel, float]
    held_out: Figures  #: of weights that were chosen on other queries
    held_out_defaults: Figures  #: of the defaults, for the same queries
    gain: float  #: mean difference of nDCG@10, held out
    standard_error: float  #: of that difference
    silent: (
        float | None
    )  #: share of queries without anything relevant that get no hit above `weak`, with the weights
    silent_defaults: float | None  #: the same with the defaults
    better: bool  #: whether the weights are worth setting: their gain is more than its standard error
    folds: int = FOLDS


def tune(cases: Sequence[Case], search: Search, deep: Search, defaults: Weights) -> Tuning:
    """Find weights for these cases. Deterministic.

    Args:
        cases: those without targets are passed over.
        search: ten hits or more.
        deep: the same search with as many hits as it gives.
        defaults: the weights of the settings.

    Raises UsageError where there are too few cases, or nothing to weigh against one another.
    """
    asked = [case for case in cases if case.targets]
    if len(asked) < FEWEST:
        raise UsageError(
            f"Tuning needs at least {FEWEST} queries that have something relevant, there are {len(asked)}: fewer say "
            "more about themselves than about the weights."
        )
    before = [search(case.judgement.query, None, "auto") for case in asked]
    channels = _channels(before, defaults)
    pools = [
        pool_of(case, answer, deep, defaults, channels) for case, answer in zip(asked, before, strict=True)
    ]
    points = grid(_as_row(defaults, channels))
    table = np.array([fused_again(pool, points) for pool in pools])
    after: dict[int, Answer] = {}
    for fold in folds(len(asked)):
        others = [number for number in range(len(asked)) if number not in fold]
        weights = _as_weights(points[best(table[others], points)], channels, defaults)
        after |= {number: search(asked[number].judgement.query, weights, "auto") for number in fold}
    weights = _as_weights(points[best(table, points)], channels, defaults)
    quiet = [case.judgement.query for case in cases if not case.targets]
    return _compared(
        asked,
        (before, [after[number] for number in range(len(asked))]),
        (defaults, weights),
        (_silent(quiet, search, None), _silent(quiet, search, weights)),
    )


def _compared(
    cases: Sequence[Case],
    answers: tuple[Sequence[Answer], Sequence[Answer]],
    weights: tuple[Weights, dict[Channel, float]],
    silent: tuple[float | None, float | None],
) -> Tuning:
    """Each pair: with the defaults, and tuned. The answers of the second were tuned on other queries."""
    old, new = (
        [
            gain(rank_hits(answer.hits, case.targets), case.targets)
            for case, answer in zip(cases, given, strict=True)
        ]
        for given in answers
    )
    differences = np.subtract(new, old)
    error = float(differences.std(ddof=1)) / math.sqrt(len(cases))
    held_out_defaults, held_out = (figures(cases, given) for given in answers)
    assert held_out is not None
    assert held_out_defaults is not None
    return Tuning(
        weights=weights[1],
        defaults={channel: weights[0][channel] for channel in weights[1]},
        held_out=held_out,
        held_out_defaults=held_out_defaults,
        gain=float(differences.mean()),
        standard_error=error,
        silent_defaults=silent[0],
        silent=silent[1],
        better=float(differences.mean()) > max(error, 1e-9),
    )


def _silent(queries: Sequence[str], search: Search, weights: Weights | None) -> float | None:
    heard = [loud(search(query, weights, "auto")) for query in queries]
    return 1 - sum(heard) / len(heard) if heard else None


def grid(defaults: Sequence[float]) -> Points:
    """The defaults, then evenly spaced weightings that sum to 1, as many steps as MOST_POINTS allows."""
    n = len(defaults)
    steps = next(s for s in range(FINEST, 0, -1) if math.comb(s + n - 1, n - 1) <= MOST_POINTS)
    bars = combinations(range(steps + n - 1), n - 1)
    ends = [(-1, *bar, steps + n - 1) for bar in bars]
    parts = [[end[i + 1] - end[i] - 1 for i in range(n)] for end in ends]
    return np.array([defaults, *(np.array(part) / steps for part in parts)], dtype=np.float64)


def folds(count: int) -> list[list[int]]:
    """The numbers below `count` in FOLDS groups of nearly the same size, each number in one of them."""
    order = list(range(count))
    Random(SHUFFLE).shuffle(order)
    return [sorted(order[k::FOLDS]) for k in range(FOLDS)]


def best(table: NDArray[np.float64], points: Points) -> int:
    """The number of the point whose mean is best; among equals the one nearest to the first, the defaults.

    `table`: nDCG@10, shape (queries, points).
    """
    means = table.mean(axis=0)
    equals = np.flatnonzero(means >= means.max() - 1e-9)
    far = np.abs(points[equals] - points[0]).sum(axis=1)
    return int(equals[np.argmin(far)])


def _channels(answers: Sequence[Answer], defaults: Weights) -> list[Channel]:
    asked = {channel for answer in answers for channel in answer.plan.weights}
    found = [channel for channel in defaults if channel in asked]
    if len(found) < 2:
        raise UsageError(
            "There is nothing to tune: only one channel can be asked in this library. `scenedex doctor` says what is "
            "missing."
        )
    return found


def _as_row(weights: Mapping[Channel, float], channels: Sequence[Channel]) -> list[float]:
    shares = rescaled({channel: weights[channel] for channel in channels}, channels)
    return [shares.get(channel, 0.0) for channel in channels]


def _as_weights(
    point: NDArray[np.float64], channels: Sequence[Channel], defaults: Weights
) -> dict[Channel, float]:
    """Weights on the scale of the defaults, so that they stand beside those of channels that were not tuned."""
    total = math.fsum(defaults[channel] for channel in channels)
    return {channel: round(float(share) * total, 4) for channel, share in zip(channels, point, strict=True)}
