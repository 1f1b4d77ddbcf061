"""Names that a file brought along → names that cannot be taken for a part of a list."""

import os
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote
from uuid import UUID

from scenedex.exports.events import Event, Source

REEL = 8
"""Characters of a reel's name in an EDL (CMX 3600)."""

TAKEN = frozenset({"AX", "BL", "BLACK", "BARS"})
"""Reels that mean something else: an unknown source, black, bars."""

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV Injection)."""

LONGEST = 200

FILE_BYTES = 180
"""Of a file's name in UTF-8: systems take 255, and what tells clips apart and `.part` come behind it."""


def one_line(text: str) -> str:
    """Text without line ends, control characters and halves of characters, 200 characters at most.

    What is left over is valid in XML, too.
    """
    whole = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(whole.split())[:LONGEST]


def cell(text: str) -> str:
    """The same as the cell of a table, which no spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULAS) else line


def path_text(path: str) -> str:
    """A path in one line; unlike a name it is never cut."""
    return "".join(one if one.isprintable() else "\ufffd" for one in path)


def url_of(source: Source) -> str:
    """Where its file lies, as a URL; of one that is offline only the name."""
    path = source.path if source.path is not None else f"/{source.name.replace('/', '_')}"
    return "file://" + quote(os.fsencode(path))


def reels(events: Iterable[Event]) -> dict[UUID, str]:
    """A name for each video: eight capitals and digits at most, none twice."""
    found: dict[UUID, str] = {}
    used = set(TAKEN)
    for source in {event.source.video_id: event.source for event in events}.values():
        plain = _ascii(source.name.rpartition(".")[0] or source.name)
        name, number = plain[:REEL] or "REEL", 1
        while name in used:
            number += 1
            name = f"{(plain or 'REEL')[: REEL - len(str(number))]}{number}"
        used.add(name)
        found[source.video_id] = name
    return found


def file_name(text: str) -> str:
    """Text as the name of a file on any system, without an ending; "clips" where nothing is left of it.

    80 characters and FILE_BYTES at most.
    """
    line = re.sub(r'[<>:"/\\|?*]+', " ", one_line(text))
    short = " ".join(line.split())[:80].encode()[:FILE_BYTES]
    return short.decode(errors="ignore").strip(". ") or "clips"


def _ascii(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]", "", apart.upper())
