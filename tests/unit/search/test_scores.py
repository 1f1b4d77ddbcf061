"""Calibration and fusion: what must hold for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.search.calibration import WORDLLAMA_BACKGROUND, inverse_frequency, lexical_calibrated
from scenedex.search.fusion import band, fused, reciprocal_ranks, rescaled, shares
from scenedex.types import Channel

unit = st.floats(0, 1)
WEIGHTS: dict[Channel, float] = {"transcript": 0.6, "lexical": 0.4}


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_greater_cosine_is_never_worth_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    calibrated = WORDLLAMA_BACKGROUND.calibrated
    assert 0 <= calibrated(low) <= calibrated(high) <= 1


def test_unrelated_and_related_cosines_fall_on_their_sides() -> None:
    assert WORDLLAMA_BACKGROUND.calibrated(0.0) < 0.05
    assert WORDLLAMA_BACKGROUND.calibrated(0.20) < 0.3
    assert WORDLLAMA_BACKGROUND.calibrated(0.45) > 0.85


@given(unit, unit, unit)
def test_more_words_are_never_worth_less(share: float, more: float, relative: float) -> None:
    low, high = sorted((share, more))
    assert 0 <= lexical_calibrated(low, relative) <= lexical_calibrated(high, relative) <= 1


@given(st.integers(1, 10_000), st.integers(0, 9_999))
def test_rarer_words_weigh_more(scenes: int, having: int) -> None:
    having = min(having, scenes - 1)
    assert inverse_frequency(scenes, having) > inverse_frequency(scenes, having + 1) > 0


@given(unit, unit, unit)
def test_evidence_never_takes_away(lexical: float, transcript: float, more: float) -> None:
    low, high = sorted((transcript, more))
    alone = fused({"lexical": lexical}, WEIGHTS)
    assert alone - 1e-9 <= fused({"lexical": lexical, "transcript": low}, WEIGHTS)
    assert (
        fused({"lexical": lexical, "transcript": low}, WEIGHTS)
        <= fused({"lexical": lexical, "transcript": high}, WEIGHTS) + 1e-9
    )
    assert 0 <= fused({"lexical": lexical, "transcript": high}, WEIGHTS) <= 1


@given(unit)
def test_one_channel_alone_is_the_score(value: float) -> None:
    assert fused({"lexical": value}, {"lexical": 1.0}) == pytest.approx(value)


@given(unit, st.floats(0.001, 1))
def test_shares_are_parts_of_one_whole_and_the_surer_channel_has_the_greater(
    one: float, other: float
) -> None:
    found = shares({"lexical": one, "transcript": other}, {"lexical": 0.5, "transcript": 0.5})
    assert sum(found.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in found.values())
    assert (found["lexical"] - found["transcript"]) * (one - other) >= 0


def test_a_channel_without_weight_or_evidence_has_no_share() -> None:
    assert shares({"lexical": 0.9, "visual": 0.9}, {"lexical": 1.0}) == {"lexical": 1.0, "visual": 0.0}
    assert shares({"lexical": 0.0, "visual": 0.0}, {"lexical": 1.0}) == {"lexical": 0.0, "visual": 0.0}
    assert shares({}, {"lexical": 1.0}) == {}


def test_silence_is_nothing() -> None:
    assert fused({}, WEIGHTS) == 0


def test_the_heavier_channel_counts_more() -> None:
    assert fused({"transcript": 0.5}, WEIGHTS) > fused({"lexical": 0.5}, WEIGHTS)


def test_weights_are_rescaled_among_those_present() -> None:
    asked: dict[Channel, float] = {"transcript": 0.3, "lexical": 0.2, "visual": 0.25}
    assert rescaled(asked, {"transcript", "lexical"}) == pytest.approx({"transcript": 0.6, "lexical": 0.4})
    assert rescaled(asked, {"lexical"}) == {"lexical": 1.0}
    assert rescaled({"lexical": 0.0}, {"lexical"}) == {}


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0.0, "weak"), (0.49, "weak"), (0.5, "possible"), (0.85, "strong"), (1.0, "strong")],
)
def test_bands(score: float, expected: str) -> None:
    assert band(score) == expected


def test_reciprocal_ranks_by_hand() -> None:
    found: list[dict[Channel, float]] = [
        {"transcript": 0.9, "lexical": 0.2},
        {"transcript": 0.5},
        {"transcript": 0.5, "lexical": 0.8},
        {},
    ]
    # weight · 61 / (60 + rank); the two that are even in the transcript share its second rank
    assert reciprocal_ranks(found, WEIGHTS) == pytest.approx(
        [0.6 * 61 / 61 + 0.4 * 61 / 62, 0.6 * 61 / 62, 0.6 * 61 / 62 + 0.4 * 61 / 61, 0.0]
    )
    assert reciprocal_ranks([], WEIGHTS) == []
    assert reciprocal_ranks([{"visual": 0.9}], WEIGHTS) == [0.0]


@given(st.lists(st.dictionaries(st.sampled_from(["transcript", "lexical"]), unit), max_size=12))
def test_reciprocal_ranks_lie_in_their_interval_and_keep_the_order_of_one_channel(
    found: list[dict[Channel, float]],
) -> None:
    ranks = reciprocal_ranks(found, WEIGHTS)
    assert all(0 <= rank <= 1 + 1e-9 for rank in ranks)
    alone = reciprocal_ranks(found, {"lexical": 1.0})
    having = [(each["lexical"], rank) for each, rank in zip(found, alone, strict=True) if "lexical" in each]
    for value, rank in having:
        assert all((other < value) == (below < rank) for other, below in having)
