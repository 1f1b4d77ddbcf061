"""A subtitle file that was edited elsewhere → which captions say something else in it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.media.lines import Line
from scenedex.media.subtitle_files import milliseconds, to_srt, to_vtt
from scenedex.media.timed_text import parse_srt, parse_vtt
from scenedex.store.corrections import SAME_PLACE_S
from scenedex.types import Caption, CaptionEntry, CaptionOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Some of the captions of a video."""

    origin: CaptionOrigin | None = None
    language: str | None = None  #: such as `en`

    def of(self, entries: Sequence[CaptionEntry]) -> list[CaptionEntry]:
        """Those of these that are meant."""
        return [
            one
            for one in entries
            if self.origin in (None, one.caption.origin) and self.language in (None, one.caption.language)
        ]

    def shown(self, entries: Sequence[CaptionEntry]) -> list[CaptionEntry]:
        """Those of these that are meant, and to be seen."""
        return [one for one in self.of(entries) if one.state not in ("deleted", "orphaned")]


ALL = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLine:
    """A caption that says something else in the file."""

    id: UUID  #: of the caption
    start_s: float
    end_s: float
    before: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayLine:
    """A line of the file that fits no caption, or more than one."""

    start_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What a file says about the captions of a video, and whether they were corrected by it."""

    dry_run: bool
    changed: tuple[ChangedLine, ...]
    same: int  #: captions that say the same in it
    missing: int  #: captions that are not in it: they stay
    stray: tuple[StrayLine, ...]


def compared(entries: Sequence[CaptionEntry], lines: Sequence[Line], *, dry_run: bool) -> Edited:
    """What lines of a file say that these captions do not.

    Raises UsageError where there is no line, or less than half of them fit: by chance some lines of another film do.
    """
    if not lines:
        raise UsageError(
            "There is no line with its time in this file: it is no SubRip or WebVTT, or it says nothing."
        )
    found = fitted([entry.caption for entry in entries], lines)
    pairs = [(entries[place], line) for place, line in zip(found, lines, strict=True) if place is not None]
    if 2 * len(pairs) < len(lines):
        raise UsageError(
            f"{len(pairs) or 'None'} of the {len(lines):,} lines of this file can be told to be a caption of this "
            f"video: each begins where that does, give or take {SAME_PLACE_S:g} s. It is of another video, its times "
            "were changed, or captions of several origins or languages stand at the same times: then say which are "
            "meant."
        )
    return Edited(
        dry_run=dry_run,
        changed=tuple(_changed(entry, line) for entry, line in pairs if not _says(entry.caption, line)),
        same=sum(_says(entry.caption, line) for entry, line in pairs),
        missing=len(entries) - len(pairs),
        stray=tuple(
            StrayLine(start_s=line.start_s, text=line.text)
            for place, line in zip(found, lines, strict=True)
            if place is None
        ),
    )


def fitted(captions: Sequence[Caption], lines: Sequence[Line]) -> list[int | None]:
    """Of each line the number of its caption, each of which has one line at most; None where that cannot be told.

    At the same times, what says the same belongs together; of the rest as many lines as captions in their order.
    Other lines belong to what begins within SAME_PLACE_S and says the same, or else is alone there.
    """
    found: list[int | None] = [None] * len(lines)
    there: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, caption in enumerate(captions):
        there[_times(caption.start_s, caption.end_s)].append(number)
    at: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        at[_times(line.start_s, line.end_s or 0.0)].append(number)
    for times in at.keys() & there.keys():
        pairs = _together(
            {number: lines[number].text for number in at[times]},
            {number: captions[number] for number in there[times]},
        )
        for number, place in pairs.items():
            found[number] = place
    _near(captions, lines, found)
    return found


def _together(texts: dict[int, str], captions: dict[int, Caption]) -> dict[int, int]:
    """Lines of the same times → captions."""
    pairs: dict[int, int] = {}
    left = dict(captions)
    for readings in (_as_it_is, _as_read):
        known: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in reversed(left.items()):
            for text in readings(one):
                known[text].append(place)
        for number, text in texts.items():
            while number not in pairs and known[text]:
                place = known[text].pop()
                if left.pop(place, None) is not None:  # else another line has it
                    pairs[number] = place
    lines = [number for number in texts if number not in pairs]
    return pairs | (dict(zip(lines, left, strict=True)) if len(lines) == len(left) else {})


def _near(captions: Sequence[Caption], lines: Sequence[Line], found: list[int | None]) -> None:
    """Find lines whose times were rounded otherwise."""
    waiting = [number for number, place in enumerate(found) if place is None]
    free = set(range(len(captions))) - set(found)
    same: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for place in sorted(free, key=lambda place: captions[place].start_s):
        same[captions[place].text].append((captions[place].start_s, place))
    for number in waiting:
        known, start_s = same[lines[number].text], lines[number].start_s
        first = bisect_left(known, start_s - SAME_PLACE_S, key=_first)
        if first < len(known) and known[first][0] <= start_s + SAME_PLACE_S:
            found[number] = known.pop(first)[1]
    begun = sorted((captions[place].start_s, place) for place in free - set(found))
    said = sorted((lines[number].start_s, number) for number in waiting if found[number] is None)
    for start_s, number in said:
        alone = _alone(begun, start_s)
        if alone is not None and _alone(said, captions[alone].start_s) == number:
            found[number] = alone


def _alone(begun: Sequence[tuple[float, int]], start_s: float) -> int | None:
    """Which of these, in order, begins about then; None where several do, or none."""
    first = bisect_left(begun, start_s - SAME_PLACE_S, key=_first)
    last = bisect_right(begun, start_s + SAME_PLACE_S, key=_first)
    return begun[first][1] if last - first == 1 else None


def _first(one: tuple[float, int]) -> float:
    return one[0]


def _times(start_s: float, end_s: float) -> tuple[int, int]:
    """As a subtitle file has them."""
    return milliseconds(start_s), milliseconds(max(end_s, start_s + 0.001))


def _says(caption: Caption, line: Line) -> bool:
    return line.text == caption.text or line.text in _as_read(caption)


def _as_it_is(caption: Caption) -> set[str]:
    return {caption.text}


def _as_read(caption: Caption) -> set[str]:
    """What a caption says after it was in a subtitle file: markup is lost in one."""
    return {one.text for one in (*parse_srt(to_srt([caption])), *parse_vtt(to_vtt([caption])))}


def _changed(entry: CaptionEntry, line: Line) -> ChangedLine:
    caption = entry.caption
    return ChangedLine(
        id=entry.id, start_s=caption.start_s, end_s=caption.end_s, before=caption.text, text=line.text
    )
