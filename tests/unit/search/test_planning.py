"""From what the router found, and what was asked for, to weights."""

import math
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.search.planning import plan
from scenedex.search.request import DEFAULT_WEIGHTS
from scenedex.search.router import route
from scenedex.types import Channel, Mode

CHANNELS = list(DEFAULT_WEIGHTS)


def test_a_picture_raises_the_visual_channel_and_speech_takes_it_out() -> None:
    neutral = plan(route("zxqv"), DEFAULT_WEIGHTS, CHANNELS)
    assert neutral.weights == pytest.approx(dict(DEFAULT_WEIGHTS))
    seen = plan(route("red car driving"), DEFAULT_WEIGHTS, CHANNELS)
    assert seen.weights["visual"] == max(seen.weights.values()) > neutral.weights["visual"]
    said = plan(route("he says goodbye"), DEFAULT_WEIGHTS, CHANNELS)
    assert "visual" not in said.weights
    assert (said.mode, said.confidence) == ("skip", 0.9)
    heard = plan(route("siren in the distance"), DEFAULT_WEIGHTS, CHANNELS)
    assert heard.weights["audio"] > 2 * neutral.weights["audio"]


@pytest.mark.parametrize("mode", ["recall", "rerank", "skip"])
@pytest.mark.parametrize("query", ["red car driving", "he says goodbye"])
def test_a_mode_that_is_asked_for_is_taken_and_the_reason_says_so(query: str, mode: Mode) -> None:
    made = plan(route(query), DEFAULT_WEIGHTS, CHANNELS, mode)
    assert (made.mode, made.confidence) == (mode, 1.0)
    assert made.reason == f"{mode} was asked for; {route(query).reason}"
    assert ("visual" in made.weights) == (mode != "skip")


def test_without_pictures_the_mode_is_skip_whatever_is_asked_for() -> None:
    for mode in get_args(Mode):
        made = plan(route("red car driving"), DEFAULT_WEIGHTS, ["lexical", "transcript"], mode)
        assert made.mode == "skip"
        assert made.reason.startswith("no pictures take part; object: car")
    out = dict(DEFAULT_WEIGHTS) | {"visual": 0.0}
    assert plan(route("red car driving"), out, CHANNELS, "recall").mode == "skip"


def test_where_there_are_only_pictures_auto_does_not_skip_them() -> None:
    made = plan(route("he says goodbye"), DEFAULT_WEIGHTS, ["visual"])
    assert (made.mode, made.weights) == ("rerank", {"visual": 1.0})
    assert made.reason.startswith("nothing but pictures can be searched; ")
    with pytest.raises(UsageError, match="leaves the pictures out"):
        plan(route("red car driving"), DEFAULT_WEIGHTS, ["visual"], "skip")


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, -0.1])
def test_a_weight_that_is_none_is_refused_by_name(weight: float) -> None:
    with pytest.raises(UsageError, match="The weight of audio is"):
        plan(route("x"), dict(DEFAULT_WEIGHTS) | {"audio": weight}, CHANNELS)


@pytest.mark.parametrize(
    ("weights", "channels"), [({}, CHANNELS), (dict.fromkeys(CHANNELS, 0.0), CHANNELS), (DEFAULT_WEIGHTS, [])]
)
def test_no_channel_that_counts(weights: dict[Channel, float], channels: list[Channel]) -> None:
    with pytest.raises(UsageError, match="weight 0"):
        plan(route("x"), weights, channels)


def test_a_channel_that_takes_no_part_does_not_make_the_others_vanish() -> None:
    made = plan(route("he says goodbye"), {"visual": 1e169, "transcript": 1e-155}, ["visual", "transcript"])
    assert (made.mode, made.weights) == ("skip", {"transcript": 1.0})


def test_an_unknown_mode() -> None:
    with pytest.raises(UsageError, match="no mode called fast: there are recall, rerank, auto, skip"):
        plan(route("x"), DEFAULT_WEIGHTS, CHANNELS, "fast")  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.sampled_from(["red car driving", "he says goodbye", "siren", ""]),
    st.dictionaries(st.sampled_from(CHANNELS), st.floats(0, allow_infinity=False), min_size=1),
    st.sets(st.sampled_from(CHANNELS), min_size=1),
    st.sampled_from(get_args(Mode)),
)
def test_weights_sum_to_one_or_it_is_refused(
    query: str, weights: dict[Channel, float], channels: set[Channel], mode: Mode
) -> None:
    try:
        made = plan(route(query), weights, channels, mode)
    except UsageError:
        counting = {channel for channel in channels if weights.get(channel, 0) > 0}
        assert not counting or (mode == "skip" and counting == {"visual"})
        return
    assert math.fsum(made.weights.values()) == pytest.approx(1)
    assert set(made.weights) <= channels
    assert all(weight > 0 for weight in made.weights.values())
