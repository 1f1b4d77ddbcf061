"""One saved search, asked of one video: what it asks, and which of the hits are told."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, get_args

from scenedex.errors import UsageError
from scenedex.search.as_json import answer_as_json
from scenedex.search.hours import parse_hours, spans, within_hours, zone_named
from scenedex.search.question import read_question
from scenedex.search.request import SearchRequest, check_request
from scenedex.search.sequence import split_sequence
from scenedex.store.encoding import plain
from scenedex.store.scope import check_filters
from scenedex.store.tags import normalized_tags
from scenedex.types import Answer, Band, Filters, SavedRequest, SavedSearch, Video

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

log = logging.getLogger(__name__)

BANDS: tuple[Band, ...] = get_args(Band)

MOST_HITS = 100
"""Scenes of one video that one search tells."""

MOST_PARTS = 60
"""Days of one recording that are looked at, where hours of the day are wanted."""


def ask(library: "Showing", search: SavedSearch, video: Video) -> tuple[list[dict[str, Any]], bool]:
    """What is told, each hit with the time at which its scene begins; and whether all could be compared that there is.

    Raises ScenedexError.
    """
    told: list[dict[str, Any]] = []
    whole = True
    for from_s, to_s in _parts(video, search.request):
        answer = _part(library, search.request, video, from_s, to_s)
        if answer.degraded:
            log.info("saved search %s: %s", search.id, "; ".join(answer.degraded))
            whole = False
        known = {hit["scene_id"] for hit in told}
        told += [hit for hit in _timed(answer, video, search.request) if hit["scene_id"] not in known]
        if len(told) >= MOST_HITS:
            break
    return told[:MOST_HITS], whole


def _parts(video: Video, request: SavedRequest) -> list[tuple[float | None, float | None]]:
    """Where hits may lie in the video, from and to in seconds: the best of a whole day may all lie at other hours."""
    if request.hours is None:
        return [(None, None)]
    zone = zone_named(request.zone)
    try:
        found = spans(_began(video), video.duration_s, parse_hours(request.hours), zone)
        return list(islice(found, MOST_PARTS))
    except OverflowError:  # it is said to go on past the end of all calendars
        return [(None, None)]


def _part(
    library: "Showing", request: SavedRequest, video: Video, from_s: float | None, to_s: float | None
) -> Answer:
    return library.search(
        request.query,
        filters=Filters(
            video_ids=(video.id,),
            tags=request.tags,
            language=request.language,
            speaker=request.speaker,
            from_s=from_s,
            to_s=to_s,
        ),
        mode=request.mode,
        bands=BANDS[: BANDS.index(request.band) + 1],
        weaker=True,
        limit=MOST_HITS,
    )


def _began(video: Video) -> datetime:
    return datetime.fromisoformat(video.recorded_at or video.added_at)


def checked(request: SavedRequest) -> SavedRequest:
    """The request as it is kept. Raises UsageError."""
    query = plain(request.query).strip() if isinstance(request.query, str) else ""
    if not query:
        raise UsageError("A saved search needs words to search for.")
    if request.band not in BANDS:
        raise UsageError(f"There is no band {request.band!r}: there are {', '.join(BANDS)}.")
    tags = tuple(sorted(normalized_tags(request.tags)))
    speaker = request.speaker
    if isinstance(speaker, str):
        speaker = " ".join(plain(speaker).split())
    kept = replace(request, query=query, tags=tags, speaker=speaker)
    for part in split_sequence(query):
        read_question(part)
    check_request(SearchRequest(query=query, mode=request.mode))
    check_filters(Filters(tags=tags, language=request.language, speaker=speaker))
    zone_named(request.zone)
    if request.hours is not None:
        start, end = parse_hours(request.hours)
        kept = replace(kept, hours=f"{_clock(start)}-{_clock(end)}")
    return kept


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _timed(answer: Answer, video: Video, request: SavedRequest) -> list[dict[str, Any]]:
    """The hits that are told, each with the time at which its scene begins. Where the file lies is not told."""
    began = _began(video)
    zone = zone_named(request.zone)
    hours = parse_hours(request.hours) if request.hours is not None else None
    found: list[dict[str, Any]] = []
    shown: Any = answer_as_json(answer)["hits"]
    for hit in shown:
        at = began + timedelta(seconds=hit["start_s"])
        if hours is None or within_hours(at, hours, zone):
            told = {name: value for name, value in hit.items() if name not in ("path", "then", "alike")}
            found.append({**told, "at": at.astimezone(zone).isoformat(timespec="seconds")})
    return found
