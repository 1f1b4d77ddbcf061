from itertools import pairwise

import numpy as np
import pytest
from tests.unit.scenes.pictures import Shown, clip, flat, scenery, slides

from scenedex.errors import UsageError
from scenedex.scenes.cuts import DETECTORS, MIN_SHOT_S, CutFinder

every_detector = pytest.mark.parametrize("detector", DETECTORS)


def cuts_of(frames, detector="adaptive"):
    finder, end, found = CutFinder(detector), 0.0, []
    for frame in frames:
        found += finder.push(frame.t_s, frame.small())
        end = frame.end_s
    return found + finder.finish(end)


@every_detector
@pytest.mark.parametrize("rate", [10.0, 23.976, 25.0, 60.0])
def test_a_cut_is_the_exact_time_of_the_first_frame_of_the_shot(detector, rate):
    frames = list(clip([(2.0, 1), (1.5, 2), (3.0, 3), (1.0, 4)], rate=rate))
    firsts = [next(frame.t_s for frame in frames if frame.t_s >= edge - 1e-9) for edge in (2.0, 3.5, 6.5)]
    assert cuts_of(frames, detector) == firsts


@every_detector
def test_a_single_shot_has_no_cut(detector):
    assert cuts_of(clip([(5.0, 1)]), detector) == []


@every_detector
@pytest.mark.parametrize("picture", [flat(0), flat(255), flat(90, 16, 16), flat(3, 1, 1), scenery(5, 16, 16)])
@pytest.mark.parametrize("count", [1, 2, 60])
def test_odd_pictures_have_no_cut(detector, picture, count):
    assert cuts_of((Shown(n / 25, (n + 1) / 25, picture) for n in range(count)), detector) == []


@every_detector
def test_no_frame_at_all_has_no_cut(detector):
    assert CutFinder(detector).finish(10.0) == []


@every_detector
def test_slides_that_are_one_frame_each_are_shots(detector):
    times = [0.0, 30.0, 47.5, 90.25, 91.5, 200.1]
    assert cuts_of(slides(times, 230.0), detector) == times[1:]


@every_detector
def test_a_change_of_the_frame_rate_is_no_cut(detector):
    times = [
        *(n / 30 for n in range(60)),
        *(2.0 + n / 4 for n in range(16)),
        *(6.0 + n * 3 for n in range(5)),
    ]
    frames = [Shown(t_s, t_s + 0.01, np.roll(scenery(1), n % 3, axis=1)) for n, t_s in enumerate(times)]
    assert cuts_of(frames, detector) == []


@every_detector
def test_no_shot_is_shorter_than_the_minimum(detector):
    found = cuts_of(clip([(2.0, 1), (0.2, 2), (0.2, 3), (2.0, 4), (0.2, 5)]), detector)
    assert found
    assert all(after - before > MIN_SHOT_S - 1e-3 for before, after in pairwise([0.0, *found]))


def test_the_minimum_is_seconds_whatever_the_rounding_of_the_times():
    edges = [round(0.6 * n, 6) for n in range(1, 40)]
    found = cuts_of(clip([(0.6, n) for n in range(40)]))
    assert found == pytest.approx(edges)


@every_detector
def test_pictures_that_change_their_size_do_no_harm(detector):
    frames = [Shown(n / 25, (n + 1) / 25, scenery(1, 64 + n % 2 * 64, 36 + n % 3)) for n in range(30)]
    cuts_of(frames, detector)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(UsageError, match=r"'magic'.*adaptive, content, hash, histogram"):
        CutFinder("magic")
