"""Names that come with files are not to be trusted."""

import pytest
from tests.unit.exports.lists import P25, events, source

from scenedex.exports.names import cell, file_name, one_line, reels, url_of


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00", "\udcff"]
)
def test_a_name_is_one_line(end: str) -> None:
    assert one_line(f"a{end}* FROM CLIP NAME: b") == "a * FROM CLIP NAME: b"
    assert len(one_line(f"a{end}b").splitlines()) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\n=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")
    assert cell(f"film {text}").startswith("film")


def test_reels_are_apart() -> None:
    names = (
        "interview.mov",
        "interview.mp4",
        "Interview 2.mov",
        "interview long.mov",
        "日本.mov",
        "ax.mov",
        "Été.mov",
    )
    made = reels(event for name in names for event in events(source(P25, name=name), ((0, 1),)))
    assert list(made.values()) == ["INTERVIE", "INTERVI2", "INTERVI3", "INTERVI4", "REEL", "AX2", "ETE"]


def test_a_thousand_reels_of_one_name() -> None:
    films = [source(name="interview.mov", path=f"/{number}/interview.mov") for number in range(1200)]
    made = reels(event for film in films for event in events(film, ((0, 1),)))
    assert len(set(made.values())) == 1200
    assert max(map(len, made.values())) == 8


def test_urls() -> None:
    assert url_of(source(path="/a b/ü#?.mov")) == "file:///a%20b/%C3%BC%23%3F.mov"
    assert url_of(source(path="/\udcff.mov")) == "file:///%FF.mov"
    assert url_of(source(name="a/b.mov", path=None)) == "file:///a_b.mov"


def test_names_of_files() -> None:
    assert file_name('a/b\\c:"d"\n') == "a b c d"
    assert file_name("../..") == "clips"
    assert file_name("") == "clips"
    assert len(file_name("x" * 500)) == 80
    assert file_name("가" * 100) == "가" * 60
    assert file_name("x" + "가" * 100) == "x" + "가" * 59
    assert len(file_name("🎬" * 100).encode()) == 180
