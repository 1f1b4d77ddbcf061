"""A request → an answer: plan, encoders, channels, calibration, fusion, second look, cutoff.

The lexical channel is always there; every other one is a `Dense`: a space, an encoder of queries, a background.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.search.anchor import Anchor
from scenedex.search.answering import Found, answered, shaped
from scenedex.search.calibration import Background
from scenedex.search.clock import Clock
from scenedex.search.cutoff import Judged, cut, judge, sift
from scenedex.search.dense import Dense
from scenedex.search.encoding import Encoded, QueryEncoding
from scenedex.search.fusion import rescaled
from scenedex.search.nearest import Words
from scenedex.search.planning import plan
from scenedex.search.question import Question, read_question
from scenedex.search.request import SearchDefaults, SearchRequest, check_request
from scenedex.search.rerank import reranked
from scenedex.search.retrieval import DEEPEST, POOL, Ask, Begun, Brought, begin, retrieve
from scenedex.search.router import route
from scenedex.search.sequence import Chain, chains, split_sequence
from scenedex.search.telling import tell_plan, tell_rerank
from scenedex.store.beside import Beside
from scenedex.store.database import Transaction
from scenedex.store.scenes import scene_cards
from scenedex.store.sizes import Size
from scenedex.tracing import span
from scenedex.types import Answer, Channel, Plan, Rerank, VectorQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One query with its plan, and its vectors in the spaces that could take it."""

    request: SearchRequest
    question: Question | None  #: None where there is an example alone
    anchor: Anchor | None
    plan: Plan
    encoded: Encoded
    out: frozenset[Channel] = frozenset()  #: channels that were to take part and cannot
    begun: Begun | None = None  #: what is searched already


