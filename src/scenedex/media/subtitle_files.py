"""Captions → the text of a subtitle file: SubRip or WebVTT."""

import re
from collections.abc import Iterable

from scenedex.types import Caption

_TURN = re.compile(r"\n(?=[-\u2010-\u2015])")  # somebody else speaks
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def to_srt(captions: Iterable[Caption]) -> str:
    """A SubRip file: numbered cues, times as `00:01:02,345`. No line of a caption can end its cue or begin another."""
    cues = (
        f"{number}\n{_clock(caption.start_s, ',')} --> {_clock(_end_s(caption), ',')}\n{_lines(caption.text, '->')}\n"
        for number, caption in enumerate(captions, start=1)
    )
    return "\n".join(cues)


def to_vtt(captions: Iterable[Caption]) -> str:
    """A WebVTT file (W3C WebVTT, 4): times as `00:01:02.345`; markup in a caption is shown, not followed.

    Who speaks is its voice, `<v Name>`; where several lines begin with a dash, that of the line with the name.
    """
    cues = (
        f"\n{_clock(caption.start_s, '.')} --> {_clock(_end_s(caption), '.')}\n{_voiced(caption)}\n"
        for caption in captions
    )
    return "WEBVTT\n" + "".join(cues)


def _voiced(caption: Caption) -> str:
    said = [part.translate(_ESCAPES) for part in _TURN.split(_lines(caption.text))]
    if caption.speaker is None:
        return "\n".join(said)
    name = " ".join(_lines(caption.speaker).split()).translate(_ESCAPES)
    place = next((n for n, part in enumerate(said) if name.casefold() in part.casefold()), 0)
    end = "" if len(said) == 1 else "</v>"
    said[place] = f"<v {name}>{said[place]}{end}"
    return "\n".join(said)


def _lines(text: str, arrow: str = "-->") -> str:
    """Without blank lines and control characters, and with another arrow in place of the one that marks times."""
    lines = (re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line).replace("-->", arrow) or " "


def _end_s(caption: Caption) -> float:
    """A cue of no length is shown by no player."""
    return max(caption.end_s, caption.start_s + 0.001)


def milliseconds(seconds: float) -> int:
    """A time as a subtitle file has it."""
    return max(0, round(seconds * 1000))


def _clock(seconds: float, point: str) -> str:
    minutes, rest = divmod(milliseconds(seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
