"""Tuning on made-up evidence of which the best weights are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.evaluated import DEFAULTS, FakeSearch, case, scene_target

from scenedex.errors import UsageError
from scenedex.search.outcomes import Case
from scenedex.search.tuning import MOST_POINTS, best, folds, grid, tune

CHANNELS = tuple(DEFAULTS)


def deceived(count: int = 30) -> tuple[list[Case], dict[str, dict[int, dict[str, float]]]]:
    """Queries for which the lexical channel is right and the visual one is surely wrong, and one for silence."""
    found = {
        f"q{n}": {0: {"visual": 0.2, "lexical": 0.7}, 1: {"visual": 0.8 + n / 1000, "lexical": 0.1}}
        for n in range(count)
    }
    return [*(case(query, scene_target(0)) for query in found), case("nothing")], found


def test_a_channel_that_deceives_loses_its_weight() -> None:
    cases, found = deceived()
    search = FakeSearch(found)  # type: ignore[arg-type]
    tuning = tune(cases, search, FakeSearch(found, limit=1000), DEFAULTS)  # type: ignore[arg-type]
    assert tuning.held_out_defaults.recall_1 == 0
    assert tuning.held_out.recall_1 == 1
    assert tuning.better
    assert tuning.gain == pytest.approx(1 - 1 / math.log2(3))
    assert tuning.weights["lexical"] > tuning.weights["visual"]
    assert math.fsum(tuning.weights.values()) == pytest.approx(math.fsum(DEFAULTS.values()))
    assert tuning.silent == tuning.silent_defaults == 1


def test_the_weights_that_were_held_out_were_asked_of_the_search_itself() -> None:
    cases, found = deceived()
    search = FakeSearch(found)  # type: ignore[arg-type]
    tune(cases, search, FakeSearch(found, limit=1000), DEFAULTS)  # type: ignore[arg-type]
    held_out = [query for query, weights, _ in search.asked if weights is not None]
    assert sorted(held_out) == sorted(query.judgement.query for query in cases)


def test_defaults_that_are_as_good_stay() -> None:
    found = {f"q{n}": {0: {"visual": 0.9, "lexical": 0.9}, 1: {"visual": 0.6}} for n in range(12)}
    cases = [case(query, scene_target(0)) for query in found]
    tuning = tune(cases, FakeSearch(found), FakeSearch(found), DEFAULTS)  # type: ignore[arg-type]
    assert not tuning.better
    assert tuning.gain == 0
    assert tuning.weights == pytest.approx(DEFAULTS)


def test_it_finds_the_same_twice() -> None:
    cases, found = deceived(15)
    one, other = (tune(cases, FakeSearch(found), FakeSearch(found), DEFAULTS) for _ in range(2))  # type: ignore[arg-type]
    assert one == other


def test_too_few_queries_and_nothing_to_weigh() -> None:
    cases, found = deceived(9)
    with pytest.raises(UsageError, match="at least 10"):
        tune(cases, FakeSearch(found), FakeSearch(found), DEFAULTS)  # type: ignore[arg-type]
    cases, found = deceived(12)
    with pytest.raises(UsageError, match="only one channel"):
        tune(cases, FakeSearch(found), FakeSearch(found), {"visual": 1.0})  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [2, 3, 4, 5])
def test_the_grid_covers_the_simplex_and_begins_with_the_defaults(channels: int) -> None:
    defaults = [1 / channels] * channels
    points = grid(defaults)
    assert len(points) <= MOST_POINTS + 1
    assert points[0].tolist() == defaults
    assert np.allclose(points.sum(axis=1), 1)
    assert (points >= 0).all()
    corners = {tuple(point) for point in points[1:] if point.max() == 1}
    assert len(corners) == channels
    assert len({tuple(point) for point in points[1:]}) == len(points) - 1


@given(st.integers(10, 300))
def test_each_query_is_held_out_once(count: int) -> None:
    parts = folds(count)
    assert sorted(number for part in parts for number in part) == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_among_equals_the_nearest_to_the_defaults_wins() -> None:
    points = np.array([[0.5, 0.5], [1.0, 0.0], [0.6, 0.4], [0.0, 1.0]])
    assert best(np.array([[0.1, 0.7, 0.7, 0.2]]), points) == 2
    assert best(np.array([[0.7, 0.7, 0.7, 0.2]]), points) == 0
