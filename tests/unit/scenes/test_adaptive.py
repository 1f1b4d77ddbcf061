import numpy as np
import pytest
from scenedetect.common import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from scenedex.scenes.adaptive import ALONE, MIN_DIFFERENCE, AdaptiveRule
from scenedex.scenes.difference import difference, hsv, shared_colours


def pictures(seed: int) -> list[np.ndarray]:
    """Colours that change now and then, a little or much, under more or less noise."""
    rng = np.random.default_rng(seed)
    colour, found = rng.integers(20, 200, 3), []
    for _ in range(300):
        if rng.random() < 0.08:
            colour = (colour + rng.integers(-60, 60, 3)).clip(0, 200)
        found.append((colour + rng.integers(0, rng.integers(2, 9), (18, 32, 3))).astype(np.uint8))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_without_gaps_it_is_the_adaptive_detector_of_pyscenedetect(seed):
    theirs, ours = AdaptiveDetector(min_scene_len=15), AdaptiveRule(15 / 25 - 1e-6)
    expected, found, before = [], [], None
    for n, picture in enumerate(pictures(seed)):
        expected += [
            cut.frame_num for cut in theirs.process_frame(FrameTimecode(n, 25.0), picture[..., ::-1])
        ]
        now = hsv(picture)
        found += ours.push(n / 25, 0.0 if before is None else difference(before, now))
        before = now
    assert expected
    assert [round(cut * 25) for cut in found] == expected


def test_a_gap_hides_what_came_before_from_what_comes_after():
    rule = AdaptiveRule(0.6)
    for n in range(50):
        assert rule.push(n / 25, 12.0) == []
    assert rule.gap(4.0, 3.0) == []
    scores = [1.0, MIN_DIFFERENCE, 1.0, 1.0]
    assert [cut for n, score in enumerate(scores, 101) for cut in rule.push(n / 25, score)] == [102 / 25]


def test_what_was_in_doubt_before_a_gap_is_decided_by_what_is_known():
    rule = AdaptiveRule(0.6)
    for n in range(50):
        rule.push(n / 25, 1.0)
    assert rule.push(2.0, 40.0) == []
    assert rule.gap(4.0, 2.0) == [2.0]


def test_a_picture_after_a_gap_begins_a_shot_where_it_differs():
    rule = AdaptiveRule(0.6)
    rule.push(0.0, 0.0)
    assert rule.gap(2.0, MIN_DIFFERENCE) == [2.0]
    assert rule.gap(2.5, 100.0) == [], "no shot is that short"
    assert rule.gap(4.0, MIN_DIFFERENCE - 1) == []


def test_a_lone_difference_between_gaps_must_be_large():
    rule = AdaptiveRule(0.6)
    rule.push(0.0, 0.0)
    rule.gap(2.0, 0.0)
    rule.push(2.04, ALONE - 1)
    assert rule.gap(4.0, 0.0) == []
    rule.push(4.04, ALONE)
    assert rule.gap(6.0, 0.0) == [4.04]


def test_colours_are_shared_wherever_they_are():
    picture = pictures(1)[0]
    assert shared_colours(hsv(picture), hsv(np.roll(picture, 9, axis=1))) == pytest.approx(1.0)
    assert shared_colours(hsv(picture), hsv(picture // 4)) < 0.1
