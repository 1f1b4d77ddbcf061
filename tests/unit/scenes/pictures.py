"""Frames without a file: arrays that know when they are shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from scenedex.types import Pixels


@dataclass(slots=True)
class Shown:
    """A `Frame` over a picture that is 256 pixels wide at most."""

    t_s: float
    end_s: float
    pixels: Pixels
    after_gap: bool = False
    hasty: bool = False
    since_s: float | None = None
    light: bool = False
    area: int = 128 * 72

    def small(self) -> Pixels:
        return self.pixels

    def glance(self) -> Pixels:
        return self.pixels

    def picture(self, short_side: int) -> Pixels:
        assert short_side == 384
        return self.pixels


@cache
def scenery(seed: int, width: int = 128, height: int = 72) -> Pixels:
    """A picture with shapes and texture, unlike that of another seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 8, 3), dtype=np.uint8)
    fine = rng.integers(0, 24, (height, width, 1), dtype=np.uint8)
    shapes = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = shapes // 2 + fine + np.uint8(seed * 37 % 5 * 25)
    picture.flags.writeable = False
    return picture


def flat(level: int, width: int = 128, height: int = 72) -> Pixels:
    return np.full((height, width, 3), level, dtype=np.uint8)


def clip(
    shots: list[tuple[float, int]], rate: float = 25.0, picture: Callable[[int], Pixels] = scenery
) -> Iterator[Shown]:
    """Shots of so many seconds and such a seed, one after the other at a constant frame rate."""
    frame, edge = 0, 0.0
    for length, seed in shots:
        edge += length
        while frame / rate < edge - 1e-9:
            yield Shown(frame / rate, (frame + 1) / rate, np.roll(picture(seed), frame % 3, axis=1))
            frame += 1


def slides(times: list[float], end_s: float) -> Iterator[Shown]:
    """One frame a slide, each stamped as if it lasted 1/25 s, as screen recorders write them."""
    for seed, t_s in enumerate(times):
        yield Shown(t_s, end_s if t_s == times[-1] else t_s + 0.04, scenery(seed))
