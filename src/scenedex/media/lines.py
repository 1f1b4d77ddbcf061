"""Lines of timed text → captions: in order, each with a sensible interval, none twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from scenedex.media.speakers import speakers
from scenedex.types import Caption, CaptionOrigin

DEFAULT_SHOWN_S = 4.0
"""How long a line is shown whose end is missing, if nothing follows it."""

MAX_SHOWN_S = 60.0
"""A line that claims to be shown longer than an hour has no sensible end: it is shown this long at most."""

SAME_TIME_S = 0.1
"""Tracks of one language that say the same at the same time, give or take this, say it once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of timed text before it is put in order."""

    start_s: float
    end_s: float | None  #: None: not stated, or nonsense
    text: str  #: plain
    speaker: str | None = None  #: whom markup names


def merge(tracks: Iterable[list[Line]]) -> list[Line]:
    """The lines of several tracks in order of time; what a later track repeats is left out."""
    merged: list[Line] = []
    for track in tracks:
        known: dict[str, list[float]] = {}
        for line in merged:
            known.setdefault(line.text, []).append(line.start_s)
        merged += [
            line
            for line in track
            if not any(abs(line.start_s - t) <= SAME_TIME_S for t in known.get(line.text, ()))
        ]
    return sorted(merged, key=lambda line: line.start_s)


def to_captions(lines: list[Line], origin: CaptionOrigin, language: str | None) -> list[Caption]:
    """Numbered captions with sensible intervals: starts at 0 or later, ends after the start; empty lines fall out."""
    ordered = sorted((line for line in lines if line.text), key=lambda line: line.start_s)
    named = speakers([(line.speaker, line.text) for line in ordered])
    captions: list[Caption] = []
    for position, line in enumerate(ordered):
        following = next(
            (o.start_s for o in ordered[position + 1 : position + 9] if o.start_s > line.start_s), None
        )
        end_s = _sensible_end(line, following)
        if end_s <= 0:
            continue
        captions.append(
            Caption(
                start_s=max(0.0, line.start_s),
                end_s=end_s,
                text=line.text,
                origin=origin,
                language=language,
                index=len(captions),
                speaker=named[position],
            )
        )
    return captions


def _sensible_end(line: Line, following: float | None) -> float:
    if line.end_s is not None and line.start_s < line.end_s <= line.start_s + 3600:
        return line.end_s
    if line.end_s is not None and line.end_s > line.start_s:
        return line.start_s + MAX_SHOWN_S
    end_s = line.start_s + DEFAULT_SHOWN_S
    return end_s if following is None else min(end_s, following)
