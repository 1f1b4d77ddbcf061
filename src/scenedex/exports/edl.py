"""Events → an edit decision list, CMX 3600.

The adapter of OpenTimelineIO (otio-cmx3600-adapter 1.0) does not write it: it does not say how frames count (FCM),
counts drop-frame wherever the rate is 29.97, cuts reel names without keeping them apart, writes names as they are, and
does not end at 999 events. Tests let it read what is written here.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from scenedex.exports.events import Event, Source, Timeline
from scenedex.exports.names import one_line, path_text, reels
from scenedex.exports.timecode import frames_a_day, from_timecode, to_timecode

MOST = 999
"""Events of one list: their numbers have three digits."""

TITLE = 70
"""Characters of a title."""


def edl(timeline: Timeline) -> list[str]:
    """The text of one list, or of several where there are more than 999 events; each begins at 01:00:00:00.

    All events are of one rate and one way of counting.
    """
    parts = list(_parts(timeline))
    names = reels(timeline.events)
    return [
        _list(timeline, events, names, f" {number} of {len(parts)}" if len(parts) > 1 else "")
        for number, events in enumerate(parts, 1)
    ]


def _parts(timeline: Timeline) -> Iterator[list[Event]]:
    """As many events as one list takes: 999, and no more than reach midnight on the record side."""
    room = frames_a_day(timeline.rate, timeline.drop) - _hour(timeline)
    part: list[Event] = []
    length = 0
    for event in timeline.events:
        if part and (len(part) == MOST or length + event.frames >= room):
            yield part
            part, length = [], 0
        part.append(event)
        length += event.frames
    yield part


def _list(timeline: Timeline, events: Sequence[Event], names: Mapping[UUID, str], part: str) -> str:
    rate, drop = timeline.rate, timeline.drop
    title = one_line(timeline.name)[: TITLE - len(part)] + part
    lines = [f"TITLE: {title}", f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}", ""]
    at = _hour(timeline)
    for number, event in enumerate(events, 1):
        source, end = event.source, at + event.frames
        times = (source.label(event.first), source.label(event.end), to_timecode(at, rate, drop))
        lines.append(
            f"{number:03}  {names[source.video_id]:8} {_channels(source):5} C        "
            f"{' '.join(times)} {to_timecode(end, rate, drop)}"
        )
        lines += _comments(event)
        at = end
    return "\r\n".join([*lines, ""])


def _hour(timeline: Timeline) -> int:
    """Where the record side begins: 01:00:00:00, as editors are used to."""
    return from_timecode(f"01:00:00{';' if timeline.drop else ':'}00", timeline.rate)[0]


def _channels(source: Source) -> str:
    """Pictures and the first two channels of sound, as far as there are any."""
    sound = "AA" if source.channels > 1 else "A" if source.channels else ""
    if source.width is None:
        return sound or "V"
    return {"": "V", "A": "B", "AA": "AA/V"}[sound]


def _comments(event: Event) -> Iterator[str]:
    source, best = event.source, event.best
    yield f"* FROM CLIP NAME:  {one_line(source.name)}"
    if source.path is not None:
        yield f"* SOURCE FILE: {path_text(source.path)}"
    score = "" if best.score is None else f" {best.band} {best.score:.3f}"
    yield f"* COMMENT: {one_line(f'SCENE {event.scenes}{score}')}"
    if event.transition is not None and event.transition[0] != "cut":
        kind, since, until = event.transition
        yield f"* COMMENT: BEGINS WITH A {kind.upper()}, {source.label(since)} TO {source.label(until)}"
    for note in source.notes():
        yield f"* COMMENT: {note}"