class Engine:
    """Searches in one library. Safe to share between threads."""

    def __init__(
        self,
        *,
        dense: Sequence[Dense] = (),
        defaults: SearchDefaults | None = None,
        degraded: Sequence[str] = (),
        encoding: QueryEncoding | None = None,
        sizes: Mapping[int, Size] | None = None,
        beside: Beside | None = None,
    ) -> None:
        """`defaults` has the weights, which count relative to one another; a weight of 0 takes its channel out.

        `degraded` names the channels that cannot take part, each with the reason, as every answer will. `encoding`
        is the process's; without one the encoders are asked with the usual deadline, and nothing is kept. `sizes` are
        those of `store.spaces.Choices`; without them each search asks for them.
        """
        self._defaults = defaults or SearchDefaults()
        self._dense = tuple(dense)
        self._degraded = tuple(degraded)
        self._encoding = encoding or QueryEncoding()
        self._sizes = sizes
        self._beside = beside

    def search(self, tx: Transaction, request: SearchRequest, anchor: Anchor | None = None) -> Answer:
        """The scenes that fit best, one hit a scene, best first; no hits where nothing fits.

        Scenes in which the query (or what of it stands in quotation marks) is said word for word come first. A
        channel whose encoder fails is left out and named in `degraded`. `anchor` is an example to go by, beside the
        words or instead of them. A query like `"a" then "b"` finds scenes of a that scenes of b follow; plan and
        second look are then those of a.

        Raises UsageError for a request that makes no sense, StoreError when the database fails.
        """
        check_request(request)
        with span("search") as measured:
            answer = self._searched(tx, request, anchor)
            measured.set(mode=answer.plan.mode, hits=len(answer.hits), degraded=len(answer.degraded))
        return answer

    def _searched(self, tx: Transaction, request: SearchRequest, anchor: Anchor | None) -> Answer:
        clock = Clock()
        parts = split_sequence(request.query)
        if len(parts) > 1 and anchor is not None:
            raise UsageError("One thing after another cannot be asked for together with an example.")
        page_end = request.limit + request.offset
        # chains are sorted as a whole: their pages come from one pool
        depth = page_end if len(parts) == 1 else POOL
        asked = [self._asked(tx, replace(request, query=part), anchor, clock, depth) for part in parts]
        words = Words(self._encoding, self._dense)
        seen = next((one.space for one in self._dense if one.channel == "visual"), None)
        while True:
            found = [self._find(tx, each, depth, clock, several=len(asked) > 1) for each in asked]
            lines = shaped(tx, request, _lines(found, request.within_s), seen)
            if len(lines) >= page_end or depth >= DEEPEST or not (len(found) == 1 and found[0].more):
                break
            depth = min(4 * max(depth, POOL), DEEPEST)
        answer = answered(tx, request, found, lines, words)
        clock.lap("rerank")
        for each in found:
            tell_plan(each.plan, each.question.text)
            if each.plan.mode == "rerank":
                tell_rerank(each.rerank)
        return replace(answer, degraded=self._degraded + answer.degraded, took_ms=clock.total())

    def _find(self, tx: Transaction, asked: _Asked, depth: int, clock: Clock, *, several: bool) -> Found:
        brought = self._retrieved(tx, asked, depth)
        if brought.failed:
            # the others are asked again, as if the failed one had never been there
            asked, failed = self._planned(asked, asked.out | brought.failed), brought.degraded
            brought = self._retrieved(tx, asked, depth)
            brought = replace(brought, degraded=failed + brought.degraded)
        clock.lap("retrieve")
        question = asked.question or read_question("-")
        judged, report = self._judged(question, asked, brought)
        hide, request = bool(question.words) or asked.anchor is None, asked.request
        weaker = request.weaker
        one_by_one = not (several or request.fold or request.group_by or request.bands)
        sifted, weak = sift(
            judged, depth if one_by_one else None, hide=hide, weak=weaker or "weak" in request.bands
        )
        cards = scene_cards(tx, [one.candidate.scene_id for one in sifted])
        shown, by_title = cut(sifted, cards, hide=hide and not weaker)
        clock.lap("rerank")
        return Found(
            question=question,
            plan=asked.plan,
            shown=shown,
            hidden=weak + by_title,
            more=brought.more,
            vectors=asked.encoded.vectors,
            degraded=asked.encoded.degraded + brought.degraded,
            rerank=report,
        )

    def _asked(
        self, tx: Transaction, request: SearchRequest, anchor: Anchor | None, clock: Clock, depth: int
    ) -> _Asked:
        """Plan and encode; what needs no encoder that takes time is searched meanwhile in a large library.

        Where a channel's encoder gives nothing, the plan is made again as if it were not there.
        """
        alone = anchor is not None and not request.query.strip()
        question = None if alone else read_question(request.query)
        start = self._plan(request, question, anchor, frozenset())
        asked = _Asked(request=request, question=question, anchor=anchor, plan=start, encoded=Encoded())
        clock.lap("router")
        tried: set[str] = set()
        while question is not None and question.words:
            dense = [
                one
                for one in self._dense
                if one.channel in asked.plan.weights and one.space.name not in tried
            ]
            if not dense:
                break
            tried |= {one.space.name for one in dense}
            begun: list[Begun] = []
            meanwhile = partial(self._begin, tx.owner, asked, depth, begun)
            aside = partial(self._aside, tx.owner, begun)
            more = self._encoding.encode(tx, question.text, dense, meanwhile, aside)
            asked = replace(asked, encoded=_joined(asked.encoded, more), begun=next(iter(begun), asked.begun))
            silent = {one.channel for one in dense} - {query.channel for query in more.vectors}
            asked = self._planned(asked, asked.out | silent)
        clock.lap("encode")
        return asked

    def _begin(
        self, owner: UUID, asked: _Asked, depth: int, begun: list[Begun], vectors: tuple[VectorQuery, ...]
    ) -> None:
        if asked.begun is not None:
            return
        there = replace(asked, encoded=replace(asked.encoded, vectors=asked.encoded.vectors + vectors))
        one = begin(owner, self._ask(there, depth), self._defaults)
        begun += [one] if one is not None else []

    def _aside(self, owner: UUID, begun: Sequence[Begun], part: Callable[[Transaction], None]) -> bool:
        """Begin what nobody waits for, where parts of this search run beside it already."""
        return bool(begun and self._beside and self._beside.begin(owner, part))

    def _planned(self, asked: _Asked, out: frozenset[Channel]) -> _Asked:
        if out == asked.out:
            return asked
        made = self._plan(asked.request, asked.question, asked.anchor, out)
        return replace(asked, plan=made, out=out)

    def _plan(
        self,
        request: SearchRequest,
        question: Question | None,
        anchor: Anchor | None,
        out: Collection[Channel],
    ) -> Plan:
        if question is None:
            said = anchor.said if anchor else ""
            return Plan(mode="recall", confidence=1.0, reason=said, weights={"anchor": 1.0})
        base = {**self._defaults.weights, **request.weights}
        mode = self._defaults.mode if request.mode == "auto" else request.mode
        channels: set[Channel] = {"lexical", *(one.channel for one in self._dense)}
        left = channels.difference(out)
        if not any(
            base.get(channel, 0.0) > 0 for channel in left - ({"visual"} if mode == "skip" else set())
        ):
            left = channels  # nothing can be found: the plan is as it would have been
        words = plan(route(question.text), base, left, mode)
        if anchor is None:
            return words
        weights = {channel: weight * (1 - anchor.weight) for channel, weight in words.weights.items()}
        weights["anchor"] = anchor.weight
        return replace(words, weights=rescaled(weights, weights), reason=f"{anchor.said}; {words.reason}")

    def _backgrounds(self, anchor: Anchor | None) -> dict[tuple[Channel, int], Background]:
        known: dict[tuple[Channel, int], Background] = {
            (one.channel, one.space.id): one.background for one in self._dense
        }
        for space, background in (anchor.backgrounds if anchor else {}).items():
            known["anchor", space] = background
        return known

    def _retrieved(self, tx: Transaction, asked: _Asked, depth: int) -> Brought:
        return retrieve(tx, self._ask(asked, depth), self._backgrounds(asked.anchor), self._defaults)

    def _ask(self, asked: _Asked, depth: int) -> Ask:
        question, anchor = asked.question or read_question("-"), asked.anchor
        vectors = (*asked.encoded.vectors, *(anchor.vectors if anchor else ()))
        return Ask(
            question=question,
            terms=question.terms if "lexical" in asked.plan.weights and "lexical" not in asked.out else (),
            vectors=[
                query
                for query in vectors
                if query.channel in asked.plan.weights and query.channel not in asked.out
            ],
            mode=asked.plan.mode,
            filters=asked.request.filters,
            exclude=anchor.exclude if anchor else (),
            wanted=depth,
            sizes=self._sizes,
            beside=self._beside,
            begun=asked.begun,
        )

    def _judged(self, question: Question, asked: _Asked, brought: Brought) -> tuple[list[Judged], Rerank]:
        present = {channel for one in brought.candidates if one.tier == 0 for channel in one.rows}
        weights = rescaled(asked.plan.weights, present)
        judged = judge(
            question, brought.candidates, weights, self._backgrounds(asked.anchor), self._defaults.fusion
        )
        if asked.plan.mode != "rerank":
            return judged, Rerank()
        return reranked(
            judged,
            brought.cosines,
            weight=self._defaults.rerank_weight,
            min_range=self._defaults.min_score_range,
        )


def _lines(found: Sequence[Found], within_s: float) -> list[Chain]:
    if len(found) > 1:
        return chains([each.shown for each in found], within_s)
    return [Chain((one,)) for one in found[0].shown]


def _joined(one: Encoded, more: Encoded) -> Encoded:
    return Encoded(
        vectors=one.vectors + more.vectors,
        degraded=one.degraded + more.degraded,
        cached=one.cached + more.cached,
        asked=one.asked + more.asked,
    )
