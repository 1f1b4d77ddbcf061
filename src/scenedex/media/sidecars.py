"""Subtitle files beside a video."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath

from scenedex.errors import LimitError, MediaError, NotFoundError
from scenedex.media.charset import decode_text
from scenedex.media.files import SUBTITLE_SUFFIXES, unreadable
from scenedex.media.languages import language_word
from scenedex.media.lines import Line, merge, to_captions
from scenedex.media.timed_text import parse_ass, parse_srt, parse_vtt
from scenedex.types import Caption, Limits

_FLAG_WORDS = "forced sdh cc hi default full foreign commentary subs sub signs songs"
_FLAGS = frozenset(_FLAG_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A subtitle file that belongs to a video by its name."""

    path: Path
    language: str | None  #: ISO 639-1, from the name
    size_bytes: int
    mtime_ns: int


def find_sidecars(path: Path) -> tuple[Sidecar, ...]:
    """The .srt, .vtt, .ass and .ssa files beside a video that carry its name, whatever the case, sorted by name.

    `film.mp4` has `film.srt`, `film.en.srt`, `film.eng.forced.srt`, `film.mp4.srt`; not `film2.srt`, nor
    `film.part2.srt`: each word between the name and the extension must be a language or a flag.
    """
    names = (path.stem.casefold(), path.name.casefold())
    found = []
    try:
        with os.scandir(path.parent) as entries:
            for entry in entries:
                words = _words_after(entry.name, names)
                if words is not None and entry.is_file():
                    status = entry.stat()
                    language = next((code for word in words if (code := language_word(word))), None)
                    found.append(
                        Sidecar(
                            path=path.parent / entry.name,
                            language=language,
                            size_bytes=status.st_size,
                            mtime_ns=status.st_mtime_ns,
                        )
                    )
    except OSError:
        return tuple(found)
    return tuple(sorted(found, key=lambda sidecar: sidecar.path.name))


def is_sidecar(name: str, video: str) -> bool:
    """Whether a subtitle file of this name belongs to a video of that name in the same folder."""
    path = PurePath(video)
    return _words_after(name, (path.stem.casefold(), path.name.casefold())) is not None


def sidecar_fingerprint(sidecars: tuple[Sidecar, ...]) -> str:
    """A short text that changes when a sidecar is added, removed, renamed or written; "" without any."""
    if not sidecars:
        return ""
    rows = (f"{os.fsencode(s.path.name).hex()} {s.size_bytes} {s.mtime_ns}" for s in sidecars)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:32]


def read_sidecar(path: Path, limits: Limits, *, language: str | None = None) -> list[Caption]:
    """The captions of one file, in any encoding, origin "sidecar", numbered from 0 in order of time.

    Raises:
        LimitError: the file is larger, or has more lines, than allowed.
        MediaError, NotFoundError: it cannot be read.
    """
    return to_captions(_read_lines(path, limits, language), "sidecar", language)


def read_sidecars(sidecars: tuple[Sidecar, ...], limits: Limits) -> tuple[list[Caption], tuple[str, ...]]:
    """The captions of all these files, and a sentence for each that could not be taken in.

    `index` counts within each language; what two files of one language both say at the same time is there once.
    """
    by_language: dict[str | None, list[list[Line]]] = {}
    warnings: list[str] = []
    for sidecar in sidecars:
        try:
            lines = _read_lines(sidecar.path, limits, sidecar.language)
        except (MediaError, NotFoundError) as exc:
            warnings.append(f"Subtitles {sidecar.path.name!r}: {exc}")
            continue
        if not lines:
            warnings.append(f"Subtitles {sidecar.path.name!r}: no timed text was found in it.")
        by_language.setdefault(sidecar.language, []).append(lines)
    captions: list[Caption] = []
    for language in sorted(by_language, key=str):
        captions += to_captions(merge(by_language[language]), "sidecar", language)
    return captions, tuple(warnings)


def parse_captions(text: str) -> Iterator[Line]:
    """The lines of a subtitle text; what it is shows in its first lines, not in its name."""
    start = text.lstrip("\ufeff \t\r\n")[:400]
    if start.startswith("WEBVTT"):
        return parse_vtt(text)
    if start.startswith(("[", ";", "Dialogue:", "Format:")) and "-->" not in start:
        return parse_ass(text)
    return parse_srt(text)


def lines_of(text: str, limits: Limits) -> list[Line]:
    """The lines of a subtitle text. Raises LimitError for more than allowed."""
    lines = list(islice(parse_captions(text), limits.max_captions + 1))
    if len(lines) > limits.max_captions:
        raise LimitError(f"It has more than {limits.max_captions} lines, the limit max_captions.")
    return lines


def read_text(path: Path, limits: Limits, language: str | None = None) -> str:
    """The text of a subtitle file in any encoding. Raises LimitError, MediaError, NotFoundError."""
    try:
        with path.open("rb") as file:
            raw = file.read(limits.max_caption_bytes + 1)
    except OSError as exc:
        raise unreadable(exc) from exc
    if len(raw) > limits.max_caption_bytes:
        raise LimitError(f"It is larger than {limits.max_caption_bytes} bytes, the limit max_caption_bytes.")
    return decode_text(raw, language)


def _read_lines(path: Path, limits: Limits, language: str | None) -> list[Line]:
    return lines_of(read_text(path, limits, language), limits)


def _words_after(name: str, names: tuple[str, ...]) -> list[str] | None:
    """The words between the video's name and the extension; None if this is no sidecar of it."""
    file = PurePath(name)
    if file.suffix.lower() not in SUBTITLE_SUFFIXES:
        return None
    folded = file.stem.casefold()
    for own in names:
        if folded == own:
            return []
        if folded.startswith(own) and folded[len(own)] in "._-":
            words = [
                word.strip("-") for word in folded[len(own) :].replace("_", ".").split(".") if word.strip("-")
            ]
            if words and all(word in _FLAGS or language_word(word) for word in words):
                return words
    return None
