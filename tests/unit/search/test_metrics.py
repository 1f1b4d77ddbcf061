"""Figures against values computed by hand, and what must hold for any ranking."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.search.metrics import (
    dcg,
    mean,
    ndcg,
    overlap_s,
    percentile,
    recall,
    reciprocal_rank,
    temporal_iou,
    tied_gains,
)

RANKS = st.lists(st.none() | st.integers(1, 30), min_size=1, max_size=8)
GRADES = st.lists(st.floats(0.5, 4), min_size=1, max_size=12)
TIMES = st.floats(0, 1000).map(lambda t: round(t, 3))
SPANS = st.tuples(TIMES, TIMES).map(sorted).map(tuple)


def test_recall_by_hand() -> None:
    ranks = [1, 4, None, 12]
    assert recall(ranks, 1) == 0.25
    assert recall(ranks, 5) == 0.5
    assert recall(ranks, 10) == 0.5
    assert recall(ranks, 12) == 0.75


def test_reciprocal_rank_by_hand() -> None:
    assert reciprocal_rank([7, 3, None]) == pytest.approx(1 / 3)
    assert reciprocal_rank([None, None]) == 0.0
    assert reciprocal_rank([1]) == 1.0


def test_dcg_by_hand() -> None:
    # the discounts of ranks 2, 3 and 5: 1.5849625, 2, 2.5849625
    assert dcg([3, 2, 3, 0, 1], 5) == pytest.approx(3 + 1.2618595 + 1.5 + 0.3868528)
    assert dcg([3, 2, 3, 0, 1], 1) == 3.0


def test_ndcg_by_hand() -> None:
    # the ideal order is 3, 3, 2, 1
    assert ndcg([3, 2, 3, 0, 1], [1, 2, 3, 3], 10) == pytest.approx(
        6.1487123 / (3 + 1.8927893 + 1 + 0.4306766)
    )
    assert ndcg([0, 1], [1], 10) == pytest.approx(1 / math.log2(3))
    assert ndcg([0, 1], [1], 1) == 0.0


def test_what_is_relevant_and_not_found_counts_in_the_ideal() -> None:
    assert ndcg([1], [1, 1], 10) == pytest.approx(1 / (1 + 1 / math.log2(3)))


@given(RANKS, st.integers(1, 20), st.integers(0, 10))
def test_recall_grows_with_depth_and_stays_a_share(ranks: list[int | None], k: int, more: int) -> None:
    assert 0 <= recall(ranks, k) <= recall(ranks, k + more) <= 1


@given(RANKS)
def test_reciprocal_rank_does_not_depend_on_the_order_of_the_relevant(ranks: list[int | None]) -> None:
    assert reciprocal_rank(ranks) == reciprocal_rank(ranks[::-1])
    assert (reciprocal_rank(ranks) == 1) == (1 in ranks)


@given(GRADES, st.randoms(use_true_random=False), st.integers(1, 15))
def test_no_order_is_better_than_the_ideal(grades: list[float], random: object, k: int) -> None:
    shuffled = list(grades)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert 0 <= ndcg(shuffled, grades, k) <= 1 + 1e-12
    assert ndcg(sorted(grades, reverse=True), shuffled, k) == pytest.approx(1)


@given(GRADES, st.data())
def test_ndcg_falls_when_a_better_hit_goes_down(grades: list[float], data: st.DataObject) -> None:
    ordered = sorted(grades, reverse=True)
    at = data.draw(st.integers(0, len(ordered) - 1))
    worse = [*ordered[:at], 0.0, *ordered[at:]]
    assert ndcg(worse, grades, 10) <= ndcg(ordered, grades, 10) + 1e-12


def test_tied_hits_share_their_gain() -> None:
    assert tied_gains([(2.0, 0.0), (5.0, 1.0), (2.0, 3.0)], 0.0) == [1.0, 1.5, 1.5]
    assert tied_gains([(2.0, 0.0), (2.0 + 1e-7, 2.0)], 1e-6) == [1.0, 1.0]
    assert tied_gains([], 0.0) == []


@given(
    st.lists(st.tuples(st.integers(0, 3).map(float), st.floats(0, 3)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_tied_gains_do_not_depend_on_the_order_given(
    pairs: list[tuple[float, float]], random: object
) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tied_gains(pairs, 1e-9) == pytest.approx(tied_gains(shuffled, 1e-9))
    assert math.fsum(tied_gains(pairs, 1e-9)) == pytest.approx(math.fsum(gain for _, gain in pairs))


def test_overlap_and_iou_by_hand() -> None:
    assert overlap_s((0, 10), (5, 20)) == 5
    assert temporal_iou((0, 10), (5, 20)) == 0.25
    assert temporal_iou((0, 10), (10, 20)) == 0
    assert temporal_iou((3, 3), (3, 3)) == 0


@given(SPANS, SPANS)
def test_iou_is_a_share_and_the_same_both_ways(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert 0 <= temporal_iou(one, other) <= 1 + 1e-9
    assert temporal_iou(one, other) == temporal_iou(other, one)
    if one[1] > one[0]:
        assert temporal_iou(one, one) == pytest.approx(1)


def test_percentiles_by_hand() -> None:
    values = [15.0, 20.0, 35.0, 40.0, 50.0]
    assert [percentile(values, share) for share in (0, 0.05, 0.3, 0.4, 0.5, 0.95, 1)] == [
        15,
        15,
        20,
        20,
        35,
        50,
        50,
    ]


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_outside_zero_and_one(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        percentile([1.0], share)


def test_figures_of_nothing_are_refused() -> None:
    for nothing in (
        lambda: mean([]),
        lambda: recall([], 1),
        lambda: ndcg([], [], 10),
        lambda: percentile([], 0.5),
    ):
        with pytest.raises(ValueError, match=r"defined|needs"):
            nothing()
