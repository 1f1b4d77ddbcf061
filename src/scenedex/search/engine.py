"""A request → an answer: plan, encoders, channels, calibration, fusion, second look, cutoff.

The lexical channel is always there; every other one is a `Dense`: a space, an encoder of queries, a background.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from scenedex.errors import UsageError
from scenedex.search.anchor import Anchor
from scenedex.search.cutoff import Judged, cut, judge
from scenedex.search.dense import Dense
from scenedex.search.encoding import Encoded, QueryEncoding
from scenedex.search.evidence import hit
from scenedex.search.fusion import band, rescaled
from scenedex.search.grouping import SHOWN, by_video, folded
from scenedex.search.planning import plan
from scenedex.search.question import Question, read_question
from scenedex.search.request import SearchRequest, Tuning, check_request
from scenedex.search.rerank import reranked
from scenedex.search.retrieval import Ask, retrieve
from scenedex.search.router import route
from scenedex.search.sequence import chains, split_sequence
from scenedex.store.database import Transaction
from scenedex.store.scoring import vectors_of
from scenedex.types import Answer, Channel, Hit, Plan, Rerank, VectorQuery, VideoHits

log = logging.getLogger(__name__)

_NOTHING_ASKED = "There is nothing to search for: the query is empty. Say what you remember of the scene."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one part of a query found."""

    question: Question
    plan: Plan
    shown: list[Judged]
    hidden: int
    vectors: tuple[VectorQuery, ...]
    degraded: tuple[str, ...]
    rerank: Rerank


