"""Cuts of real films, held against what is known of them. The scenes of all files: integration/test_collection.py."""

import json

import pytest
from tests.media import shared_media

from scenedex.media.decode import frames, frames_at
from scenedex.media.probe import probe
from scenedex.scenes.segment import segment
from scenedex.types import Limits

LIMITS = Limits()


def scenes_of(path):
    info = probe(path, LIMITS)
    with frames(path, info, LIMITS) as decoding:

        def fetch(times):
            return frames_at(path, info, LIMITS, times)

        return list(segment(decoding, duration_s=lambda: decoding.end_s, fetch=fetch))


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
    scenes = scenes_of(path)
    found = [scene.start_s * truth["fps"] for scene in scenes[1:]]
    hits = matched(found, truth["cuts"], tolerance=2)
    assert 2 * hits / (len(found) + len(truth["cuts"])) >= 0.95
    assert found == pytest.approx([round(cut) for cut in found])


def test_the_hard_cuts_of_a_film_are_found():
    path = shared_media("video/moviepy_big_buck_bunny_0_30.webm")
    starts = [scene.start_s for scene in scenes_of(path)]
    assert matched(starts, [11.9, 15.8, 23.0], tolerance=0.2) == 3
