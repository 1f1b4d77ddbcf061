"""A query → an answer: plan, channels, calibration, fusion, cutoff.

The lexical channel is always there; every other one is a `Dense`: a space, an encoder of queries, a background.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial

from scenedex.errors import UsageError
from scenedex.search.candidates import Candidate, by_scene, candidates
from scenedex.search.cutoff import cut, judge
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.evidence import hit
from scenedex.search.fusion import RESULT, rescaled
from scenedex.search.question import Question, read_question
from scenedex.store.channels import search_channels
from scenedex.store.database import Transaction
from scenedex.store.scenes import scene_cards
from scenedex.types import Answer, Channel, ChannelRow, Filters, Plan, VectorQuery

__all__ = ["DEFAULT_WEIGHTS", "MAX_LIMIT", "MAX_OFFSET", "POOL", "Dense", "Engine"]

log = logging.getLogger(__name__)

POOL = 300
"""Scenes that each channel offers. The pages of one query come from one pool, so that they do not overlap."""

MAX_LIMIT = 1_000
MAX_OFFSET = 10_000

DEFAULT_WEIGHTS: Mapping[Channel, float] = {
    "visual": 0.25,
    "transcript": 0.30,
    "lexical": 0.20,
    "audio": 0.10,
}


class Engine:
    """Searches in one library. Safe to share between threads."""

    def __init__(
        self,
        *,
        dense: Sequence[Dense] = (),
        weights: Mapping[Channel, float] = DEFAULT_WEIGHTS,
        degraded: Sequence[str] = (),
        encoding: QueryEncoding | None = None,
    ) -> None:
        """`weights` count relative to one another; a weight of 0 takes its channel out.

        `degraded` names the channels that cannot take part, each with the reason, as every answer will. `encoding`
        is the process's; without one the encoders are asked with the usual deadline, and nothing is kept.
        """
        self._dense = [one for one in dense if weights.get(one.channel, 0.0) > 0]
        self._weights = weights
        self._degraded = tuple(degraded)
        self._encoding = encoding or QueryEncoding()
        self._backgrounds = {one.space.id: one.background for one in self._dense}

    def search(
        self,
        tx: Transaction,
        query: str,
        *,
        filters: Filters | None = None,
        limit: int = 10,
        offset: int = 0,
    ) -> Answer:
        """The scenes that fit best, one hit a scene, best first; no hits where nothing fits.

        Scenes in which the query (or what of it stands in quotation marks) is said word for word come first. A
        channel whose encoder fails is left out and named in `degraded`.

        Raises UsageError for a blank or too long query, and for a limit or offset out of range; StoreError when
        the database fails.
        """
        clock = _Clock()
        question = read_question(query)
        _check_page(limit, offset)
        plan = self._plan()
        clock.lap("router")
        encoded = self._encoding.encode(tx, question.text, self._dense if question.words else ())
        clock.lap("encode")
        terms = question.terms if "lexical" in plan.weights else ()
        found = self._retrieve(tx, question, terms, encoded.vectors, filters or Filters(), limit + offset)
        clock.lap("retrieve")
        present = {channel for candidate in found for channel in candidate.rows}
        weights = rescaled(plan.weights, present)
        shown, hidden = cut(judge(question, found, weights, self._backgrounds))
        nearest = partial(self._nearest, encoded.vectors)
        hits = tuple(hit(question, judged, nearest) for judged in shown[offset : offset + limit])
        clock.lap("rank")
        return Answer(
            query=query,
            plan=plan,
            hits=hits,
            hidden=hidden,
            degraded=self._degraded + encoded.degraded,
            took_ms=clock.total(),
        )

    def _retrieve(
        self,
        tx: Transaction,
        question: Question,
        terms: Sequence[str],
        vectors: Sequence[VectorQuery],
        filters: Filters,
        wanted: int,
    ) -> list[Candidate]:
        """The scenes that the channels bring, without those that are no nearer than unrelated ones usually are."""
        if not terms and not vectors:
            return []
        k = POOL * -(-wanted // POOL)
        rows = search_channels(tx, terms=terms, vectors=vectors, filters=filters, k=k)
        brought = {
            scene_id: channels
            for scene_id, channels in by_scene(rows, self._worth).items()
            if "lexical" in channels or any(self._worth(row) >= RESULT for row in channels.values())
        }
        return candidates(question, brought, scene_cards(tx, list(brought)))

    def _worth(self, row: ChannelRow) -> float:
        return self._backgrounds[row.space_id].calibrated(row.raw) if row.space_id else row.raw

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

    def _plan(self) -> Plan:
        channels: set[Channel] = {"lexical", *(one.channel for one in self._dense)}
        weights = rescaled(self._weights, channels)
        if not weights:
            raise UsageError(
                "Every channel has the weight 0, so nothing can be found: give one of them a weight."
            )
        if "visual" in channels:
            return Plan(mode="recall", confidence=1.0, reason="all channels are asked alike", weights=weights)
        return Plan(
            mode="skip",
            confidence=1.0,
            reason="no picture of this library can be compared with words, so the words decide",
            weights=weights,
        )


class _Clock:
    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 3)
        self._last = now

    def total(self) -> dict[str, float]:
        return {**self._laps, "total": round((time.perf_counter() - self._began) * 1000, 3)}


def _check_page(limit: int, offset: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"The limit must be from 1 to {MAX_LIMIT:,} hits, not {limit:,}.")
    if not 0 <= offset <= MAX_OFFSET:
        raise UsageError(f"The offset must be from 0 to {MAX_OFFSET:,} hits, not {offset:,}.")
