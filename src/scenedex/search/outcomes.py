"""Answers held against what is relevant → figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from scenedex.search.judgements import Judgement
from scenedex.search.metrics import Interval, mean, ndcg, overlap_s, recall, reciprocal_rank, temporal_iou
from scenedex.types import Answer, Channel, Hit, Mode

Weights = Mapping[Channel, float]
Search = Callable[[str, Weights | None, Mode], Answer]
"""Asks a query, with these weights (None: those of the settings), in this mode. Raises what a search raises."""

DEPTH = 10
"""Hits of an answer that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A stretch of a video that answers a query."""

    video_id: UUID
    span: Interval
    grade: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A judgement whose places are known in the library."""

    judgement: Judgement
    targets: tuple[Target, ...]  #: none for a query that should find nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over queries that have something relevant; each from 0 to 1, the more the better."""

    queries: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float  #: of the first ten hits
    ndcg_10: float
    iou: float  #: of the first hit with the relevant span that it overlaps best; 0 without a hit
    confident: float  #: share of queries with a relevant hit above `weak` among the first ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What of the targets stands where in an answer."""

    ranks: tuple[int | None, ...]  #: one a target: that of the first hit that shows it
    gains: tuple[float, ...]  #: one a hit


def shows(video_id: UUID, span: Interval, target: Target) -> bool:
    """Whether a scene shows a target: they share at least half of the shorter one."""
    shorter = min(span[1] - span[0], target.span[1] - target.span[0])
    return video_id == target.video_id and 0 < 0.5 * shorter <= overlap_s(span, target.span)


def ranking(shown: Sequence[Sequence[int]], grades: Sequence[float]) -> Ranking:
    """`shown`: the numbers of the targets that each hit shows, best hit first; `grades`: of the targets.

    A target counts where it is met first: further hits that show it gain nothing. A hit that shows several gains
    the best grade among those not met before.
    """
    ranks: list[int | None] = [None] * len(grades)
    gains = []
    for rank, targets in enumerate(shown, start=1):
        new = [number for number in targets if ranks[number] is None]
        gains.append(max((grades[number] for number in new), default=0.0))
        for number in new:
            ranks[number] = rank
    return Ranking(ranks=tuple(ranks), gains=tuple(gains))


def rank_hits(hits: Sequence[Hit], targets: Sequence[Target]) -> Ranking:
    """The first ten hits held against the targets."""
    shown = [
        [n for n, target in enumerate(targets) if shows(hit.video_id, (hit.start_s, hit.end_s), target)]
        for hit in hits[:DEPTH]
    ]
    return ranking(shown, [target.grade for target in targets])


def gain(found: Ranking, targets: Sequence[Target]) -> float:
    """nDCG@10 of one query."""
    return ndcg(found.gains, [target.grade for target in targets], DEPTH)


def first_iou(hits: Sequence[Hit], targets: Sequence[Target]) -> float:
    """Temporal IoU of the first hit with the target that it overlaps best, 0 to 1."""
    if not hits:
        return 0.0
    span = hits[0].start_s, hits[0].end_s
    same = [target.span for target in targets if target.video_id == hits[0].video_id]
    return max((temporal_iou(span, target) for target in same), default=0.0)


def figures(cases: Sequence[Case], answers: Sequence[Answer]) -> Figures | None:
    """Means over the cases that have targets; None where none has."""
    pairs = [(case.targets, answer.hits) for case, answer in zip(cases, answers, strict=True) if case.targets]
    if not pairs:
        return None
    found = [rank_hits(hits, targets) for targets, hits in pairs]
    ranks = [one.ranks for one in found]
    return Figures(
        queries=len(pairs),
        recall_1=mean([recall(one, 1) for one in ranks]),
        recall_5=mean([recall(one, 5) for one in ranks]),
        recall_10=mean([recall(one, DEPTH) for one in ranks]),
        mrr=mean([reciprocal_rank(one) for one in ranks]),
        ndcg_10=mean([gain(one, targets) for one, (targets, _) in zip(found, pairs, strict=True)]),
        iou=mean([first_iou(hits, targets) for targets, hits in pairs]),
        confident=mean([float(_confident(hits, targets)) for targets, hits in pairs]),
    )


def _confident(hits: Sequence[Hit], targets: Sequence[Target]) -> bool:
    return any(
        hit.band != "weak" and shows(hit.video_id, (hit.start_s, hit.end_s), target)
        for hit in hits[:DEPTH]
        for target in targets
    )


def loud(answer: Answer) -> bool:
    """Whether a hit is more than `weak`: what the answer to a query without anything relevant must not have."""
    return any(hit.band != "weak" for hit in answer.hits)
