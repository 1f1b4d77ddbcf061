"""How answers look."""

import json
from fractions import Fraction

import pytest

from scenedex.cli.output import clock, marked, shown
from scenedex.search.as_json import plain
from scenedex.types import LOCAL_OWNER, Evidence


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (59.96, "1:00.0"), (61.25, "1:01.2"), (3599.99, "1:00:00.0"), (7384.5, "2:03:04.5")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_snippet_marks_words_and_cannot_forge_marks() -> None:
    text = marked("stolen the <mark>crown &amp; jewels</mark> &lt;mark&gt;not this&lt;/mark&gt;\x1b[31m")
    assert text.plain == "stolen the crown & jewels <mark>not this</mark>\\x1b[31m"
    assert [text.plain[span.start : span.end] for span in text.spans if span.style] == ["crown & jewels"]


def test_what_is_shown_cannot_drive_the_terminal() -> None:
    assert shown("bad\udcff\x1b]0;title\x07") == "bad\\udcff\\x1b]0;title\\x07"


def test_values_become_json() -> None:
    made = plain(
        {"evidence": Evidence(raw=1.0, calibrated=0.5), "rate": Fraction(30000, 1001), "ids": (LOCAL_OWNER,)}
    )
    assert json.loads(json.dumps(made))["rate"] == "30000/1001"
    assert made["ids"] == [str(LOCAL_OWNER)]
    assert made["evidence"]["t_s"] is None
