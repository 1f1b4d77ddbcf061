"""A second look at the pictures of a pool: it moves scenes in the order, and never into another band."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from scenedex.search.cutoff import Judged
from scenedex.types import Rerank


def pool(brought: Mapping[UUID, bool], size: int) -> list[UUID]:
    """At most `size` of the scenes, in their order: those that words brought first, then those that only pictures did.

    `brought`: scene to whether a channel other than the visual one brought it, best first.
    """
    by_words = [scene for scene, words in brought.items() if words]
    by_pictures = [scene for scene, words in brought.items() if not words]
    return (by_words + by_pictures)[:size]


def reranked(
    judged: Sequence[Judged], cosines: Mapping[UUID, float | None], *, weight: float, min_range: float
) -> tuple[list[Judged], Rerank]:
    """The order becomes (1 − weight) · what it was + weight · cosine, brought to 0 … 1 over the pool.

    `cosines`: the scenes of the pool, None without pictures; such a scene keeps its place value. One beyond the pool
    counts as the farthest of it. Nothing changes where the cosines differ by less than `min_range`: then they tell
    these scenes apart by chance.
    """
    there = [cosine for cosine in cosines.values() if cosine is not None]
    if not there:
        return list(judged), Rerank(skipped=True, reason="no scene of the pool has pictures", weight=weight)
    least = min(there)
    wide = max(there) - least
    report = Rerank(scored=len(there), score_range=round(wide, 6), weight=weight)
    if weight == 0:
        return list(judged), replace(report, skipped=True, reason="the second look has no weight")
    if wide < min_range or wide == 0:
        reason = "the pictures are all as near"
        if wide > 0:
            reason = f"the pictures are all about as near: {wide:.3f} < {min_range:g}"
        return list(judged), replace(report, skipped=True, reason=reason)

    def blended(one: Judged) -> Judged:
        cosine = cosines.get(one.candidate.scene_id, least)
        if cosine is None:
            return one
        return one._replace(rank=(1 - weight) * one.rank + weight * (cosine - least) / wide)

    return [blended(one) for one in judged], report
