"""Which part of a file a request asks for, and whether it has it already (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What is asked for, as it is now."""

    tag: str  #: strong entity tag, in its quotation marks: the same bytes have the same, others another
    modified: str | None = None  #: HTTP date


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `[start, end)`."""

    start: int
    end: int


def not_modified(headers: Mapping[str, str], version: Version) -> bool:
    """Whether the client has this version already."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or version.tag in (tag.removeprefix("W/") for tag in _TAG.findall(tags))
    since = headers.get("if-modified-since")
    return since is not None and _is_no_later(version.modified, since)


def asked_span(headers: Mapping[str, str], version: Version, size: int) -> Span | None:
    """The part that is asked for; None for all of it.

    Several parts at once, other units and what is no range are answered with all, as RFC 9110 allows. Raises
    ValueError where the file has no such part.
    """
    found = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if found is None or not _is_current(headers.get("if-range"), version):
        return None
    first, last = found.groups()
    if first:
        start, end = int(first), int(last) + 1 if last else size
        if end <= start and last:
            return None  # no range at all: the end comes before the start
    elif last:
        start, end = max(0, size - int(last)), size
    else:
        return None
    if start >= min(end, size):
        raise ValueError(f"There are {size} bytes.")
    return Span(start, min(end, size))


def http_date(seconds: float) -> str:
    """Seconds since 1970 as HTTP writes them."""
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)


def _is_current(condition: str | None, version: Version) -> bool:
    """Whether a range may be taken of this version."""
    return condition is None or condition.strip() in (version.tag, version.modified)


def _is_no_later(modified: str | None, than: str) -> bool:
    try:
        return modified is not None and parsedate_to_datetime(modified) <= parsedate_to_datetime(than)
    except (ValueError, TypeError, OverflowError):
        return False
