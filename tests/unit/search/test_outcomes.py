"""What of an answer counts as found."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.evaluated import VIDEO, answer, case, hit, scene_target, target

from scenedex.search.outcomes import figures, first_iou, loud, rank_hits, ranking, shows


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ((0, 10), True),  # the scene itself
        ((5, 15), True),  # half of either
        ((5.1, 15), False),
        ((2, 4), True),  # a moment within the scene
        ((9, 11), True),  # half of the shorter one
        ((9.5, 11), False),
        ((0, 100), True),  # a stretch of which the scene is a part
        ((10, 20), False),  # the next scene
    ],
)
def test_a_scene_shows_what_shares_half_of_the_shorter(span: tuple[float, float], found: bool) -> None:
    assert shows(VIDEO, (0.0, 10.0), target(*span)) is found
    assert not shows(uuid4(), (0.0, 10.0), target(*span))


def test_a_scene_without_length_shows_nothing() -> None:
    assert not shows(VIDEO, (5.0, 5.0), target(0, 10))


def test_a_target_counts_once_and_where_it_is_met_first() -> None:
    found = ranking([[0], [0], [1], []], [1.0, 2.0])
    assert found.ranks == (1, 3)
    assert found.gains == (1.0, 0.0, 2.0, 0.0)


def test_a_hit_that_shows_several_targets_finds_them_all_and_gains_the_best() -> None:
    found = ranking([[0, 1], [1]], [1.0, 3.0])
    assert found.ranks == (1, 1)
    assert found.gains == (3.0, 0.0)


@given(st.lists(st.lists(st.integers(0, 4), max_size=3, unique=True), max_size=12))
def test_no_target_gains_twice(shown: list[list[int]]) -> None:
    grades = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = ranking(shown, grades)
    assert sum(found.gains) <= sum(grades)
    for number, rank in enumerate(found.ranks):
        assert (rank is None) == all(number not in targets for targets in shown)


def test_only_the_first_ten_hits_count() -> None:
    hits = [hit(scene, {}) for scene in range(12)]
    assert rank_hits(hits, [scene_target(9)]).ranks == (10,)
    assert rank_hits(hits, [scene_target(10)]).ranks == (None,)


def test_iou_is_that_of_the_first_hit_with_its_best_target() -> None:
    hits = [hit(0, {}), hit(5, {})]
    assert first_iou(hits, [target(50, 60), target(5, 20), target(0, 5)]) == 0.5
    assert first_iou(hits, [target(0, 10, video=uuid4())]) == 0.0
    assert first_iou([], [target(0, 10)]) == 0.0


def test_figures_are_means_over_what_has_targets() -> None:
    cases = [case("a", scene_target(0)), case("b", scene_target(1), scene_target(3)), case("c")]
    answers = [
        answer("a", [hit(0, {})]),
        answer("b", [hit(0, {}), hit(1, {}, score=0.3)]),
        answer("c", [hit(0, {})]),
    ]
    found = figures(cases, answers)
    assert found is not None
    assert found.queries == 2
    assert found.recall_1 == 0.5
    assert found.recall_5 == found.recall_10 == 0.75
    assert found.mrr == 0.75
    assert found.iou == 0.5
    assert found.confident == 0.5  # the one of b is weak
    # b: 1/log2(3) of an ideal 1 + 1/log2(3)
    assert found.ndcg_10 == pytest.approx((1 + 0.6309298 / 1.6309298) / 2)


def test_there_are_no_figures_of_queries_that_should_find_nothing() -> None:
    assert figures([case("a")], [answer("a", [])]) is None


def test_an_answer_is_loud_when_a_hit_is_more_than_weak() -> None:
    assert loud(answer("a", [hit(0, {}, score=0.3), hit(1, {}, score=0.6)]))
    assert not loud(answer("a", [hit(0, {}, score=0.3)]))
    assert not loud(answer("a", []))
