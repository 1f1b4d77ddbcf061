"""How answers look: one JSON document for programs, tables for people."""

import json
import os
import re
import sys
from importlib.metadata import version
from typing import IO, Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenedex.types import Caption


def version_text() -> str:
    """Name and version of this program."""
    return f"scenedex {version('scenedex')}"


def complain(message: str) -> None:
    """Say on stderr what went wrong."""
    lines = "\n".join(shown(line) for line in message.splitlines())
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"scenedex: {lines}"))


def stdout_console(*, quiet: bool = False) -> Console:
    """Where answers are printed, if not `quiet`. For a program or a file each row is one line, however long."""
    made = Console(highlight=False, quiet=quiet)
    if made.is_terminal or "COLUMNS" in os.environ:
        return made
    return Console(highlight=False, quiet=quiet, width=_ENDLESS, file=cast(IO[str], _Unpadded(sys.stdout)))


_ENDLESS = 100_000


class _Unpadded:
    """A stream that leaves out the blanks at the ends of lines, with which tables are made square."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._stream.write(re.sub(r" +$", "", text, flags=re.MULTILINE))
        return len(text)


def print_json(value: Any) -> None:
    """One JSON document on stdout. Names that are no UTF-8 keep their bytes as escaped surrogates."""
    from scenedex.search.as_json import plain

    sys.stdout.write(json.dumps(plain(value), indent=2) + "\n")


def shown(text: str) -> str:
    """Text as it may stand on a screen: control characters and broken bytes are escaped."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in whole)


def flowing(text: str) -> str:
    """The lines of a caption as one."""
    return shown(" ".join(text.split()))


def spoken(caption: Caption) -> str:
    """A caption as one line, after who says it where its own words do not name them."""
    text = flowing(caption.text)
    if caption.speaker is None or caption.speaker.casefold() in text.casefold():
        return text
    return f"{shown(caption.speaker)}: {text}"


def clock(seconds: float) -> str:
    """`1:02:03.4`, or `2:03.4` below an hour."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    small = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{small}" if hours else f"{minutes}:{small}"


def table(*columns: str) -> Table:
    """An open table, in the style of all commands."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def marked(snippet: str) -> Text:
    """A snippet with `<mark>` as bold text."""
    import html

    text = Text()
    for part in " ".join(snippet.split()).split("<mark>"):
        inside, mark, after = part.partition("</mark>")
        if mark:
            text.append(shown(html.unescape(inside)), style="bold yellow")
            text.append(shown(html.unescape(after)))
        else:
            text.append(shown(html.unescape(part)))
    return text
