"""Hostile text on its way into the database: PostgreSQL's text holds any Unicode but NUL and surrogates."""

import hashlib
import json
import re
from typing import Any

from psycopg.types.json import Jsonb

from scenedex.errors import UsageError

MAX_TERM = 100
"""Characters of a term that count: an index entry has a limit, and nobody types more."""

ESCAPE = "\U0010dc00"
"""Marks a character of a path that is to be taken as it is. U+10DC80 to U+10DCFF stand for the bytes 80 to FF."""


def path_to_text(path: str) -> str:
    """A path as text that PostgreSQL takes; `text_to_path` gives the same path back.

    `os.fsdecode` turns a byte that is no UTF-8 into a surrogate U+DC80 to U+DCFF. Those move to private-use
    characters U+10DC80 to U+10DCFF, and a path's own characters of that block are marked by U+10DC00.

    Raises UsageError for what cannot be a path.
    """
    text = re.sub("[\U0010dc00-\U0010dcff]", lambda m: ESCAPE + m[0], path)
    text = re.sub("[\udc80-\udcff]", lambda m: chr(ord(m[0]) + 0x100000), text)
    if "\0" in text or re.search("[\ud800-\udfff]", text):
        raise UsageError(f"This is no path: {path!r}.")
    return text


def text_to_path(text: str) -> str:
    """The path that `path_to_text` made this text of."""
    pattern = f"{ESCAPE}(.)|[\U0010dc80-\U0010dcff]"
    return re.sub(pattern, lambda m: m[1] or chr(ord(m[0]) - 0x100000), text, flags=re.DOTALL)


def path_hash(text: str) -> bytes:
    """What a path is found by, 32 bytes: a path may be longer than an index entry."""
    return hashlib.sha256(text.encode()).digest()


def plain(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL is left out, a surrogate becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\0", ""))


def term(text: str) -> str:
    """A term as it is stored and looked for."""
    return plain(text)[:MAX_TERM]


def plain_json(value: Any) -> Jsonb:
    """A JSON value with all of its texts plain and numbers finite: neither NUL nor NaN can be stored."""
    return Jsonb(_plain_value(value), dumps=lambda obj: json.dumps(obj, ensure_ascii=False, default=str))


def _plain_value(value: Any) -> Any:
    match value:
        case str():
            return plain(value)
        case dict():
            return {plain(str(key)): _plain_value(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain_value(item) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
            return None
        case _:
            return value
