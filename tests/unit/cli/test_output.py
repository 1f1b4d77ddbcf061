"""How answers look."""

import json
from fractions import Fraction

import pytest
from rich.table import Table

from scenedex.cli.output import clock, marked, shown, stdout_console, table
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


@pytest.fixture
def rows() -> Table:
    """Two rows, one with a name that fits no screen."""
    made = table("video", "scenes")
    made.add_row("a long name " * 20 + ".mp4", "12")
    made.add_row("short.mp4", "3")
    return made


def test_what_is_piped_has_one_line_for_a_row(
    rows: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    stdout_console().print(rows)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == ["scenes", "12", "3"]
    assert lines[1].startswith("a long name " * 20 + ".mp4")
    assert all(line == line.rstrip() for line in lines)


def test_a_width_that_is_asked_for_holds(
    rows: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stdout_console().print(rows)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 40


def test_a_screen_has_its_own_width(
    rows: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    stdout_console().print(rows)
    assert len(capsys.readouterr().out.splitlines()) > 3
