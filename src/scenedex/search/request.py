"""What is asked of a search, and the defaults of the library that answers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict, TypeGuard, get_args
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.search.pooling import Pooling
from scenedex.types import Band, Channel, Filters, Mode, Pixels

MAX_LIMIT = 1_000
MAX_OFFSET = 10_000
MAX_WITHIN_S = 86_400.0

Fusion = Literal["weighted", "rrf"]

DEFAULT_WEIGHTS: Mapping[Channel, float] = {
    "visual": 0.25,
    "transcript": 0.30,
    "description": 0.15,
    "lexical": 0.20,
    "audio": 0.10,
}


class SearchOptions(TypedDict, total=False):
    """What may be said of a search beside its words; see SearchRequest."""

    limit: int
    offset: int
    filters: Filters
    mode: Mode
    weights: Mapping[Channel, float]
    bands: tuple[Band, ...]
    group_by: Literal["video"] | None
    fold: bool
    within_s: float
    weaker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search. Without words it needs an anchor."""

    query: str = ""
    limit: int = 10
    offset: int = 0
    filters: Filters = field(default_factory=Filters)
    mode: Mode = "auto"
    weights: Mapping[Channel, float] = field(default_factory=dict)  #: before those of the library
    bands: tuple[Band, ...] = ()  #: only hits of these; empty: all
    group_by: Literal["video"] | None = None  #: limit and offset then count videos
    fold: bool = False  #: scenes that look nearly the same count as one
    within_s: float = 60.0  #: longest time between scenes that follow one another
    weaker: bool = False  #: also what `hidden` counts otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What hits should look like: a scene of the library or a picture, whole or a rectangle of it."""

    scene: str | UUID | None = None  #: its id, or VIDEO:SCENE
    picture: Pixels | bytes | None = field(default=None, repr=False)  #: pixels, or an encoded file
    t_s: float | None = (
        None  #: of the scene: the keyframe nearest to this time; else all, or with `box` the best
    )
    box: tuple[float, float, float, float] | None = None  #: left, top, right, bottom, 0 to 1
    weight: float = 0.5  #: its share where there are words too, above 0, at most 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDefaults:
    """How a library searches, whatever is asked."""

    weights: Mapping[Channel, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    mode: Mode = "auto"  #: where the request leaves it open
    fusion: Fusion = "weighted"
    pooling: Pooling = "max"
    thresholds: Mapping[Channel, float] = field(default_factory=dict)  #: lowest raw score that counts at all
    pool_size: int = 500  #: scenes whose pictures get a second look
    rerank_weight: float = 0.3  #: of the second look in the order, 0 to 1
    min_score_range: float = 0.05  #: cosines of a pool that differ by less tell nothing


def check_request(request: SearchRequest) -> None:
    """Raises UsageError for a query, a page, a mode, weights, bands or a time that make no sense."""
    if not isinstance(request.query, str):
        raise UsageError(f"The query must be a text, not {request.query!r}.")
    _check_count("limit", request.limit, 1, MAX_LIMIT)
    _check_count("offset", request.offset, 0, MAX_OFFSET)
    _check_one_of("mode", request.mode, get_args(Mode))
    _check_one_of("group", request.group_by, (None, "video"))
    for band in request.bands:
        _check_one_of("band", band, get_args(Band))
    for channel, weight in request.weights.items():
        _check_one_of("channel", channel, tuple(name for name in get_args(Channel) if name != "anchor"))
        if not is_weight(weight):
            raise UsageError(f"The weight of {channel} must be a number from 0 up, not {_said(weight)}.")
    if not _is_number(request.within_s) or not 0 < request.within_s <= MAX_WITHIN_S:
        raise UsageError(
            f"Scenes can follow within 0 to {MAX_WITHIN_S:,.0f} s, not {_said(request.within_s)}."
        )


def is_weight(value: object) -> TypeGuard[int | float]:
    """Whether a channel can have this weight: a finite number from 0 up."""
    return _is_number(value) and 0 <= value < math.inf


def _is_number(value: object) -> TypeGuard[int | float]:
    try:
        # an int may be too large for a float
        return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
    except OverflowError:
        return False


def _said(value: object) -> str:
    """Python refuses to write very long numbers."""
    return "one so large" if isinstance(value, int) and abs(value) >= 10**15 else repr(value)


def _check_count(name: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UsageError(f"The {name} must be from {least} to {most:,} hits, not {_said(value)}.")


def _check_one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        there = ", ".join(str(each) for each in known if each is not None)
        raise UsageError(f"There is no {name} {value!r}: there are {there}.")
