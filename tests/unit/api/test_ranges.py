"""Which part of a file is meant, and who has it already."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.api.ranges import Span, Version, asked_span, http_date, not_modified

TAG = '"abc"'
MODIFIED = "Sat, 31 Jan 2026 12:00:00 GMT"
VERSION = Version(tag=TAG, modified=MODIFIED)


def span(value: str, size: int = 100, **more: str) -> Span | None:
    return asked_span({"range": value, **more}, VERSION, size)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-9", Span(0, 10)),
        ("bytes=90-", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=50-1000", Span(50, 100)),
        ("bytes=99-99", Span(99, 100)),
        ("BYTES=0-0", Span(0, 1)),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=0-9,20-29", None),
        ("seconds=0-9", None),
        ("bytes=a-b", None),
        ("bytes=0x1-2", None),
        ("bytes=\u0661-\u0662", None),
        ("", None),
    ],
)
def test_one_range_is_taken_and_all_else_means_everything(asked: str, found: Span | None) -> None:
    assert span(asked) == found


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_that_is_not_there(asked: str) -> None:
    with pytest.raises(ValueError, match="100 bytes"):
        span(asked)


def test_an_empty_file_has_no_parts() -> None:
    assert span("bytes=5-2", size=0) is None
    for asked in ("bytes=0-", "bytes=-5"):
        with pytest.raises(ValueError):
            span(asked, size=0)


@given(st.text("bytes=-0123456789, ", max_size=30), st.integers(0, 10**12))
def test_a_span_lies_within_the_file(asked: str, size: int) -> None:
    try:
        found = span(asked, size)
    except ValueError:
        return
    assert found is None or 0 <= found.start < found.end <= size


@pytest.mark.parametrize(
    ("condition", "taken"),
    [(TAG, True), (MODIFIED, True), ('"other"', False), (f"W/{TAG}", False), ("Sat", False), ("", False)],
)
def test_a_part_is_given_of_the_same_version_alone(condition: str, taken: bool) -> None:
    assert (span("bytes=0-9", **{"if-range": condition}) is not None) == taken


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": TAG}, True),
        ({"if-none-match": f'"x", W/{TAG}'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": "abc"}, False),
        ({"if-none-match": '"x"', "if-modified-since": MODIFIED}, False),
        ({"if-modified-since": MODIFIED}, True),
        ({"if-modified-since": "Sun, 01 Feb 2026 00:00:00 GMT"}, True),
        ({"if-modified-since": "Fri, 30 Jan 2026 00:00:00 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": "Sat, 31 Jan 2026 12:00:00"}, False),
        ({"if-modified-since": "Sat, 31 Jan 99999999 12:00:00 GMT"}, False),
    ],
)
def test_who_has_it_already(headers: dict[str, str], known: bool) -> None:
    assert not_modified(headers, VERSION) == known


def test_without_a_date_there_is_no_condition_on_one() -> None:
    assert not not_modified({"if-modified-since": MODIFIED}, Version(tag=TAG))
    assert asked_span({"range": "bytes=0-1", "if-range": MODIFIED}, Version(tag=TAG), 10) is None


def test_dates_as_http_writes_them() -> None:
    assert http_date(1769860800.9) == MODIFIED
