"""The plan of a query → candidates: all channels in one round trip, and a second look at the pictures of a pool."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from scenedex.errors import StoreError
from scenedex.search.calibration import Background
from scenedex.search.candidates import Candidate, by_scene, candidates
from scenedex.search.fusion import RESULT
from scenedex.search.pooling import Pooling, pooled
from scenedex.search.question import Question
from scenedex.search.request import Tuning
from scenedex.search.rerank import pool
from scenedex.store.channels import search_channels
from scenedex.store.database import Transaction
from scenedex.store.scenes import scene_cards
from scenedex.store.scoring import score_scenes
from scenedex.types import Channel, ChannelRow, Filters, Mode, VectorQuery

log = logging.getLogger(__name__)

POOL = 300
"""Scenes that each channel offers. The pages of one query come from one pool, so that they do not overlap."""

Backgrounds = Mapping[tuple[Channel, int], Background]
Rows = dict[UUID, dict[Channel, ChannelRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of the store for one query."""

    question: Question
    terms: Sequence[str]
    vectors: Sequence[VectorQuery]
    mode: Mode
    filters: Filters
    exclude: Sequence[UUID] = ()
    wanted: int = 10  #: hits up to the end of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Candidates, and the cosines of the pool where it was looked at twice."""

    candidates: list[Candidate]
    cosines: dict[UUID, float]
    degraded: tuple[str, ...] = ()


def retrieve(tx: Transaction, ask: Ask, backgrounds: Backgrounds, tuning: Tuning) -> Brought:
    """The scenes that the channels bring, without those that are no nearer than unrelated ones usually are."""
    if not ask.terms and not ask.vectors:
        return Brought(candidates=[], cosines={})

    def worth(row: ChannelRow) -> float:
        known = backgrounds.get((row.channel, row.space_id))
        return known.calibrated(row.raw) if known else row.raw

    found, degraded = _asked(tx, ask, tuning)
    rows = by_scene([row for row in found if row.raw >= tuning.thresholds.get(row.channel, -1.0)], worth)
    seen = [query for query in ask.vectors if query.channel == "visual"]
    cosines: dict[UUID, float] = {}
    if ask.mode == "rerank" and seen:
        best = sorted(rows, key=lambda scene: (-max(map(worth, rows[scene].values())), str(scene)))
        chosen = pool({scene: bool(rows[scene].keys() - {"visual"}) for scene in best}, tuning.pool_size)
        rows = {scene: rows[scene] for scene in chosen}
        for query in seen:
            cosines |= _second_look(tx, query, rows, tuning)
    elif seen and tuning.pooling != "max":
        for query in seen:
            _second_look(tx, query, {s: r for s, r in rows.items() if "visual" in r}, tuning)
    kept = {
        scene: channels
        for scene, channels in rows.items()
        if "lexical" in channels
        or "anchor" in channels
        or any(worth(row) >= RESULT for row in channels.values())
    }
    made = candidates(ask.question, kept, scene_cards(tx, list(kept)))
    return Brought(candidates=made, cosines=cosines, degraded=degraded)


def _asked(tx: Transaction, ask: Ask, tuning: Tuning) -> tuple[list[ChannelRow], tuple[str, ...]]:
    """All channels in one statement; where that fails each alone, so that one cannot take the rest along."""
    k = POOL * -(-ask.wanted // POOL)
    k = max(k, tuning.pool_size) if ask.mode == "rerank" else k
    common: dict[str, Any] = {"filters": ask.filters, "k": k, "exclude": ask.exclude}
    try:
        with tx.savepoint():
            return search_channels(tx, terms=ask.terms, vectors=ask.vectors, **common), ()
    except StoreError as exc:
        log.warning("all channels together failed", exc_info=exc)
        failed = exc
    found: list[ChannelRow] = []
    degraded: list[str] = []
    alone: list[tuple[str, Sequence[str], Sequence[VectorQuery]]] = (
        [("lexical", ask.terms, ())] if ask.terms else []
    )
    alone += [(query.channel, (), [query]) for query in ask.vectors]
    for channel, terms, vectors in alone:
        try:
            with tx.savepoint():
                found += search_channels(tx, terms=terms, vectors=vectors, **common)
        except StoreError as exc:
            log.warning("the %s channel is left out", channel, exc_info=exc)
            degraded.append(f"{channel}: the database could not search in it")
    if len(degraded) == len(alone):
        raise failed
    return found, tuple(degraded)


def _second_look(tx: Transaction, query: VectorQuery, rows: Rows, tuning: Tuning) -> dict[UUID, float]:
    """Judge each scene by all of its keyframes; `rows` get the new evidence. Scene → cosine."""
    found: dict[UUID, float] = {}
    for scene, keyframes in score_scenes(tx, query, list(rows)).items():
        cosine = _pooled(keyframes, tuning.pooling)
        if cosine < tuning.thresholds.get("visual", -1.0):
            continue
        t_s, _ = max(keyframes, key=lambda keyframe: keyframe[1])
        found[scene] = cosine
        known = rows[scene].get("visual")
        row = ChannelRow(channel="visual", scene_id=scene, raw=cosine, t_s=t_s, space_id=query.space.id)
        if known is None or known.space_id == query.space.id:
            rows[scene]["visual"] = replace(row, t_s=t_s)
    return found


def _pooled(keyframes: Sequence[tuple[float, float]], how: Pooling) -> float:
    return pooled([cosine for _, cosine in keyframes], how)
