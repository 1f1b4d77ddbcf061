"""Events → OpenTimelineIO's own format."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scenedex.errors import NotInstalledError
from scenedex.exports.events import Event, Source, Timeline
from scenedex.exports.names import one_line, url_of
from scenedex.exports.timecode import from_timecode

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange


def otio(name: str, timelines: Sequence[Timeline], bins: Sequence[Sequence[Event]]) -> str:
    """One document: a timeline; where there are several, or bins, a collection of them.

    Raises NotInstalledError without the extra `timelines`.
    """
    schema = _schema()
    made = [_timeline(timeline) for timeline in timelines]
    made += [
        schema.SerializableCollection(
            one_line(events[0].source.name), [_clip(event, event.name) for event in events]
        )
        for events in bins
    ]
    whole = made[0] if len(made) == 1 and not bins else schema.SerializableCollection(one_line(name), made)
    return str(whole.to_json_string(indent=2)) + "\n"


def _schema() -> Any:
    try:
        from opentimelineio import schema
    except ImportError as exc:
        raise NotInstalledError(
            "OTIO needs OpenTimelineIO, which is not installed: pip install 'scenedex[timelines]'."
        ) from exc
    return schema


def _timeline(timeline: Timeline) -> Any:
    schema = _schema()
    start = from_timecode(f"01:00:00{';' if timeline.drop else ':'}00", timeline.rate)[0]
    made = schema.Timeline(one_line(timeline.name), global_start_time=_time(start, timeline.events[0].source))
    made.tracks.append(_track("V1", schema.TrackKind.Video, timeline))
    if any(event.source.channels for event in timeline.events):
        made.tracks.append(_track("A1", schema.TrackKind.Audio, timeline))
    return made


def _track(name: str, kind: str, timeline: Timeline) -> Any:
    """The events that have such a track, and gaps in place of the others."""
    schema = _schema()
    track = schema.Track(name, kind=kind)
    for event in timeline.events:
        source = event.source
        has = source.width is not None or not source.channels if name == "V1" else source.channels > 0
        gap = schema.Gap(source_range=_range(0, event.frames, source))
        track.append(_clip(event, event.name) if has else gap)
    return track


def _clip(event: Event, name: str) -> Any:
    schema = _schema()
    source, best = event.source, event.best
    available = _range(source.start, source.frames, source)
    told = {
        "video_id": str(source.video_id),
        "video": one_line(source.name),
        "scenes": [moment.scene for moment in event.moments],
        "scene_ids": [str(moment.scene_id) for moment in event.moments],
        "score": best.score,
        "band": best.band,
        "timecode": source.label(event.first),
        "notes": list(source.notes()),
    }
    return schema.Clip(
        one_line(name),
        schema.ExternalReference(url_of(source), available)
        if source.path is not None
        else schema.MissingReference(one_line(source.name), available),
        _range(source.start + event.first, event.frames, source),
        metadata={"scenedex": told},
    )


def _range(first: int, frames: int, source: Source) -> "TimeRange":
    from opentimelineio.opentime import TimeRange

    return TimeRange(_time(first, source), _time(frames, source))


def _time(frames: int, source: Source) -> "RationalTime":
    from opentimelineio.opentime import RationalTime

    return RationalTime(frames, float(source.rate))
