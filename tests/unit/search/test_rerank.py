"""The second look: who is looked at, and what it does to the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.judgements import judged, scene_id

from scenedex.search.cutoff import sift
from scenedex.search.fusion import band
from scenedex.search.rerank import pool, reranked

unit = st.floats(0, 1)


def test_the_pool_has_what_words_brought_first_and_pictures_fill_it() -> None:
    brought = {scene_id(0): False, scene_id(1): True, scene_id(2): False, scene_id(3): True}
    assert pool(brought, 4) == [scene_id(1), scene_id(3), scene_id(0), scene_id(2)]
    assert pool(brought, 3) == [scene_id(1), scene_id(3), scene_id(0)]
    assert pool(brought, 1) == [scene_id(1)]
    assert pool({}, 5) == []


def test_the_order_is_the_blend() -> None:
    scenes = [judged(0, 0.6), judged(1, 0.5), judged(2, 0.4)]
    cosines = {scene_id(0): 0.10, scene_id(1): 0.30, scene_id(2): 0.20}
    made, report = reranked(scenes, cosines, weight=0.3, min_range=0.05)
    # 0.7 · score + 0.3 · (cosine - 0.1) / 0.2
    assert [one.rank for one in made] == pytest.approx([0.42, 0.65, 0.43])
    assert [one.candidate.scene_id for one in sift(made, hide=False)[0]] == [
        scene_id(1),
        scene_id(2),
        scene_id(0),
    ]
    assert (report.scored, report.skipped, report.reason, report.weight) == (3, False, None, 0.3)
    assert report.score_range == pytest.approx(0.2)


def test_flat_cosines_change_nothing_and_it_is_said() -> None:
    scenes = [judged(0, 0.6), judged(1, 0.5)]
    made, report = reranked(scenes, {scene_id(0): 0.2, scene_id(1): 0.24}, weight=0.3, min_range=0.05)
    assert made == scenes
    assert (report.scored, report.skipped) == (2, True)
    assert report.reason == "the pictures are all about as near: 0.040 < 0.05"
    assert report.score_range == pytest.approx(0.04)


def test_cosines_that_are_all_the_same_change_nothing_whatever_the_least_range() -> None:
    scenes = [judged(0, 0.6), judged(1, 0.5)]
    made, report = reranked(scenes, {scene_id(0): 0.2, scene_id(1): 0.2}, weight=0.3, min_range=0.0)
    assert made == scenes
    assert (report.skipped, report.reason) == (True, "the pictures are all as near")


def test_without_weight_it_changes_nothing_and_it_is_said() -> None:
    scenes = [judged(0, 0.6), judged(1, 0.5)]
    made, report = reranked(scenes, {scene_id(0): 0.1, scene_id(1): 0.9}, weight=0, min_range=0.05)
    assert made == scenes
    assert (report.scored, report.skipped, report.reason) == (2, True, "the second look has no weight")


def test_without_pictures_it_changes_nothing_and_it_is_said() -> None:
    scenes = [judged(0, 0.6)]
    for cosines in ({}, {scene_id(0): None}):
        made, report = reranked(scenes, cosines, weight=0.3, min_range=0.05)
        assert made == scenes
        assert (report.skipped, report.reason) == (True, "no scene of the pool has pictures")


def test_a_scene_without_pictures_keeps_its_place_value_and_one_beyond_the_pool_is_the_farthest() -> None:
    scenes = [judged(0, 0.8), judged(1, 0.8), judged(2, 0.8), judged(3, 0.8)]
    cosines = {scene_id(0): None, scene_id(1): 0.1, scene_id(2): 0.5}
    made, _ = reranked(scenes, cosines, weight=0.25, min_range=0.05)
    assert [one.rank for one in made] == pytest.approx([0.8, 0.6, 0.85, 0.6])


@given(st.lists(st.tuples(unit, st.none() | st.floats(-1, 1)), max_size=12), unit, st.floats(0, 0.5))
def test_scores_and_bands_stay_and_ranks_stay_in_their_interval(
    given_: list[tuple[float, float | None]], weight: float, min_range: float
) -> None:
    scenes = [judged(index, score) for index, (score, _) in enumerate(given_)]
    cosines = {scene_id(index): cosine for index, (_, cosine) in enumerate(given_)}
    made, report = reranked(scenes, cosines, weight=weight, min_range=min_range)
    assert [one.score for one in made] == [one.score for one in scenes]
    assert [band(one.score) for one in made] == [band(one.score) for one in scenes]
    assert all(-1e-9 <= one.rank <= 1 + 1e-9 for one in made)
    assert report.skipped == (report.reason is not None)
    if report.skipped:
        assert made == scenes
