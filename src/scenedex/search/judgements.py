"""Judgements: what a search should find, one JSON document a line.

`{"query": "red car", "relevant": [{"video": "road.mp4", "start_s": 3, "end_s": 7}]}`. `docs/evaluation.md` has all
fields.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenedex.errors import NotFoundError, UsageError
from scenedex.search.question import MAX_QUERY
from scenedex.types import Mode

PLACE_FIELDS = {"video", "scene", "start_s", "end_s", "grade"}
FIELDS = {"query", "relevant", "mode", "kind"}
DECISIONS: tuple[Mode, ...] = ("recall", "rerank", "skip")
"""What a router can decide; `auto` leaves the decision to it."""

LARGEST = 1e9
"""Of seconds and grades."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevant:
    """Something that answers a query: a scene by number, or a time span."""

    video: str  #: id, path or file name
    scene: int | None = None
    span: tuple[float, float] | None = None  #: seconds; one of scene and span is given
    grade: float = 1.0  #: how well it answers, above 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A query and everything that answers it; nothing for a query that should find nothing."""

    query: str
    relevant: tuple[Relevant, ...]
    mode: Mode | None = None  #: what the router should decide
    kind: str | None = None  #: a group of queries, for figures of its own
    line: int = 0  #: where it stands in its file, from 1


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """The judgements of a file. Raises NotFoundError where there is none, UsageError as `parse_judgements`."""
    try:
        return parse_judgements(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise NotFoundError(f"There is no file {str(path)!r} with judgements.") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{str(path)!r} holds no judgements: it is no text in UTF-8.") from exc
    except OSError as exc:
        raise UsageError(f"{str(path)!r} cannot be read: {exc.strerror or exc}.") from exc


def parse_judgements(text: str) -> tuple[Judgement, ...]:
    """Read judgements; blank lines and lines that begin with `#` are passed over.

    Raises UsageError that names the line, or says that there is no judgement at all.
    """
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            found.append(_judgement(line, number))
    if not found:
        raise UsageError(
            'The judgements are empty: write one JSON document a line, such as {"query": "red car", "relevant": '
            '[{"video": "road.mp4", "start_s": 3, "end_s": 7}]}.'
        )
    return tuple(found)


def _judgement(line: str, number: int) -> Judgement:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"Line {number} of the judgements is no JSON: {exc}.") from exc
    if not isinstance(read, dict):
        raise _wrong(number, "is no JSON object: it begins with { and ends with }")
    _no_others(read, FIELDS, number)
    query, mode, kind = read.get("query"), read.get("mode"), read.get("kind")
    if not isinstance(query, str) or not query.strip():
        raise _wrong(number, 'has no "query": the words that are searched for')
    if len(query) > MAX_QUERY:
        raise _wrong(number, f"has a query of {len(query):,} characters, {MAX_QUERY:,} are allowed")
    if "relevant" not in read or not isinstance(read["relevant"], list):
        raise _wrong(number, 'has no "relevant": a list of what should be found, [] where nothing should be')
    if mode is not None and mode not in DECISIONS:
        raise _wrong(number, f"has an unknown mode {mode!r}: there are {', '.join(DECISIONS)}")
    if kind is not None and not isinstance(kind, str):
        raise _wrong(number, 'has a "kind" that is no text')
    relevant = tuple(_relevant(place, number) for place in read["relevant"])
    return Judgement(query=query, relevant=relevant, mode=mode, kind=kind, line=number)


def _relevant(place: Any, number: int) -> Relevant:
    if not isinstance(place, dict):
        raise _wrong(number, 'has something in "relevant" that is no JSON object')
    _no_others(place, PLACE_FIELDS, number)
    video, scene, grade = place.get("video"), place.get("scene"), place.get("grade", 1)
    if not isinstance(video, str) or not video.strip():
        raise _wrong(number, 'has something in "relevant" without a "video": an id, a path or a file name')
    if not _is_number(grade) or grade <= 0:
        raise _wrong(number, 'has a "grade" that is no number above 0')
    timed = "start_s" in place or "end_s" in place
    if timed == (scene is not None):
        raise _wrong(number, 'must say for each video either "scene" or "start_s" and "end_s"')
    if timed:
        return Relevant(video=video, span=_span(place, number), grade=float(grade))
    if not isinstance(scene, int) or isinstance(scene, bool) or scene < 0:
        raise _wrong(number, 'has a "scene" that is no number from 0 on')
    return Relevant(video=video, scene=scene, grade=float(grade))


def _span(place: dict[str, Any], number: int) -> tuple[float, float]:
    start_s, end_s = place.get("start_s"), place.get("end_s")
    if start_s is None or end_s is None or not (_is_number(start_s) and _is_number(end_s)):
        raise _wrong(number, 'needs both "start_s" and "end_s", in seconds')
    if not 0 <= start_s < end_s:
        raise _wrong(number, "has a time span that does not end after it begins")
    return float(start_s), float(end_s)


def _is_number(value: Any) -> bool:
    # NaN and infinity fail the comparison, and so does an integer that is too large for a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _no_others(read: dict[str, Any], known: set[str], number: int) -> None:
    others = sorted(set(read) - known)
    if others:
        raise _wrong(
            number, f"has an unknown field {', '.join(others)}: there are {', '.join(sorted(known))}"
        )


def _wrong(number: int, what: str) -> UsageError:
    return UsageError(f"Line {number} of the judgements {what}.")
