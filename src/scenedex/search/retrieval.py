"""The plan of a query → candidates: all channels in one round trip, and a second look at the pictures of a pool."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from scenedex.errors import StoreError
from scenedex.search.calibration import Background
from scenedex.search.candidates import Candidate, by_scene, candidates, tiered
from scenedex.search.fusion import RESULT
from scenedex.search.matching import Match, matches, order_of
from scenedex.search.pooling import pooled
from scenedex.search.question import Question
from scenedex.search.request import SearchDefaults
from scenedex.search.rerank import pool
from scenedex.store.beside import Beside
from scenedex.store.channels import search_channels
from scenedex.store.database import Transaction
from scenedex.store.reach import EXACT_UP_TO
from scenedex.store.scenes import captions_by_scene, scene_cards
from scenedex.store.scoring import score_scenes
from scenedex.store.sizes import LARGE, Size
from scenedex.types import Channel, ChannelRow, Filters, Mode, VectorQuery

log = logging.getLogger(__name__)

POOL = 100
"""Scenes that each channel offers at once; where pages go beyond them, as many again, which come after all of these."""

CHANNELS = 5
"""Of a search: seen, heard, said, described, and the words themselves."""

DEEPEST = 2_400
"""Scenes of each channel among which bands, groups and folding look for enough to fill a page."""

AHEAD = 500
"""Scenes whose pictures are looked at before it is known whether they belong to the pool: most of its own do."""

SEEN = ("visual", "anchor")
"""Channels whose statements take the longest: they run beside all others in a large library."""

Backgrounds = Mapping[tuple[Channel, int], Background]
Rows = dict[UUID, dict[Channel, ChannelRow]]
Scores = dict[UUID, tuple[tuple[float, float], ...]]
"""Of `score_scenes`: scene to the time and the cosine of each of its keyframes."""


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
    sizes: Mapping[int, Size] | None = None  #: of the spaces, where they are known
    beside: Beside | None = None  #: where a part may run beside the rest
    begun: "Begun | None" = None  #: the part that runs already


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was begun before all vectors were there, and what comes of it."""

    what: "_Part"
    rows: Future[list[ChannelRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """All that one statement depends on, but for the numbers of the vectors: those come from the same text."""

    terms: tuple[str, ...]
    vectors: tuple[tuple[Channel, int], ...]
    common: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Candidates, and the cosines of the pool where it was looked at twice."""

    candidates: list[Candidate]
    cosines: dict[UUID, float | None]
    """Scenes of the pool, None without pictures. Comparable: those of other spaces are brought to the first one's."""

    more: bool = False  #: deeper down there may be more results
    degraded: tuple[str, ...] = ()
    failed: frozenset[Channel] = frozenset()  #: the channels that `degraded` names


def retrieve(tx: Transaction, ask: Ask, backgrounds: Backgrounds, defaults: SearchDefaults) -> Brought:
    """The scenes that the channels bring, without those that are no nearer than unrelated ones usually are."""
    if not ask.terms and not ask.vectors:
        return Brought(candidates=[], cosines={})

    def worth(row: ChannelRow) -> float:
        known = backgrounds.get((row.channel, row.space_id))
        return known.calibrated(row.raw) if known else row.raw

    size, k = _depth(ask, defaults)
    found, ahead, degraded = _asked(tx, ask, k)
    counting, tiers = tiered(found, size)
    rows = by_scene([row for row in counting if row.raw >= defaults.thresholds.get(row.channel, -1.0)], worth)
    cosines: dict[UUID, float | None] = {}
    if ask.mode == "rerank" or defaults.pooling != "max":
        try:
            with tx.savepoint():
                cosines = _looked_at(partial(_scores, tx, ahead), ask, rows, tiers, backgrounds, defaults)
        except StoreError as exc:
            log.warning("the pictures get no second look", exc_info=exc)
            degraded["visual"] = _FAILED
    kept = {
        scene: channels
        for scene, channels in rows.items()
        if "lexical" in channels
        or "anchor" in channels
        or any(worth(row) >= RESULT for row in channels.values())
    }
    return Brought(
        candidates=candidates(kept, _matches(tx, ask.question, kept), tiers),
        cosines=cosines,
        more=_may_go_on(found, k, worth),
        degraded=tuple(f"{channel}: {reason}" for channel, reason in degraded.items()),
        failed=frozenset(degraded),
    )


def begin(owner: UUID, ask: Ask, defaults: SearchDefaults) -> Begun | None:
    """Begin with what is there while the vector of what is seen is still made; None where that is not worth it.

    `retrieve` takes what comes of it where it asks for the same.
    """
    rest = [query for query in ask.vectors if query.channel not in SEEN]
    if not (ask.terms or rest):
        return None
    common = _common(ask, _depth(ask, defaults)[1])
    rows = _begun_beside(owner, ask, rest, common)
    return None if rows is None else Begun(what=_part(ask.terms, rest, common), rows=rows)


def _helper(ask: Ask) -> Beside | None:
    """Who takes a part of the statements; nobody in a small library, where they take less than beginning one."""
    return ask.beside if ask.sizes is not None and ask.sizes[0].scenes >= LARGE else None


def _part(terms: Sequence[str], vectors: Sequence[VectorQuery], common: Mapping[str, Any]) -> _Part:
    return _Part(
        terms=tuple(terms),
        vectors=tuple((query.channel, query.space.id) for query in vectors),
        common=tuple(common[name] for name in ("filters", "k", "exclude", "also")),
    )


def _depth(ask: Ask, defaults: SearchDefaults) -> tuple[int, int]:
    """Scenes that a channel offers at once, and those that are asked of it."""
    size = offered(ask, defaults)
    return size, size * -(-ask.wanted // size)


_FAILED = "the database could not search in it"


def _matches(tx: Transaction, question: Question, rows: Rows) -> dict[UUID, Match]:
    """What the scenes of the lexical channel have of the question, and the order of the words where all are said."""
    brought = {scene: of["lexical"] for scene, of in rows.items() if "lexical" in of}
    found = dict(zip(brought, matches(question, list(brought.values())), strict=True))
    worth_reading = [scene for scene, match in found.items() if question.phrases or match.whole]
    captions, cards = captions_by_scene(tx, worth_reading), scene_cards(tx, worth_reading)
    for scene, lines in captions.items():
        if scene in cards:
            at = cards[scene].scene
            found[scene] = replace(found[scene], order=order_of(question, lines, (at.start_s, at.end_s)))
    return found


def _may_go_on(found: Sequence[ChannelRow], k: int, worth: Callable[[ChannelRow], float]) -> bool:
    """Whether a channel gave all that was asked of it, and its last is still a result."""
    lists: dict[tuple[Channel, int], list[ChannelRow]] = {}
    for row in found:
        lists.setdefault((row.channel, row.space_id), []).append(row)
    return any(
        len(rows) >= k and (channel in ("lexical", "anchor") or worth(rows[-1]) >= RESULT)
        for (channel, _), rows in lists.items()
    )


def offered(ask: Ask, defaults: SearchDefaults) -> int:
    """Scenes that each channel offers at once.

    Those of a second look come from all channels, one in five from each. One channel alone may fill the whole pool
    where that costs little: its farther scenes, which no other channel brings, can only stand behind its nearer ones.
    """
    if ask.mode != "rerank":
        return POOL
    sizes = ask.sizes or {}
    compared = all(
        sizes[query.space.id].vectors <= EXACT_UP_TO for query in ask.vectors if query.space.id in sizes
    )
    return max(POOL, defaults.pool_size if compared else -(-defaults.pool_size // CHANNELS))


def _asked(
    tx: Transaction, ask: Ask, k: int
) -> tuple[list[ChannelRow], Future[Scores] | None, dict[Channel, str]]:
    """All channels at once; where that fails each alone, so that one cannot take the rest along."""
    common = _common(ask, k)
    try:
        return *_at_once(tx, ask, common), {}
    except StoreError as exc:
        log.warning("all channels together failed", exc_info=exc)
        failed = exc
    found: list[ChannelRow] = []
    degraded: dict[Channel, str] = {}
    alone: list[tuple[Channel, Sequence[str], Sequence[VectorQuery]]] = (
        [("lexical", ask.terms, ())] if ask.terms else []
    )
    alone += [(query.channel, (), [query]) for query in ask.vectors]
    worked = False
    for channel, terms, vectors in alone:
        try:
            found += search_channels(tx, terms=terms, vectors=vectors, **common)
            worked = True
        except StoreError as exc:
            log.warning("the %s channel is left out", channel, exc_info=exc)
            degraded[channel] = _FAILED
    if not worked:
        raise failed
    return found, None, degraded


def _common(ask: Ask, k: int) -> dict[str, Any]:
    return {
        "filters": ask.filters,
        "k": k,
        "exclude": ask.exclude,
        "also": ask.question.also,
        "sizes": ask.sizes,
    }


def _at_once(
    tx: Transaction, ask: Ask, common: Mapping[str, Any]
) -> tuple[list[ChannelRow], Future[Scores] | None]:
    """In one statement, or, in a large library, in two side by side: what is seen beside the rest, or, where nothing
    is, vectors beside words. Then the pictures of what the rest brings may be looked at already."""
    seen = [query for query in ask.vectors if query.channel in SEEN]
    rest = [query for query in ask.vectors if query.channel not in SEEN]
    if seen and ask.begun is not None and ask.begun.what == _part(ask.terms, rest, common):
        later: Future[list[ChannelRow]] | None = ask.begun.rows
    else:
        if not seen:
            seen, rest = rest, seen
        later = _begun_beside(tx.owner, ask, rest, common) if seen and (rest or ask.terms) else None
    if later is None:
        return search_channels(tx, terms=ask.terms, vectors=ask.vectors, **common), None
    ahead = _look_ahead(tx.owner, ask, later)
    return search_channels(tx, terms=(), vectors=seen, **common) + later.result(), ahead


def _begun_beside(
    owner: UUID, ask: Ask, vectors: Sequence[VectorQuery], common: Mapping[str, Any]
) -> Future[list[ChannelRow]] | None:
    """Begin to search by the words and these vectors; None where nobody takes that."""
    beside = _helper(ask)
    if beside is None:
        return None
    return beside.begin(owner, lambda tx: search_channels(tx, terms=ask.terms, vectors=vectors, **common))


def _look_ahead(owner: UUID, ask: Ask, brought: Future[list[ChannelRow]]) -> Future[Scores] | None:
    """Look at the pictures of what words and sounds bring, while what is seen is still searched."""
    pictures = [query for query in ask.vectors if query.channel == "visual"]
    beside = _helper(ask)
    if beside is None or ask.mode != "rerank" or len(pictures) != 1:
        return None

    def looked(tx: Transaction) -> Scores:
        scenes = dict.fromkeys(row.scene_id for row in brought.result())
        return score_scenes(tx, pictures[0], list(scenes)[:AHEAD])

    return beside.begin(owner, looked)


def _scores(
    tx: Transaction, ahead: Future[Scores] | None, query: VectorQuery, scenes: Sequence[UUID]
) -> Scores:
    if not scenes:
        return {}
    known = ahead.result() if ahead else {}
    found = {scene: known[scene] for scene in scenes if scene in known}
    return found | score_scenes(tx, query, [scene for scene in scenes if scene not in known])


def _looked_at(
    scored: Callable[[VectorQuery, Sequence[UUID]], Scores],
    ask: Ask,
    rows: Rows,
    tiers: Mapping[UUID, int],
    backgrounds: Backgrounds,
    defaults: SearchDefaults,
) -> dict[UUID, float | None]:
    """The second look at the pool, where the mode asks for it, and the pooling of keyframes where it needs them all.

    `rows` get the new evidence. Scene of the pool → its cosine, in the scale of the first space.
    """
    seen = [query for query in ask.vectors if query.channel == "visual"]
    if not seen:
        return {}

    def worth(row: ChannelRow) -> float:
        known = backgrounds.get((row.channel, row.space_id))
        return known.calibrated(row.raw) if known else row.raw

    if ask.mode == "rerank":
        chosen = [scene for scene in rows if tiers.get(scene, 0) == 0]
        if len(chosen) > defaults.pool_size:
            chosen.sort(key=lambda scene: (-max(map(worth, rows[scene].values())), scene.int))
            by_words = {scene: bool(rows[scene].keys() - {"visual"}) for scene in chosen}
            chosen = pool(by_words, defaults.pool_size)
    else:
        chosen = [scene for scene, channels in rows.items() if "visual" in channels]
    cosines: dict[UUID, float | None] = dict.fromkeys(chosen)
    first = backgrounds.get(("visual", seen[0].space.id))
    for query in seen:
        own = backgrounds.get(("visual", query.space.id))
        known = _best_known(query, rows, chosen) if defaults.pooling == "max" else {}
        scores = known | scored(query, [scene for scene in chosen if scene not in known])
        for scene, row in _second_look(query, rows, scores, defaults, worth).items():
            cosine = row.raw
            if own and first:
                cosine = first.even + (cosine - own.even) / own.scale * first.scale
            other = cosines[scene]
            cosines[scene] = cosine if other is None else max(other, cosine)
    return cosines if ask.mode == "rerank" else {}


def _best_known(query: VectorQuery, rows: Rows, scenes: Sequence[UUID]) -> Scores:
    """The best keyframe of each scene that was found by its pictures: the one that was found.

    A walk through HNSW may miss a scene's best and bring its second. To look for that takes 2 ms of a search of a
    million scenes, and recall of the ten best hits is the same without (0.985, `benchmarks/million.py`).
    """
    found = {scene: rows[scene].get("visual") for scene in scenes}
    return {
        scene: ((row.t_s, row.raw),)
        for scene, row in found.items()
        if row is not None and row.t_s is not None and row.space_id == query.space.id
    }


def _second_look(
    query: VectorQuery,
    rows: Rows,
    scores: Scores,
    defaults: SearchDefaults,
    worth: Callable[[ChannelRow], float],
) -> dict[UUID, ChannelRow]:
    """Judge each scene by all of its keyframes; `rows` get the new evidence, and lose what is below the threshold."""
    found: dict[UUID, ChannelRow] = {}
    for scene, keyframes in scores.items():
        cosine = pooled([cosine for _, cosine in keyframes], defaults.pooling)
        t_s, _ = max(keyframes, key=lambda keyframe: keyframe[1])
        row = ChannelRow(channel="visual", scene_id=scene, raw=cosine, t_s=t_s, space_id=query.space.id)
        known = rows[scene].get("visual")
        same = known is not None and known.space_id == query.space.id
        if cosine < defaults.thresholds.get("visual", -1.0):
            if same:
                del rows[scene]["visual"]
            continue
        found[scene] = row
        if known is None or same or worth(known) < worth(row):
            rows[scene]["visual"] = row
    return found
