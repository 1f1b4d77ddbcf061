"""What a model of speech made up is dropped by its measures, and what was said stays."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.annotations.credible import credible
from scenedex.annotations.speech import Segment

SAID = Segment(
    start_s=1.0,
    end_s=4.0,
    text="The ferry leaves at noon.",
    avg_logprob=-0.25,
    no_speech_prob=0.02,
    compression_ratio=1.1,
    language="en",
)


def said(**changes: Any) -> Segment:
    return replace(SAID, **changes)


def test_what_was_said_stays_in_order() -> None:
    segments = [said(), said(start_s=5.0, end_s=6.0, text="Hurry!"), said(start_s=7.0, end_s=9.0)]
    assert credible(segments) == segments


@pytest.mark.parametrize(
    "changes",
    [
        {"no_speech_prob": 0.9, "avg_logprob": -1.2},
        {"compression_ratio": 2.5},
        {"text": "no no no no no no"},
        {"text": "so we go on and on and on and on and on and on"},
        {"text": "I love you. I love you. I love you. I love you."},
        {"text": " ".join(["word"] * 3 + [f"w{n}" for n in range(60)]), "end_s": 3.0},
        {"text": "  ... "},
        {"end_s": 1.0},
        {"end_s": 0.5},
        {"avg_logprob": math.nan},
        {"start_s": -math.inf},
    ],
)
def test_what_was_made_up_goes(changes: dict[str, Any]) -> None:
    assert credible([said(**changes), SAID]) == [SAID]


@pytest.mark.parametrize(
    "changes",
    [
        {"no_speech_prob": 0.9},  # and yet sure of its words
        {"avg_logprob": -1.4},  # mumbled, and surely speech
        {"text": "No, no, no!"},
        {"text": "Thank you for watching."},  # a common invention, and here it was said
        {"text": "Row, row, row your boat gently down the stream, merrily, merrily, merrily"},
        {"text": "네, 알겠습니다."},
        {"compression_ratio": 2.4},
    ],
)
def test_what_only_looks_a_little_like_it_stays(changes: dict[str, Any]) -> None:
    assert credible([said(**changes)]) == [said(**changes)]


def lines(text: str, count: int, **measures: float) -> list[Segment]:
    return [said(text=text, start_s=2.0 * n, end_s=2.0 * n + 1.5, **measures) for n in range(count)]


def test_a_line_that_follows_itself_again_and_again_is_kept_once_or_not_at_all() -> None:
    sure = lines("Goal!", 5)
    assert credible(sure) == sure[:1]
    assert credible(lines("Thank you.", 5, no_speech_prob=0.4)) == []
    assert credible(lines("Thank you.", 5, avg_logprob=-0.9)) == []
    assert len(credible(lines("Thank you.", 2, no_speech_prob=0.4))) == 2
    between = [*lines("Yes.", 2), said(text="Where to?"), *lines("Yes.", 2)]
    assert credible(between) == between


@given(st.text(max_size=300), st.floats(), st.floats(), st.floats(), st.floats(), st.floats())
def test_nothing_makes_it_fail(
    text: str, start_s: float, end_s: float, logprob: float, no_speech: float, compression: float
) -> None:
    segment = Segment(
        start_s=start_s,
        end_s=end_s,
        text=text,
        avg_logprob=logprob,
        no_speech_prob=no_speech,
        compression_ratio=compression,
    )
    kept = credible([segment, SAID])
    assert kept[-1] is SAID
    assert set(map(id, kept)) <= {id(segment), id(SAID)}
