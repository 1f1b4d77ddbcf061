"""What of a question a scene has, and where."""

from uuid import UUID

import pytest

from scenedex.search.matching import Match, matches, order_of, telling
from scenedex.search.question import read_question
from scenedex.types import Caption, ChannelRow

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
    assert order_of(read_question(query), LINES, SCENE) == order


def has(query: str, said: int = 0, titled: int = 0, described: int = 0) -> Match:
    row = ChannelRow("lexical", UUID(int=1), 1.0, said=said, titled=titled, described=described)
    return matches(read_question(query), [row])[0]


def test_bits_are_the_words_of_the_question() -> None:
    found = has("bad universe zebra", said=0b011, titled=0b100)
    assert found.spoken == (1.0, 1.0, 0.0)
    assert found.titled == (0.0, 0.0, 1.0)
    assert not found.title_only
    assert not found.whole
    assert has("bad universe", said=0b11).whole
    assert has("zebra", titled=1).title_only
    assert not has("zebra", described=1).title_only


def test_part_of_a_word_is_a_share_and_the_word_without_its_ending_all_of_it() -> None:
    asked = read_question("강아지들에게는")
    assert asked.terms == ("강아", "아지", "지들", "강아지들")
    assert asked.also == ("강아지",)
    assert has("강아지들에게는", said=0b00011).spoken == (0.5,)
    assert has("강아지들에게는", said=0b10011).spoken == (1.0,)


def test_what_a_very_long_question_does_not_ask_for_is_not_missed() -> None:
    query = " ".join(f"w{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(90))
    asked = read_question(query)
    assert len(asked.terms) == len(asked.words) == 64
    assert has(query, said=(1 << 64) - 1).whole
    assert has(query, said=-1).whole


@pytest.mark.parametrize(
    ("query", "line"),
    [("bad universe zebra", 1), ("humor universe in bad", 2), ("Wasser fließt", 3), ("zebra", None)],
)
def test_the_caption_that_says_it_best(query: str, line: int | None) -> None:
    assert telling(read_question(query), LINES, SCENE) == (None if line is None else LINES[line])


def test_one_syllable_answers_a_prefix() -> None:
    lines = (said(11, 12, "비행기가 난다"),)
    assert has("비", said=1).spoken == (1.0,)
    assert telling(read_question("비"), lines, SCENE) == lines[0]


def test_a_caption_without_words_or_length_does_no_harm() -> None:
    odd = (said(11, 11, "red"), said(11, 11, "♪"), said(11, 11, "car"))
    assert order_of(read_question("red car"), odd, SCENE) == 3
