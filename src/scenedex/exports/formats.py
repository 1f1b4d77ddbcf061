"""A list of moments → files in the format that was asked for."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, get_args
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.exports.edl import edl
from scenedex.exports.events import Event, Moment, Source, by_video, events_of, timelines_of
from scenedex.exports.fcpxml import fcpxml
from scenedex.exports.interchange import otio
from scenedex.exports.names import file_name, one_line
from scenedex.exports.rows import as_csv, as_json

Format = Literal["edl", "fcpxml", "otio", "csv", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)

MEDIA_TYPES: Mapping[str, str] = {
    "edl": "text/plain; charset=utf-8",
    "fcpxml": "application/xml",
    "otio": "application/vnd.pixar.opentimelineio+json",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "sheet": "image/jpeg",
}

MAX_HANDLE_S = 600.0
"""Ten minutes before and after."""

MAX_EVENTS = 10_000
"""Scenes of one export."""


class ListOptions(TypedDict, total=False):
    """What can be said of a list: the fields of ListRequest but the format."""

    bins: bool
    handles_s: tuple[float, float]
    join: bool
    by_time: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """How moments become a list."""

    format: Format
    bins: bool = False  #: one bin a video, not one timeline of all
    handles_s: tuple[float, float] = (0.0, 0.0)  #: seconds before and after, clipped to the video
    join: bool = True  #: events of a video that overlap become one
    by_time: bool = False  #: by video and time, not in the order in which moments come
    title: str = "scenedex"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of an export."""

    name: str  #: with its ending
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export gives: mostly one file."""

    files: tuple[ExportedFile, ...]
    events: int
    notes: tuple[str, ...] = ()  #: what an editor should know, in sentences


def check_request(request: ListRequest) -> None:
    """Raises UsageError for a format or handles that make no sense."""
    if request.format not in FORMATS:
        raise UsageError(f"There is no format {request.format!r}: there are {', '.join(FORMATS)}.")
    check_handles(request.handles_s)


def check_handles(handles_s: tuple[float, float]) -> None:
    """Raises UsageError."""
    if not all(math.isfinite(one) and 0 <= one <= MAX_HANDLE_S for one in handles_s):
        raise UsageError(f"Handles are 0 to {MAX_HANDLE_S:.0f} seconds.")


def written(moments: Iterable[Moment], sources: Mapping[UUID, Source], request: ListRequest) -> Export:
    """The files of a list.

    A timeline has one rate: moments of videos of another come onto one of their own. FCPXML, OTIO, CSV and JSON are one
    file even so; an EDL is one for each rate and way of counting, for each video where bins are asked for (it knows no
    others), and for each 999 events. Raises UsageError where there is nothing to list, NotInstalledError for OTIO
    without its extra.
    """
    check_request(request)
    events = events_of(
        moments, sources, handles_s=request.handles_s, join=request.join, by_time=request.by_time
    )
    if not events:
        raise UsageError("There is nothing to export: no scene was found, or none was named.")
    title = one_line(request.title) or "scenedex"
    made = tuple(_files(events, request, title))
    return Export(files=made, events=len(events), notes=tuple(_notes(events, len(made))))


def _files(events: Sequence[Event], request: ListRequest, title: str) -> Iterable[ExportedFile]:
    stem = file_name(title)
    many = request.format == "edl"
    texts = _edls(events, title, bins=request.bins) if many else [_text(events, request, title)]
    for number, text in enumerate(texts, 1):
        yield ExportedFile(
            name=f"{stem}{f'-{number}' if len(texts) > 1 else ''}.{request.format}",
            media_type=MEDIA_TYPES[request.format],
            data=text.encode("utf-8", "replace"),
        )


def _edls(events: Sequence[Event], title: str, *, bins: bool) -> list[str]:
    lists = [(title, events)]
    if bins:
        lists = [(f"{title} {one_line(few[0].source.name)}", few) for few in by_video(events)]
    return [
        text
        for name, few in lists
        for timeline in timelines_of(few, name, apart=lambda one: (one.source.rate, one.source.drop))
        for text in edl(timeline)
    ]


def _text(events: Sequence[Event], request: ListRequest, title: str) -> str:
    if request.format == "csv":
        return as_csv(events)
    if request.format == "json":
        return as_json(request.title, events)
    timelines = [] if request.bins else timelines_of(events, title, apart=lambda one: one.source.rate)
    bins = by_video(events) if request.bins else []
    write = fcpxml if request.format == "fcpxml" else otio
    return write(title, timelines, bins)


def _notes(events: Sequence[Event], files: int) -> Iterable[str]:
    sources = {event.source.video_id: event.source for event in events}.values()
    for source in sources:
        for note in source.notes():
            yield f"{one_line(source.name)}: {note}."
    if len(rates := {source.rate for source in sources}) > 1:
        yield f"The videos have {len(rates)} rates: there is a timeline for each."
    if files > 1:
        yield f"An EDL has one rate, one way of counting and 999 events at most: there are {files} of them."
