import json
from itertools import pairwise

import pytest
from tests.media import shared_media

from scenedex.errors import MediaError
from scenedex.media.decode import frames, frames_at
from scenedex.media.probe import probe
from scenedex.scenes.segment import segment, sound_scenes
from scenedex.types import MAX_KEYFRAME_GAP_S, MAX_SCENE_S, Limits

LIMITS = Limits()


def scenes_of(path):
    info = probe(path, LIMITS)
    with frames(path, info, LIMITS) as decoding:

        def fetch(times):
            return frames_at(path, info, LIMITS, times)

        scenes = list(segment(decoding, duration_s=lambda: decoding.end_s, fetch=fetch))
    return scenes, decoding.end_s, info.video is not None and decoding.frames_seen > 0


def matched(found, true, tolerance):
    """How many of the found have a true one of their own within the tolerance."""
    left, hits = list(true), 0
    for cut in found:
        near = [one for one in left if abs(one - cut) <= tolerance]
        if near:
            left.remove(min(near, key=lambda one: abs(one - cut)))
            hits += 1
    return hits


def test_every_cut_of_the_reel_is_found_to_the_frame():
    path = shared_media("video/openreel_20shots.mp4")
    truth = json.loads(path.with_suffix(".truth.json").read_text())
    scenes, _, _ = scenes_of(path)
    found = [scene.start_s * truth["fps"] for scene in scenes[1:]]
    hits = matched(found, truth["cuts"], tolerance=2)
    assert 2 * hits / (len(found) + len(truth["cuts"])) >= 0.95
    assert found == pytest.approx([round(cut) for cut in found])


def test_the_hard_cuts_of_a_film_are_found():
    path = shared_media("video/moviepy_big_buck_bunny_0_30.webm")
    starts = [scene.start_s for scene in scenes_of(path)[0]]
    assert matched(starts, [11.9, 15.8, 23.0], tolerance=0.2) == 3


FOLDERS = ("video", "odd", "subs")
NO_MEDIA = {".srt", ".ass", ".vtt", ".json"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_scenes_cover_all_of_every_file_that_can_be_read(folder):
    read = 0
    for path in sorted(one for one in shared_media(folder).iterdir() if one.suffix not in NO_MEDIA):
        if path.name.startswith("openreel_20shots_"):  # the same pictures again
            continue
        try:
            scenes, end_s, pictures = scenes_of(path)
        except MediaError:
            continue
        read += 1
        assert scenes[0].start_s == 0.0, path.name
        assert scenes[-1].end_s == end_s, path.name
        assert all(before.end_s == after.start_s for before, after in pairwise(scenes)), path.name
        assert all(0 < scene.end_s - scene.start_s <= MAX_SCENE_S for scene in scenes), path.name
        assert pictures or scenes == sound_scenes(end_s), path.name
        for scene in scenes if pictures else ():
            times = [scene.start_s, *(one.t_s for one in scene.keyframes), scene.end_s]
            assert len(times) > 2, path.name
            assert times == sorted(times), path.name
            assert all(b - a <= MAX_KEYFRAME_GAP_S + 1e-6 for a, b in pairwise(times)), path.name
            assert all(min(one.width, one.height) <= 384 for one in scene.keyframes), path.name
    assert read >= 3
