import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.scenes.split import scenes_from_cuts, split_shot
from scenedex.types import MAX_SCENE_S

durations = st.floats(min_value=1e-9, max_value=20_000.0)
cuts = st.lists(st.floats() | st.floats(min_value=-1.0, max_value=20_000.0), max_size=30)


@given(cuts, durations)
def test_scenes_cover_all_of_the_video_without_gap_or_overlap(cuts, duration):
    scenes = scenes_from_cuts(cuts, duration)
    assert scenes[0][0] == 0.0
    assert scenes[-1][1] == duration
    assert all(before[1] == after[0] for before, after in pairwise(scenes))
    assert all(0 < end - start <= MAX_SCENE_S for start, end in scenes)


@given(cuts, durations)
def test_every_cut_inside_starts_a_scene_and_nothing_but_a_long_shot_is_split(cuts, duration):
    starts = {start for start, _ in scenes_from_cuts(cuts, duration)}
    inside = {cut for cut in cuts if 0 < cut < duration}
    assert inside <= starts
    shots = pairwise([0.0, *sorted(inside), duration])
    assert len(starts) <= sum(math.ceil((end - start) / MAX_SCENE_S) + 1 for start, end in shots)


@given(st.floats(min_value=0.0, max_value=1e5), st.floats(min_value=1e-3, max_value=2e4))
def test_a_shot_is_split_evenly(start, length):
    parts = [end - begin for begin, end in split_shot(start, start + length)]
    assert max(parts) - min(parts) < 1e-6
    assert len(parts) <= math.ceil(length / MAX_SCENE_S) + 1


def test_what_is_no_cut_counts_for_nothing():
    cuts = [5.0, math.nan, 2.0, 5.0, 0.0, -0.0, -3.0, 10.0, 11.0, math.inf]
    assert scenes_from_cuts(cuts, 10.0) == [(0.0, 2.0), (2.0, 5.0), (5.0, 10.0)]


def test_a_shot_of_exactly_the_limit_is_one_scene():
    assert scenes_from_cuts([], 64.0) == [(0.0, 64.0)]
    assert scenes_from_cuts([], 128.0) == [(0.0, 64.0), (64.0, 128.0)]
    assert len(scenes_from_cuts([], 64.001)) == 2


def test_one_frame_is_one_scene():
    assert scenes_from_cuts([], 1 / 30) == [(0.0, 1 / 30)]


@pytest.mark.parametrize("duration", [0.0, -1.0, math.nan, math.inf])
def test_a_duration_that_is_none_is_refused(duration):
    with pytest.raises(ValueError, match="positive number of seconds"):
        scenes_from_cuts([], duration)
