"""Cuts: F1 of each detector on a reel with known cuts, and our whole pass against PySceneDetect's.

Our pass finds cuts, judges every picture and makes the keyframes; PySceneDetect's finds cuts only.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scenedetect
from tests.media import shared_media

from scenedex.media.decode import frames
from scenedex.media.probe import probe
from scenedex.scenes.cuts import DETECTORS, CutFinder
from scenedex.scenes.quality import quality
from scenedex.scenes.segment import segment
from scenedex.types import Limits

TOLERANCE = 2
"""Frames by which a cut may be off."""

ROUNDS = 3
LIMITS = Limits()


def f1(found: list[int], true: list[int]) -> float:
    """Harmonic mean of precision and recall; a true cut counts once."""
    left = list(true)
    for cut in found:
        near = [one for one in left if abs(one - cut) <= TOLERANCE]
        if near:
            left.remove(min(near, key=lambda one: abs(one - cut)))
    return 2 * (len(true) - len(left)) / max(1, len(found) + len(true))


def our_pass(path: Path, detector: str) -> list[float]:
    """The starts of all scenes but the first, in seconds."""
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        scenes = list(segment(decoding, duration_s=lambda: decoding.end_s, detector=detector))
    return [scene.start_s for scene in scenes[1:]]


def their_pass(path: Path) -> list[float]:
    """The same from PySceneDetect as its front page shows it."""
    scenes = scenedetect.detect(str(path), scenedetect.AdaptiveDetector())
    return [start.seconds for start, _ in scenes[1:]]


def decode_only(path: Path) -> None:
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        for _ in decoding:
            pass


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def per_frame() -> None:
    """What detector and judgement add to each frame, on noise of the largest small size."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (8, 144, 256, 3), dtype=np.uint8)
    for name in DETECTORS:
        finder = CutFinder(name)
        took = seconds(lambda f=finder: [f.push(n / 25, pictures[n % 8]) for n in range(200)])
        print(f"  detector {name:<10} {took / 200 * 1000:6.2f} ms a frame")
    took = seconds(lambda: [quality(pictures[n % 8]) for n in range(200)])
    print(f"  quality             {took / 200 * 1000:6.2f} ms a frame that is judged")


def main() -> None:
    per_frame()
    try:
        path = shared_media("video/openreel_20shots.mp4")
    except pytest.skip.Exception as missing:
        print(f"  no reel: {missing}")
        return
    truth = json.loads(path.with_suffix(".truth.json").read_text())
    for name in DETECTORS:
        print(
            f"  F1 {name:<10} {f1([round(cut * truth['fps']) for cut in our_pass(path, name)], truth['cuts']):.3f}"
        )
    print(f"  F1 PySceneDetect {f1([round(c * truth['fps']) for c in their_pass(path)], truth['cuts']):.3f}")
    rounds = [
        (
            seconds(lambda: our_pass(path, "adaptive")),
            seconds(lambda: their_pass(path)),
            seconds(lambda: decode_only(path)),
        )
        for _ in range(ROUNDS)
    ]
    ours, theirs, decoding = (min(column) for column in zip(*rounds, strict=True))
    print(f"  our pass {ours:.2f} s (decoding alone {decoding:.2f} s), PySceneDetect {theirs:.2f} s")
    print(f"  ratio ours / PySceneDetect: {ours / theirs:.2f}")
