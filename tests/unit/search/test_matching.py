"""What of a question a scene has, and where."""

import pytest

from scenedex.search.matching import match
from scenedex.search.question import read_question
from scenedex.types import Caption

SCENE = (10.0, 20.0)


def said(start_s: float, end_s: float, text: str, language: str = "en") -> Caption:
    return Caption(start_s=start_s, end_s=end_s, text=text, origin="sidecar", language=language)


LINES = (
    said(9, 10.4, "Before the cut"),
    said(11, 13, "Tell me, is the lord of the universe in?"),
    said(13, 15, "Yes, he's in a bad humor"),
    said(14, 16, "Wasser fließt", "de"),
    said(19, 23, "After the cut"),
)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("tell me is the lord of the universe in", 4),
        ("Lord of the Universe", 3),
        ("universe in? Yes, he's in", 3),
        ('"bad humor" lord', 3),
        ('"humor bad" lord', 0),
        ("universe lord", 0),
        ("bad zebra", 0),
        ("before the cut", 2),
        ("after the", 1),
        ("humor", 0),
        ("Wasser fließt", 4),
    ],
)
def test_order(query: str, order: int) -> None:
    assert match(read_question(query), LINES, "film.mp4", SCENE).order == order


def test_shares_and_the_best_caption() -> None:
    found = match(read_question("bad universe zebra"), LINES, "zebra_crossing.mp4", SCENE)
    assert found.spoken == (1.0, 1.0, 0.0)
    assert found.titled == (0.0, 0.0, 1.0)
    assert found.caption == LINES[1]
    assert not found.title_only


def test_the_title_alone() -> None:
    found = match(read_question("zebra"), LINES, "ZebraCrossing.mp4", SCENE)
    assert found.title_only
    assert found.caption is None


def test_one_syllable_answers_a_prefix() -> None:
    assert match(read_question("비"), (said(11, 12, "비행기가 난다"),), "a.mp4", SCENE).spoken == (1.0,)


def test_a_caption_without_words_or_length_does_no_harm() -> None:
    odd = (said(11, 11, "red"), said(11, 11, "♪"), said(11, 11, "car"))
    assert match(read_question("red car"), odd, "a.mp4", SCENE).order == 3
