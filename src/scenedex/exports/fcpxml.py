"""Events → Final Cut Pro's XML, version 1.8: the newest that says where a file lies in the asset itself, which
OpenTimelineIO reads; Final Cut Pro and DaVinci Resolve read it as well as newer ones.

The adapter of OpenTimelineIO (otio-fcpx-xml-adapter 1.0) does not write it: it knows rates by two decimals, leaves
`frameDuration` empty for 23.976, 29.97 and 59.94, and asks ffprobe. Times here are fractions, exact at every rate.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from uuid import UUID
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from scenedex.exports.events import Event, Source, Timeline
from scenedex.exports.names import one_line, url_of

VERSION = "1.8"


def fcpxml(name: str, timelines: Sequence[Timeline], bins: Sequence[Sequence[Event]]) -> str:
    """One document: an event `name` with a project for each timeline, then an event for each bin with its clips."""
    resources = _Resources()
    library = Element("library")
    if timelines:
        event = _add(library, "event", name=one_line(name))
        for timeline in timelines:
            _project(event, timeline, resources)
    for found in bins:
        event = _add(library, "event", name=one_line(found[0].source.name))
        for clip in found:
            _clip(event, clip, resources)
    root = Element("fcpxml", version=VERSION)
    root.extend([resources.element, library])
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n'


def seconds(frames: int, rate: Fraction) -> str:
    """A length as FCPXML writes it: `1001/30000s`, or `5s`."""
    length = Fraction(frames) / rate
    whole = length.denominator == 1
    return f"{length.numerator}s" if whole else f"{length.numerator}/{length.denominator}s"


class _Resources:
    """The formats and files that clips refer to, each once."""

    def __init__(self) -> None:
        self.element = Element("resources")
        self._formats: dict[tuple[Fraction, int | None, int | None], str] = {}
        self._assets: dict[UUID, str] = {}

    def format(self, source: Source) -> str:
        """The id of a format of this rate and size."""
        shape = (source.rate, source.width, source.height)
        if shape not in self._formats:
            self._formats[shape] = made = self._id()
            _add(
                self.element,
                "format",
                id=made,
                frameDuration=seconds(1, source.rate),
                width=source.width,
                height=source.height,
            )
        return self._formats[shape]

    def asset(self, source: Source) -> str:
        """The id of the file."""
        if source.video_id not in self._assets:
            shape = self.format(source)
            self._assets[source.video_id] = made = self._id()
            _add(
                self.element,
                "asset",
                id=made,
                name=one_line(source.name),
                src=url_of(source),
                start=seconds(source.start, source.rate),
                duration=seconds(source.frames, source.rate),
                hasVideo=int(source.width is not None),
                hasAudio=int(source.channels > 0),
                format=shape,
                audioSources=1 if source.channels else None,
                audioChannels=source.channels or None,
                audioRate=source.sample_rate if source.channels else None,
            )
        return self._assets[source.video_id]

    def _id(self) -> str:
        return f"r{len(self.element) + 1}"


def _project(parent: Element, timeline: Timeline, resources: _Resources) -> None:
    sequence = _add(
        _add(parent, "project", name=one_line(timeline.name)),
        "sequence",
        format=resources.format(timeline.events[0].source),
        duration=seconds(sum(event.frames for event in timeline.events), timeline.rate),
        tcStart="0s",
        tcFormat=_counting(timeline.drop),
    )
    spine = _add(sequence, "spine")
    at = 0
    for event in timeline.events:
        _clip(spine, event, resources, offset=seconds(at, timeline.rate))
        at += event.frames


def _clip(parent: Element, event: Event, resources: _Resources, offset: str | None = None) -> None:
    source = event.source
    clip = _add(
        parent,
        "asset-clip",
        ref=resources.asset(source),
        offset=offset,
        name=one_line(event.name),
        start=seconds(source.start + event.first, source.rate),
        duration=seconds(event.frames, source.rate),
        format=resources.format(source),
        tcFormat=_counting(source.drop),
    )
    _add(clip, "note").text = one_line("; ".join(_said(event)))


def _add(parent: Element, tag: str, **attributes: str | int | None) -> Element:
    """A new element at the end of another; attributes without a value are left out."""
    given = {name: str(value) for name, value in attributes.items() if value is not None}
    return ElementTree.SubElement(parent, tag, given)


def _said(event: Event) -> Iterable[str]:
    best = event.best
    yield f"scenes {event.scenes}" if len(event.moments) > 1 else f"scene {event.scenes}"
    if best.score is not None:
        yield f"{best.band} {best.score:.3f}"
    yield from event.source.notes()


def _counting(drop: bool) -> str:
    return "DF" if drop else "NDF"