class Engine:
    """Searches in one library. Safe to share between threads."""

    def __init__(
        self,
        *,
        dense: Sequence[Dense] = (),
        tuning: Tuning | None = None,
        degraded: Sequence[str] = (),
        encoding: QueryEncoding | None = None,
    ) -> None:
        """`tuning` has the weights, which count relative to one another; a weight of 0 takes its channel out.

        `degraded` names the channels that cannot take part, each with the reason, as every answer will. `encoding`
        is the process's; without one the encoders are asked with the usual deadline, and nothing is kept.
        """
        self._tuning = tuning or Tuning()
        self._dense = tuple(dense)
        self._degraded = tuple(degraded)
        self._encoding = encoding or QueryEncoding()

    def search(self, tx: Transaction, request: SearchRequest, anchor: Anchor | None = None) -> Answer:
        """The scenes that fit best, one hit a scene, best first; no hits where nothing fits.

        Scenes in which the query (or what of it stands in quotation marks) is said word for word come first. A
        channel whose encoder fails is left out and named in `degraded`. `anchor` is an example to go by, beside the
        words or instead of them. A query like `"a" then "b"` finds scenes of a that scenes of b follow.

        Raises UsageError for a request that makes no sense, StoreError when the database fails.
        """
        check_request(request)
        clock = _Clock()
        parts = split_sequence(request.query)
        if len(parts) > 1:
            return self._chained(tx, request, parts, anchor, clock)
        found = self._find(tx, request, anchor, clock)
        answer = self._answer(tx, request, found)
        clock.lap("rerank")
        return replace(answer, took_ms=clock.total())

    def _find(
        self,
        tx: Transaction,
        request: SearchRequest,
        anchor: Anchor | None,
        clock: "_Clock",
        part: str | None = None,
    ) -> _Found:
        query = request.query if part is None else part
        question = read_question(query) if query.strip() or anchor is None else None
        decided = self._plan(request, question, anchor)
        clock.lap("router")
        asked = [one for one in self._dense if question and question.words and one.channel in decided.weights]
        encoded = self._encoding.encode(tx, question.text, asked) if question else Encoded()
        clock.lap("encode")
        question = question or read_question("-")
        ask = Ask(
            question=question,
            terms=question.terms if "lexical" in decided.weights else (),
            vectors=(*encoded.vectors, *(anchor.vectors if anchor else ())),
            mode=decided.mode,
            filters=request.filters,
            exclude=anchor.exclude if anchor else (),
            wanted=request.limit + request.offset,
        )
        backgrounds = {(one.channel, one.space.id): one.background for one in self._dense}
        for space, known in (anchor.backgrounds if anchor else {}).items():
            backgrounds["anchor", space] = known
        brought = retrieve(tx, ask, backgrounds, self._tuning)
        clock.lap("retrieve")
        present = {channel for candidate in brought.candidates for channel in candidate.rows}
        weights = rescaled(decided.weights, present)
        judged = judge(question, brought.candidates, weights, backgrounds, self._tuning.fusion)
        report = Rerank()
        if decided.mode == "rerank" and any(one.channel == "visual" for one in encoded.vectors):
            judged, report = reranked(
                judged,
                brought.cosines,
                weight=self._tuning.rerank_weight,
                min_range=self._tuning.min_score_range,
            )
        shown, hidden = cut(judged, hide=bool(question.words) or anchor is None)
        return _Found(
            question=question,
            plan=decided,
            shown=shown,
            hidden=hidden,
            vectors=encoded.vectors,
            degraded=encoded.degraded + brought.degraded,
            rerank=report,
        )

    def _plan(self, request: SearchRequest, question: Question | None, anchor: Anchor | None) -> Plan:
        base = {**self._tuning.weights, **request.weights}
        mode = self._tuning.mode if request.mode == "auto" else request.mode
        if question is None and anchor is not None:
            return Plan(mode="recall", confidence=1.0, reason=anchor.said, weights={"anchor": 1.0})
        if question is None:
            raise UsageError(_NOTHING_ASKED)
        there: set[Channel] = {"lexical", *(one.channel for one in self._dense)}
        words = plan(route(question.text), base, there, mode)
        if anchor is None:
            return words
        weights: dict[Channel, float] = {
            channel: w * (1 - anchor.weight) for channel, w in words.weights.items()
        }
        weights["anchor"] = anchor.weight
        return replace(words, weights=rescaled(weights, weights), reason=f"{anchor.said}; {words.reason}")

    def _answer(self, tx: Transaction, request: SearchRequest, found: _Found) -> Answer:
        """The page of the hits that was asked for."""
        shown = [one for one in found.shown if not request.bands or band(one.score) in request.bands]
        alike = self._folded(tx, shown) if request.fold else [(one, 0) for one in shown]
        page = slice(request.offset, request.offset + request.limit)
        nearest = partial(self._nearest, found.vectors)
        base = Answer(
            query=request.query,
            plan=found.plan,
            hits=(),
            hidden=found.hidden,
            degraded=self._degraded + found.degraded,
            rerank=found.rerank,
        )
        if request.group_by is None:
            hits = tuple(replace(hit(found.question, one, nearest), alike=same) for one, same in alike[page])
            return replace(base, hits=hits)
        groups = []
        for judged in list(by_video([one for one, _ in alike]).values())[page]:
            hits = tuple(hit(found.question, one, nearest) for one in judged[:SHOWN])
            best = hits[0]
            groups.append(
                VideoHits(
                    video_id=best.video_id,
                    video=best.video,
                    path=best.path,
                    hits=hits,
                    more=len(judged) - len(hits),
                )
            )
        return replace(base, hits=tuple(group.hits[0] for group in groups), groups=tuple(groups))

    def _chained(
        self,
        tx: Transaction,
        request: SearchRequest,
        parts: Sequence[str],
        anchor: Anchor | None,
        clock: "_Clock",
    ) -> Answer:
        if anchor is not None:
            raise UsageError("One thing after another cannot be asked for together with an example.")
        found = [self._find(tx, request, None, clock, part) for part in parts]
        made = chains([each.shown for each in found], request.within_s)
        hits = []
        for chain in made[request.offset : request.offset + request.limit]:
            links = [
                hit(each.question, link, partial(self._nearest, each.vectors))
                for each, link in zip(found, chain.links, strict=True)
            ]
            hits.append(_joined(links, chain.score))
        kept = [one for one in hits if not request.bands or one.band in request.bands]
        reasons = "; then ".join(each.plan.reason for each in found)
        degraded = dict.fromkeys(reason for each in found for reason in each.degraded)
        return Answer(
            query=request.query,
            plan=replace(found[0].plan, reason=reasons),
            hits=tuple(kept),
            hidden=sum(each.hidden for each in found),
            degraded=(*self._degraded, *degraded),
            took_ms=clock.total(),
        )

    def _folded(self, tx: Transaction, shown: Sequence[Judged]) -> list[tuple[Judged, int]]:
        seen = next((one.space for one in self._dense if one.channel == "visual"), None)
        if seen is None:
            return [(one, 0) for one in shown]
        return folded(shown, vectors_of(tx, [one.candidate.card.scene.id for one in shown], seen))

    def _nearest(self, vectors: Sequence[VectorQuery], texts: Sequence[str]) -> str:
        """The text that the transcript channel found: the store keeps vectors of passages, not their words."""
        asked = {query.space.id: query.vector for query in vectors if query.channel == "transcript"}
        used = next((one for one in self._dense if one.space.id in asked), None)
        if used is None:
            return texts[0]
        try:
            found = self._encoding.texts(used, texts)
        # As for the query: the words of a hit are worth less than the hit.
        except Exception as exc:
            log.warning("the words of a hit are left to chance", exc_info=exc)
            return texts[0]
        cosines = [-1.0 if vector is None else float(asked[used.space.id] @ vector) for vector in found]
        return texts[cosines.index(max(cosines))]


class _Clock:
    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {"router": 0.0, "encode": 0.0, "retrieve": 0.0, "rerank": 0.0}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(self._laps[name] + (now - self._last) * 1000, 3)
        self._last = now

    def total(self) -> dict[str, float]:
        return {**self._laps, "total": round((time.perf_counter() - self._began) * 1000, 3)}


def _joined(links: Sequence[Hit], score: float) -> Hit:
    """The first link, with those that follow it; its band is that of the weakest."""
    weakest = min(links, key=lambda link: link.score)
    return replace(links[0], score=round(score, 6), band=weakest.band, then=tuple(links[1:]))
