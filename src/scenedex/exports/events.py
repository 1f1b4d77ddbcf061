"""Moments in seconds → events in whole frames of their video, with handles, in the order of the list."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from scenedex.exports.timecode import takes_drop, to_timecode
from scenedex.types import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A video, as an editor's list knows it."""

    video_id: UUID
    name: str  #: file name
    path: str | None  #: None where it is offline
    rate: Fraction  #: frames a second, nominal
    frames: int  #: how many it has
    start: int = 0  #: frame number that its timecode gives its first picture
    drop: bool = False  #: whether its timecode is drop-frame
    stated: bool = False  #: whether the file says where its timecode begins
    looked: bool = True  #: whether it was looked for
    steady: bool = True  #: whether its pictures come at `rate`
    first_s: float = 0.0  #: when its first picture is shown, in seconds from its beginning
    width: int | None = None  #: in pixels; None without pictures
    height: int | None = None
    channels: int = 0  #: of sound; 0 without any
    sample_rate: int = 48_000  #: Hz

    def frame(self, t_s: float) -> int:
        """The frame that is shown at a time, from 0. A cut's time is that of the first frame after it."""
        at = round((Fraction(t_s) - Fraction(self.first_s)) * self.rate)
        return min(max(at, 0), self.frames)

    def label(self, frame: int) -> str:
        """Its timecode at a frame, from 0."""
        return to_timecode(self.start + frame, self.rate, self.drop)

    def notes(self) -> tuple[str, ...]:
        """What an editor should know about its timecode, in sentences."""
        said = []
        if not self.steady:
            said.append(
                f"its pictures do not come at {rate_text(self.rate)} a second all along, frames are counted so"
            )
        if not self.looked:
            said.append("its timecode was not looked for when it was indexed, counted from zero")
        elif not self.stated:
            said.append("the file has no timecode, counted from zero")
        return tuple(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was found: a scene of a video."""

    video_id: UUID
    scene_id: UUID
    scene: int  #: its number within the video
    start_s: float
    end_s: float
    score: float | None = None  #: 0 to 1; None where it was not searched for
    band: str | None = None
    transition: Transition | None = None  #: how it begins, as far as that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A part of a video in a list: frames `first` to `end`, the last not included."""

    source: Source
    first: int
    end: int
    moments: tuple[Moment, ...]  #: one, or those that were joined, in order of time

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.end - self.first

    @property
    def name(self) -> str:
        """Its video and scenes, for people."""
        return f"{self.source.name} · {self.scenes}"

    @property
    def scenes(self) -> str:
        """The numbers of its scenes: `12`, `12+13`."""
        return "+".join(str(moment.scene) for moment in self.moments)

    @property
    def transition(self) -> tuple[str, int, int] | None:
        """How its first scene begins: by what, and its first frame and the one after its last."""
        one = self.moments[0].transition
        return (one.kind, self.source.frame(one.start_s), self.source.frame(one.end_s)) if one else None

    @property
    def best(self) -> Moment:
        """The moment with the highest score."""
        return max(self.moments, key=lambda moment: moment.score or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Events one after another, all of one rate."""

    name: str
    events: tuple[Event, ...]

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return self.events[0].source.rate

    @property
    def drop(self) -> bool:
        """Whether its own timecode is drop-frame: as that of its first event."""
        return self.events[0].source.drop and takes_drop(self.rate)


def events_of(
    moments: Iterable[Moment],
    sources: Mapping[UUID, Source],
    *,
    handles_s: tuple[float, float] = (0.0, 0.0),
    join: bool = True,
    by_time: bool = False,
) -> list[Event]:
    """An event for each moment, in their order; none twice.

    `handles_s`: seconds that are added before and after, as far as the video reaches. `join`: events of a video that
    share frames become one, in the place of the first of them; those that only touch stay apart. `by_time`: by video,
    in the order in which videos first appear, and by time within it. An event is one frame long at least.
    """
    once = list({moment.scene_id: moment for moment in moments}.values())
    events = [_event(moment, sources[moment.video_id], handles_s) for moment in once]
    if join:
        events = _joined(events)
    if by_time:
        place = {
            video: at for at, video in enumerate(dict.fromkeys(event.source.video_id for event in events))
        }
        events.sort(key=lambda event: (place[event.source.video_id], event.first, event.end))
    return events


def timelines_of(events: Sequence[Event], name: str, *, apart: Callable[[Event], Hashable]) -> list[Timeline]:
    """Events that differ in what `apart` says come onto timelines of their own, the longest list first."""
    parted: dict[Hashable, list[Event]] = {}
    for event in events:
        parted.setdefault(apart(event), []).append(event)
    lists = sorted(parted.values(), key=len, reverse=True)
    return [Timeline(name=_named(name, lists, few), events=tuple(few)) for few in lists]


def by_video(events: Sequence[Event]) -> list[list[Event]]:
    """The events of each video, in the order in which videos first appear."""
    parted: dict[UUID, list[Event]] = {}
    for event in events:
        parted.setdefault(event.source.video_id, []).append(event)
    return list(parted.values())


def rate_text(rate: Fraction) -> str:
    """As people write it: 25, 29.97, 23.976."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _event(moment: Moment, source: Source, handles_s: tuple[float, float]) -> Event:
    before, after = (round(Fraction(seconds) * source.rate) for seconds in handles_s)
    first = min(source.frame(moment.start_s), source.frames - 1)
    end = max(source.frame(moment.end_s), first + 1)
    return Event(
        source=source, first=max(first - before, 0), end=min(end + after, source.frames), moments=(moment,)
    )


def _joined(events: Sequence[Event]) -> list[Event]:
    place = {event.moments[0].scene_id: at for at, event in enumerate(events)}
    made: list[Event] = []
    for event in sorted(events, key=lambda event: (str(event.source.video_id), event.first, event.end)):
        last = made[-1] if made else None
        if last and last.source.video_id == event.source.video_id and event.first < last.end:
            made[-1] = replace(last, end=max(last.end, event.end), moments=last.moments + event.moments)
        else:
            made.append(event)
    return sorted(made, key=lambda event: min(place[moment.scene_id] for moment in event.moments))


def _named(name: str, lists: Sequence[Sequence[Event]], few: Sequence[Event]) -> str:
    if len(lists) == 1:
        return name
    source = few[0].source
    alike = sum(one[0].source.rate == source.rate for one in lists) > 1
    return f"{name} {rate_text(source.rate)}{(' DF' if source.drop else ' NDF') if alike else ''}"
