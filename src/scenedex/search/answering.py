"""What the parts of a query found → the page that was asked for."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenedex.errors import StoreError
from scenedex.search.cutoff import Placed
from scenedex.search.evidence import choices, hit, is_seen, with_scene
from scenedex.search.grouping import FOLDED, SHOWN, Line, by_video, folded
from scenedex.search.nearest import Words
from scenedex.search.question import Question
from scenedex.search.request import SearchRequest
from scenedex.search.sequence import Chain
from scenedex.store.database import Transaction
from scenedex.store.scenes import captions_by_scene, keyframes_by_scene
from scenedex.store.scoring import vectors_of
from scenedex.types import Answer, Hit, Plan, Rerank, Space, VectorQuery, VideoHits

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one part of a query found."""

    question: Question
    plan: Plan
    shown: list[Placed]
    hidden: int
    vectors: tuple[VectorQuery, ...]
    degraded: tuple[str, ...]
    rerank: Rerank
    more: bool = False  #: deeper down there may be more


def shaped(
    tx: Transaction, request: SearchRequest, chains: Sequence[Chain], seen: Space | None
) -> list[list[Line]]:
    """Bands, folding and groups, in this order and before the page, so that a page asked for is a page filled.

    One list a place of the page: of one line, or of those of a video. `seen`: the space in which scenes are compared
    for folding; None where there is none.
    """
    kept = [chain for chain in chains if not request.bands or chain.band in request.bands]
    lines = _folded(tx, kept, seen) if request.fold else [(chain, 0) for chain in kept]
    return list(by_video(lines).values()) if request.group_by else [[line] for line in lines]


def answered(
    tx: Transaction,
    request: SearchRequest,
    found: Sequence[Found],
    places: Sequence[Sequence[Line]],
    words: Words,
) -> Answer:
    """The page that was asked for of all `places`."""
    page = places[request.offset : request.offset + request.limit]
    lines = [line for place in page for line in place[:SHOWN]]
    links = [link for chain, _ in lines for link in chain.links]
    read = captions_by_scene(tx, [link.card.scene.id for link in links])
    seen = keyframes_by_scene(tx, [link.card.scene.id for link in links if is_seen(link)])
    complete = [
        (Chain(tuple(with_scene(link, read, seen) for link in chain.links)), alike) for chain, alike in lines
    ]
    hits = iter(_hits(found, complete, words))
    groups = [_group([next(hits) for _ in place[:SHOWN]], len(place)) for place in page]
    return Answer(
        query=request.query,
        plan=replace(found[0].plan, reason="; then ".join(each.plan.reason for each in found)),
        hits=tuple(group.hits[0] for group in groups),
        hidden=sum(each.hidden for each in found),
        degraded=tuple(dict.fromkeys(reason for each in found for reason in each.degraded)),
        rerank=found[0].rerank,
        groups=tuple(groups) if request.group_by else (),
    )


def _folded(tx: Transaction, chains: Sequence[Chain], seen: Space | None) -> list[Line]:
    rest: list[Line] = [(chain, 0) for chain in chains[FOLDED:]]
    compared = chains[:FOLDED]
    try:
        with tx.savepoint():
            scenes = [chain.first.card.scene.id for chain in compared]
            pictures = vectors_of(tx, scenes, seen) if seen else {}
    except StoreError as exc:
        log.warning("the hits are not folded", exc_info=exc)
        pictures = {}
    return folded(compared, pictures) + rest


def _hits(found: Sequence[Found], lines: Sequence[Line], words: Words) -> list[Hit]:
    nearest = []
    for number, each in enumerate(found):
        texts = [text for chain, _ in lines for text in choices(chain.links[number])]
        nearest.append(words.nearest(each.vectors, texts))
    made = []
    for chain, alike in lines:
        links = [
            hit(each.question, link, choose, each.plan.weights)
            for each, link, choose in zip(found, chain.links, nearest, strict=True)
        ]
        first = replace(links[0], score=round(chain.score, 6), band=chain.band, alike=alike)
        made.append(replace(first, then=tuple(links[1:])))
    return made


def _group(hits: Sequence[Hit], found: int) -> VideoHits:
    best = hits[0]
    return VideoHits(
        video_id=best.video_id, video=best.video, path=best.path, hits=tuple(hits), more=found - len(hits)
    )
