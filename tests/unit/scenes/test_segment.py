import io
import math
import tracemalloc
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.unit.scenes.pictures import Shown, clip, scenery, slides
from tests.unit.scenes.test_gradual import dissolving, moving
from tests.unit.scenes.test_transitions import one_after_another

from scenedex.errors import DecodeError, UsageError
from scenedex.scenes import candidates
from scenedex.scenes.cuts import DETECTORS
from scenedex.scenes.segment import segment, sound_scenes
from scenedex.types import MAX_KEYFRAME_GAP_S, MAX_SCENE_S


def scenes_of(frames, duration_s=0.0, **options):
    return list(segment(frames, duration_s=lambda: duration_s, **options))


def bounds(scenes):
    return [(scene.start_s, scene.end_s) for scene in scenes]


def assert_sound(scenes, end_s):
    """What holds of the scenes of every video whose pictures begin at 0."""
    assert [scene.index for scene in scenes] == list(range(len(scenes)))
    assert scenes[0].start_s == 0.0
    assert scenes[-1].end_s == end_s
    assert all(before.end_s == after.start_s for before, after in pairwise(scenes))
    for scene in scenes:
        assert 0 < scene.end_s - scene.start_s <= MAX_SCENE_S
        times = [one.t_s for one in scene.keyframes]
        assert 1 <= len(times) <= 8
        assert all(scene.start_s <= t_s < scene.end_s for t_s in times)
        gaps = [after - before for before, after in pairwise([scene.start_s, *times, scene.end_s])]
        assert max(gaps) <= MAX_KEYFRAME_GAP_S + 1e-6
        assert all(gap > 0 for gap in gaps[1:])
        assert scene.thumbnail == max(scene.keyframes, key=lambda one: one.quality).jpeg
        assert all(0 <= one.quality <= 1 for one in scene.keyframes)


@pytest.mark.parametrize("detector", DETECTORS)
def test_shots_become_scenes_with_their_own_pictures(detector):
    lengths = [2.0, 0.72, 1.0, 20.0, 3.0]
    scenes = scenes_of(clip([(length, seed) for seed, length in enumerate(lengths)]), detector=detector)
    edges = [0.0, 2.0, 2.72, 3.72, 23.72, 26.72]
    assert bounds(scenes) == [(pytest.approx(a), pytest.approx(b)) for a, b in pairwise(edges)]
    assert_sound(scenes, scenes[-1].end_s)
    for seed, scene in enumerate(scenes):
        for keyframe in scene.keyframes:
            shown = np.asarray(Image.open(io.BytesIO(keyframe.jpeg)), dtype=np.int16)
            likeness = [np.abs(shown - scenery(other)).mean() for other in range(len(lengths))]
            assert likeness.index(min(likeness)) == seed


def test_scenes_come_as_soon_as_their_shot_is_over():
    seen = []

    def watched():
        for frame in clip([(2.0, 1), (2.0, 2)]):
            seen.append(frame.t_s)
            yield frame

    first = next(segment(watched(), duration_s=lambda: 0.0))
    assert (first.start_s, first.end_s) == (0.0, 2.0)
    assert seen[-1] == pytest.approx(2.6), "as soon as the next one has lasted as long as a shot"


def test_the_one_sharp_frame_of_a_blurred_shot_is_its_keyframe():
    blurred = cv2.GaussianBlur(scenery(1), (9, 9), 2)
    (scene,) = scenes_of(Shown(n / 25, (n + 1) / 25, scenery(1) if n == 59 else blurred) for n in range(100))
    assert [one.t_s for one in scene.keyframes] == [59 / 25]


def test_slides_give_their_picture_again_and_again():
    times = [0.0, 31.0, 150.0, 158.0]
    scenes = scenes_of(slides(times, 170.0))
    assert_sound(scenes, 170.0)
    assert bounds(scenes) == [(0.0, 31.0), (31.0, 90.5), (90.5, 150.0), (150.0, 158.0), (158.0, 170.0)]
    assert len({one.jpeg for scene in scenes[1:3] for one in scene.keyframes}) == 1


def test_sound_after_the_last_picture_belongs_to_the_last_scene():
    scenes = scenes_of(clip([(2.0, 1), (2.0, 2)]), duration_s=200.0)
    assert_sound(scenes, 200.0)
    assert bounds(scenes)[:2] == [(0.0, 2.0), (2.0, 51.5)]
    assert len(scenes) == 5


