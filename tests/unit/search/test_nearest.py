"""Which of several texts a hit shows: one question to the encoder for each part of a query."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.search.encoders import Does, Good, direction, raises, space

from scenedex.errors import EncoderError
from scenedex.search.calibration import Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.nearest import MOST_TEXTS, Words
from scenedex.types import Channel, VectorQuery

SPACE = space("said", number=1)


def words(encoder: Any, clock: Any = lambda: 0.0) -> Words:
    used = Dense(
        channel="transcript", space=SPACE, encoder=encoder, background=Background(even=0.5, scale=0.1)
    )
    return Words(QueryEncoding(timeout_s=30), [used], clock)


def asked(text: str, channel: Channel = "transcript") -> list[VectorQuery]:
    return [VectorQuery(channel=channel, space=SPACE, vector=direction(text, SPACE.dim))]


def test_the_nearest_text_is_chosen_and_all_are_asked_for_at_once() -> None:
    encoder = Good(SPACE)
    choose = words(encoder).nearest(asked("zebra"), ["lion", "zebra", "lion", "horse"])
    assert choose(["lion", "zebra"]) == "zebra"
    assert choose(["zebra", "horse"]) == "zebra"
    assert encoder.asked == ["lion", "zebra", "horse"]


@pytest.mark.parametrize(
    "does", [raises(EncoderError("gone")), raises(ZeroDivisionError()), lambda texts: None]
)
def test_after_a_failure_the_first_is_taken_and_nothing_more_is_asked(does: Any) -> None:
    encoder = Does(SPACE, does)
    of_search = words(encoder)
    assert of_search.nearest(asked("zebra"), ["lion", "zebra"])(["lion", "zebra"]) == "lion"
    assert of_search.nearest(asked("zebra"), ["horse", "zebra"])(["horse", "zebra"]) == "horse"
    assert encoder.asked == ["lion", "zebra"]


def test_past_the_deadline_of_the_search_nothing_is_asked() -> None:
    now = [0.0]
    encoder = Good(SPACE)
    of_search = words(encoder, lambda: now[0])
    now[0] = 31.0
    assert of_search.nearest(asked("zebra"), ["lion", "zebra"])(["lion", "zebra"]) == "lion"
    assert encoder.asked == []


def test_texts_without_a_vector_come_last() -> None:
    def does(texts: Sequence[str]) -> Any:
        return [None if text == "?" else direction(text, SPACE.dim) for text in texts]

    choose = words(Does(SPACE, does)).nearest(asked("zebra"), ["?", "zebra"])
    assert choose(["?", "zebra"]) == "zebra"
    assert choose(["?"]) == "?"


def test_without_a_transcript_or_a_choice_nothing_is_asked() -> None:
    encoder = Good(SPACE)
    assert words(encoder).nearest(asked("zebra", "visual"), ["lion", "zebra"])(["lion", "zebra"]) == "lion"
    assert words(encoder).nearest([], ["lion"])(["lion"]) == "lion"
    assert words(encoder).nearest(asked("zebra"), [])(["lion"]) == "lion"
    assert encoder.asked == []


def test_only_so_many_texts_are_compared() -> None:
    encoder = Good(SPACE)
    words(encoder).nearest(asked("zebra"), [f"text {n}" for n in range(10 * MOST_TEXTS)])
    assert encoder.asked == [f"text {n}" for n in range(MOST_TEXTS)]
