from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenedex.scenes.keyframes import MIN_SPREAD_S, NEAR_CUT_S, choose, keyframes_due
from scenedex.types import MAX_KEYFRAME_GAP_S, MAX_KEYFRAMES, MAX_SCENE_S

qualities = st.floats(min_value=0.0, max_value=1.0)


@st.composite
def scenes(draw, longest_step):
    """A scene and candidates no further apart than that."""
    start = draw(st.floats(min_value=0.0, max_value=1000.0))
    length = draw(st.floats(min_value=0.1, max_value=MAX_SCENE_S))
    steps = draw(st.lists(st.floats(min_value=0.02, max_value=longest_step), min_size=1, max_size=150))
    times = start + np.cumsum(steps) - steps[0]
    times = times[times < start + length].tolist()
    while start + length - times[-1] > longest_step:
        times.append(times[-1] + longest_step * 0.999)
    found = draw(st.lists(qualities, min_size=len(times), max_size=len(times)))
    return start, start + length, times, found


@given(scenes(longest_step=1.0))
def test_candidates_a_second_apart_give_keyframes_within_the_gap(scene):
    start, end, times, found = scene
    chosen = [times[at] for at in choose(times, found, start, end)]
    assert 1 <= len(chosen) <= keyframes_due(end - start) <= MAX_KEYFRAMES
    assert all(after - before >= MIN_SPREAD_S for before, after in pairwise(chosen))
    assert all(
        after - before <= MAX_KEYFRAME_GAP_S + 1e-6 for before, after in pairwise([start, *chosen, end])
    )


@given(scenes(longest_step=40.0))
def test_sparse_candidates_give_the_best_there_is(scene):
    start, end, times, found = scene
    chosen = choose(times, found, start, end)
    assert chosen == sorted(set(chosen))
    assert 1 <= len(chosen) <= keyframes_due(end - start)
    assert all(times[b] - times[a] >= MIN_SPREAD_S for a, b in pairwise(chosen))


@given(st.lists(qualities, min_size=8, max_size=8))
def test_the_best_of_a_short_scene_is_its_keyframe(found):
    times = [1.0 + n / 2 for n in range(8)]
    (at,) = choose(times, found, 0.5, 5.5)
    assert found[at] >= max(found) - 0.15  # an even spread is worth no more than that


def test_as_many_as_the_length_asks_for():
    assert [keyframes_due(length) for length in (0.04, 8.0, 8.1, 16.0, 60.0, 64.0, 500.0)] == [
        1,
        1,
        2,
        2,
        8,
        8,
        8,
    ]
    times = [n + 0.5 for n in range(64)]
    assert len(choose(times, [0.5] * 64, 0.0, 64.0)) == 8


def test_like_pictures_are_spread_evenly():
    times = [n / 2 for n in range(48)]
    assert [times[at] for at in choose(times, [0.7] * 48, 0.0, 24.0)] == [4.0, 12.0, 20.0]


def test_quality_wins_over_spread_but_not_over_the_gap():
    times = [float(n) for n in range(16)]
    better = [0.9 if n in (1, 3, 9) else 0.5 for n in range(16)]
    assert choose(times, better, 0.0, 16.0) == [3, 9]


def test_a_picture_beside_a_cut_is_taken_only_without_choice():
    edge = 10.0 + NEAR_CUT_S / 2
    assert choose([edge, 10.5], [0.9, 0.6], 10.0, 11.0) == [1]
    assert choose([10.5, 20.0 - NEAR_CUT_S / 2], [0.6, 0.9], 10.0, 17.9 + 2.1) == [0, 1]
    assert choose([edge], [0.9], 10.0, 11.0) == [0]


def test_two_of_the_same_second_are_never_taken():
    assert choose([3.0, 3.4, 3.9], [0.5, 0.9, 0.6], 0.0, 10.0) == [1]
    assert choose([3.0, 3.4, 4.0], [0.5, 0.9, 0.6], 0.0, 10.0) == [0, 2]


def test_nothing_to_choose_from_gives_nothing():
    assert choose([], [], 0.0, 10.0) == []