def test_pictures_may_end_after_the_stated_duration():
    assert bounds(scenes_of(clip([(2.0, 1)]), duration_s=1.0)) == [(0.0, 2.0)]


def test_pictures_may_begin_late():
    frames = [Shown(frame.t_s + 100.0, frame.end_s + 100.0, frame.pixels) for frame in clip([(10.0, 1)])]
    scenes = scenes_of(frames)
    assert bounds(scenes) == [(0.0, 55.0), (55.0, 110.0)]
    assert not scenes[0].keyframes
    assert scenes[0].thumbnail is None
    assert scenes[1].keyframes


def test_a_scene_without_candidate_is_fetched():
    asked = []

    def fetch(times):
        asked.extend(times)
        return [Shown(0.0, 1.0, scenery(3))]

    frames = [Shown(100.0, 110.0, scenery(1))]
    scenes = scenes_of(frames, fetch=fetch)
    assert asked == [27.5]
    assert [one.t_s for one in scenes[0].keyframes] == [0.0]
    assert scenes[1].keyframes[0].t_s == 100.0


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (256, 3)])
def test_one_frame_is_one_scene(size):
    (scene,) = scenes_of([Shown(0.0, 1 / 30, scenery(1, *size))])
    assert_sound([scene], 1 / 30)
    assert [(one.t_s, one.width, one.height) for one in scene.keyframes] == [(0.0, *size)]


def test_one_frame_that_lasts_no_time_is_a_scene_all_the_same():
    (scene,) = scenes_of([Shown(0.0, 0.0, scenery(1))])
    assert_sound([scene], scene.end_s)


def test_frames_out_of_order_and_times_that_are_none_are_left_out():
    times = [0.0, 0.04, 0.04, 0.02, math.nan, -1.0, math.inf, 0.08]
    (scene,) = scenes_of([Shown(t_s, 0.12, scenery(1)) for t_s in times])
    assert_sound([scene], 0.12)


def test_without_frames_the_sound_is_split():
    scenes = scenes_of([], duration_s=130.0)
    assert scenes == sound_scenes(130.0)
    assert [scene.end_s - scene.start_s for scene in scenes] == pytest.approx([130 / 3] * 3)
    assert not any(scene.keyframes or scene.thumbnail for scene in scenes)


def test_neither_frames_nor_a_duration_is_an_error():
    with pytest.raises(DecodeError, match="No picture"):
        scenes_of([], duration_s=0.0)


def test_an_unknown_detector_is_refused_before_a_frame_is_read():
    with pytest.raises(UsageError, match="magic"):
        next(segment(iter(lambda: pytest.fail("read"), None), duration_s=lambda: 1.0, detector="magic"))


def test_three_hours_without_a_cut_take_no_more_memory_than_three_minutes(monkeypatch):
    monkeypatch.setattr(candidates, "IN_MEMORY_BYTES", 100_000)
    picture = scenery(1, 48, 27)

    def peak(length):
        frames = (Shown(float(n), n + 2.0, picture) for n in range(0, length, 2))
        tracemalloc.start()
        count = sum(len(scene.keyframes) for scene in segment(frames, duration_s=lambda: 0.0))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count >= length / 8
        return size

    peak(10)
    assert peak(10_800) < peak(180) + 100_000


def test_scenes_know_how_they_begin_and_keyframes_show_one_shot_alone():
    film = one_after_another((9.0, dissolving(moving(1), moving(2), 3.0, 4.0)), (12.0, moving(3)))
    frames = (Shown(n / 25, (n + 1) / 25, film(n / 25)) for n in range(12 * 25))
    first, second, third = scenes_of(frames, 12.0)
    assert first.transition is None
    assert (second.transition.kind, second.transition.at_s) == ("dissolve", second.start_s)
    assert (third.transition.kind, third.transition.length_s) == ("cut", 0.0)
    assert second.start_s == pytest.approx(3.5, abs=0.1)
    assert not any(3.1 < one.t_s < 3.9 for scene in (first, second) for one in scene.keyframes)


def test_a_long_shot_begins_once():
    made = scenes_of(clip([(10.0, 1), (130.0, 2)], rate=5.0), 140.0)
    assert [scene.transition and scene.transition.kind for scene in made] == [None, "cut", None, None]
