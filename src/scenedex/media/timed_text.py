"""SRT, WebVTT and ASS files to lines. Lenient: what can be made out is kept, the rest is passed over."""

import re
from collections.abc import Iterator
from itertools import islice

from scenedex.media.lines import Line
from scenedex.media.markup import ass_text, plain_text
from scenedex.media.speakers import speaker_name, voice_of

MAX_HOURS = 1000

# Digits as text recognition reads them; an x stands for one that it could not read.
_MISREAD = str.maketrans("xXoOlI", "000011")

# "1:02:03,450", "02:03.45", "00:00:0x,000" (a digit misread), "00:01:02" without a fraction.
_CLOCK = r"(?:\d{1,4}\s*:\s*)?[\dxXoOlI]{1,2}\s*:\s*[\dxXoOlI]{1,3}(?:\s*[.,:]\s*[\dxXoOlI]{1,6})?"
_ARROW = re.compile(rf"^\s*({_CLOCK})\s*(?:-{{1,3}}\s?>|→|—>|–>)\s*({_CLOCK})?(?=\s|$|[A-Za-z])")
_INDEX = re.compile(r"^\s*\d{1,7}\s*$")
_BLOCKS_TO_SKIP = ("NOTE", "STYLE", "REGION")


def parse_srt(text: str) -> Iterator[Line]:
    """Cues of an SRT file: numbers and blank lines between them may be missing."""
    yield from _cues(text.splitlines())


def parse_vtt(text: str) -> Iterator[Line]:
    """Cues of a WebVTT file (W3C WebVTT, 4): settings, identifiers, NOTE, STYLE and REGION blocks are passed over."""
    kept: list[str] = []
    skipping = False
    for line in text.splitlines():
        if not line.strip():
            skipping = False
        elif line.startswith(_BLOCKS_TO_SKIP) and (not kept or not kept[-1].strip()):
            skipping = "-->" not in line
        if not skipping and not line.startswith(("WEBVTT", "X-TIMESTAMP-MAP")):
            kept.append(line)
    yield from _cues(kept, named=True)


def parse_ass(text: str) -> Iterator[Line]:
    """Dialogue lines of an ASS or SSA file, by the Format line of its [Events]; comments are passed over."""
    fields = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    events = False
    for line in text.splitlines():
        key, _, value = line.partition(":")
        match key.strip().lower():
            case word if word.startswith("["):
                events = word.startswith("[events]")
            case "format" if events:
                fields = [name.strip().lower() for name in value.split(",")]
            case "dialogue":
                cells = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
                start, end = seconds(cells.get("start", "")), seconds(cells.get("end", ""))
                words = ass_text(cells.get("text", ""))
                if start is not None and words:
                    yield Line(start, end, words, speaker_name(cells.get("name") or cells.get("actor", "")))


def seconds(clock: str) -> float | None:
    """Seconds of "h:mm:ss,fff", "mm:ss.ff" or "m:ss"; None where a part is no number or out of range."""
    clock = clock.translate(_MISREAD)
    parts = [part.strip() for part in re.split(r"[:,.]", clock.strip())]
    whole, fraction = parts, ""
    if re.search(r"[.,]\s*\S+\s*$", clock) or len(parts) == 4:
        whole, fraction = parts[:-1], parts[-1]
    if not 2 <= len(whole) <= 3 or not all(part.isdecimal() and part.isascii() for part in whole):
        return None
    hours, minutes, secs = [0] * (3 - len(whole)) + [int(part) for part in whole]
    if hours > MAX_HOURS or (minutes > 59 and len(whole) == 3) or secs > 59:
        return None
    digits = fraction if fraction.isdecimal() and fraction.isascii() else "0"
    return hours * 3600 + minutes * 60 + secs + float(f"0.{digits[:9]}")


def _cues(lines: list[str], *, named: bool = False) -> Iterator[Line]:
    """A cue begins at its time line, and ends where the next one (or that one's number) begins."""
    marks = [(number, match) for number, line in enumerate(lines) if (match := _ARROW.match(line))]
    for place, (number, match) in enumerate(marks):
        last = place + 1 == len(marks)
        stop = len(lines) if last else marks[place + 1][0]
        body = list(islice(lines, number + 1, stop))
        if not last:
            body = _without_header(body, named=named)
        start = seconds(match[1])
        if start is None:
            continue
        markup = "\n".join(body)
        if text := plain_text(markup):
            yield Line(start, seconds(match[2]) if match[2] else None, text, voice_of(markup))


def _without_header(body: list[str], *, named: bool) -> list[str]:
    """A cue's lines without the number, or in WebVTT the name, of the next cue at their end."""
    if len(body) < 2 or not body[-1].strip():
        return body  # one line alone is what is said, be it a number
    if _INDEX.match(body[-1]) or (named and not body[-2].strip()):
        return body[:-1]
    return body
