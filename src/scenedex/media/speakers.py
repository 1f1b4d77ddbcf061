"""Who speaks, where a track of subtitles says so: by its markup, or by a name before the words.

A false name is worse than none; docs/speakers.md has the rules as a table.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scenedex.media.markup import tidy
from scenedex.media.not_names import ABBREVIATIONS, NOT_NAMES, PARTICLES, SOUNDS
from scenedex.types import MAX_SPEAKER

MAX_WRITTEN = 32
"""Characters of a name that stands before the words."""

MAX_WORDS = 3
"""Words of such a name."""

MAX_LINES = 8
"""Lines of one caption that are looked at."""

SHORT = 4
"""Characters of a name that has no capitals, such as a Korean one, up to which it need not stand twice."""

_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,200})?[ \t]+([^<>]{1,500})>")
_DASH = r"(?P<dash>(?:[-\u2010-\u2015•]|>{1,3})\s{0,4})?"
_ASIDE = r"\s{0,4}(?:\([^()]{1,32}\)|\[[^\[\]]{1,32}\])?\s{0,4}"
_BEFORE_COLON = re.compile(
    rf"^{_DASH}(?P<name>[^:：()\[\]<>]{{1,{MAX_WRITTEN}}}){_ASIDE}(?P<colon>[:：])(?P<rest>.*)"
)
_IN_BRACKETS = re.compile(rf"^{_DASH}\[(?P<name>[^\[\]]{{1,{MAX_WRITTEN}}})\]:?(?P<rest>.*)")
_ENDS = re.compile(r"[.!?…♪)\]\"”’。！？]$")  # a sentence ends, so that another can begin in the next line


@dataclass(frozen=True, slots=True)
class _Written:
    """A name that may stand before the words of a line."""

    name: str
    sure: bool  #: it need not stand twice


def speaker_name(name: str) -> str | None:
    """A name as it is kept, without doubled blanks; None for what is none: nothing, too long, or words such as NOTE."""
    name = " ".join(tidy(name[: 8 * MAX_SPEAKER]).split())
    spoken = any(unicodedata.category(c).startswith("L") for c in name)
    if not spoken or len(name) > MAX_SPEAKER or all(_in(word, NOT_NAMES) for word in name.split()):
        return None
    return name


def voice_of(markup: str) -> str | None:
    """The first voice of a WebVTT cue, `<v Name>` (W3C WebVTT, 4.2.2); None without one."""
    found = _VOICE.search(markup)
    return speaker_name(html.unescape(found[1])) if found else None


def speakers(track: Sequence[tuple[str | None, str]]) -> list[str | None]:
    """Who speaks in each caption of a track: (what its markup says, its plain text).

    What markup says comes first. Where a caption has several speakers it is the first who is named.
    """
    written = [[] if stated else list(_written(text)) for stated, text in track]
    capitals = not any(c.islower() for _, text in track for c in text)
    alone = {name for _, text in track for name in _alone(text)}
    known = {stated.casefold() for stated, _ in track if stated}
    known |= {one.name.casefold() for some in written for one in some if one.sure and not capitals}
    counts = Counter(one.name.casefold() for some in written for one in some)
    known |= {name for name, count in counts.items() if count > 1 and name not in alone}
    return [
        stated or next((one.name for one in some if one.name.casefold() in known), None)
        for (stated, _), some in zip(track, written, strict=True)
    ]


def _written(text: str) -> Iterator[_Written]:
    """The names that may stand at the begin of the lines of a caption."""
    lines = text.split("\n", MAX_LINES)[:MAX_LINES]
    for number, line in enumerate(lines):
        follows = number + 1 < len(lines)
        found = _BEFORE_COLON.match(line) or _IN_BRACKETS.match(line)
        if found is None or not (found["rest"].strip() or follows):
            continue
        if number and not found["dash"] and not _ENDS.search(lines[number - 1]):
            continue  # the sentence of the line before goes on
        if (name := speaker_name(found["name"])) is None or not _is_written(name):
            continue
        colon = found.groupdict().get("colon")
        if colon is None:
            if not _is_sound(name):
                yield _Written(name, sure=False)
        elif colon == "：" or not found["rest"] or found["rest"][0].isspace() or _caseless(name):
            yield _Written(name, sure=not _caseless(name) or len(name) <= SHORT)


def _alone(text: str) -> Iterator[str]:
    """What stands in brackets and nothing after it: a sound."""
    found = _IN_BRACKETS.match(text.split("\n", 1)[0])
    if found is not None and not found["rest"].strip() and "\n" not in text:
        yield found["name"].strip().casefold()


def _is_written(name: str) -> bool:
    """Whether it looks like a name: few words, each with a capital or in a script that has none."""
    words = name.split()
    if len(words) > MAX_WORDS or any(_in(word, NOT_NAMES) for word in words):
        return False
    if name.endswith("는"):  # "as for": no name ends so
        return False
    if sum(c.isalpha() for c in name) < (1 if _caseless(name) else 2):
        return False
    return all(_is_name_word(word, first=not number) for number, word in enumerate(words))


def _is_name_word(word: str, *, first: bool) -> bool:
    if not first and (word in PARTICLES or re.fullmatch(r"#?\d{1,3}", word)):
        return True
    bare = word.rstrip(".")
    if word != bare and bare.casefold() not in ABBREVIATIONS and not re.fullmatch(r"(?:\w\.)+", word):
        return False
    if not bare or not all(c in "'’-.·・" or unicodedata.category(c)[0] in "LM" for c in bare):
        return False
    return bare[0].isupper() or bare[0].istitle() or unicodedata.category(bare[0]) == "Lo"


def _is_sound(name: str) -> bool:
    return any(_in(word, SOUNDS) or word.casefold().endswith("ing") for word in name.split())


def _in(word: str, words: frozenset[str]) -> bool:
    return word.casefold().strip(".!#'’-") in words


def _caseless(name: str) -> bool:
    return not any(c.isupper() or c.islower() for c in name)
