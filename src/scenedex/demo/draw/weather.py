"""Weather: how grey the sky is, and what falls or drifts before the picture."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Veil:
    """A transparent picture (RGBA) before everything else. It moves and begins anew at its edges."""

    image: Image.Image
    velocity: tuple[float, float] = (0.0, 0.0)  #: pixels a second to the right and down
    shown: tuple[tuple[float, float], ...] = ()  #: seconds from and to; empty: always

    def at(self, t_s: float) -> Image.Image | None:
        """The veil `t_s` seconds after the shot began; None while it is not seen."""
        if self.shown and not any(start <= t_s < end for start, end in self.shown):
            return None
        dx, dy = (round(speed * t_s) for speed in self.velocity)
        return ImageChops.offset(self.image, dx, dy) if dx or dy else self.image


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """A kind of weather."""

    name: str
    words: tuple[str, ...] = ()
    overcast: float = 0.0  #: 0 clear sky, 1 all grey
    veils: Callable[[Size, int], tuple[Veil, ...]] = lambda size, seed: ()


def rain(size: Size, seed: int) -> tuple[Veil, ...]:
    """Slanting streaks, near and far."""
    return (_streaks(size, seed, 150, 12), _streaks(size, seed + 1, 90, 24))


def _streaks(size: Size, seed: int, count: int, length: int) -> Veil:
    rng, image = Random(seed), Image.new("RGBA", size, (214, 226, 240, 0))
    pen = ImageDraw.Draw(image)
    width, height = size
    length = length * height // 480
    for _ in range(count * width // 854):
        x, y = rng.randrange(width), rng.randrange(height)
        for across in (0, -width):
            for down in (0, -height):
                start = (x + across, y + down)
                pen.line(
                    (*start, start[0] - length // 5, start[1] + length),
                    (214, 226, 240, 130),
                    max(1, length // 11),
                )
    speed = 24 * length
    return Veil(image, (-speed / 5, speed))


def snow(size: Size, seed: int) -> tuple[Veil, ...]:
    """Flakes, near and far."""
    return (_flakes(size, seed, 130, 2), _flakes(size, seed + 1, 60, 4))


def _flakes(size: Size, seed: int, count: int, radius: int) -> Veil:
    rng, image = Random(seed), Image.new("RGBA", size, (250, 252, 255, 0))
    pen = ImageDraw.Draw(image)
    width, height = size
    for _ in range(count * width // 854):
        x, y = rng.randrange(width), rng.randrange(height)
        for across in (0, -width):
            for down in (0, -height):
                left, top = x + across, y + down
                pen.ellipse((left, top, left + 2 * radius, top + 2 * radius), (250, 252, 255, 215))
    return Veil(image, (-10.0 * radius, 36.0 * radius))


def fog(size: Size, seed: int) -> tuple[Veil, ...]:
    """Drifting banks of white, thickest in the middle of the picture's height."""
    width, height = size
    rng = np.random.default_rng(seed)
    x, y = np.arange(width) / width * 2 * np.pi, np.linspace(0, 1, height)[:, None]
    banks = np.zeros((height, width))
    for waves in (1, 2, 3, 5):
        phase, tilt = rng.uniform(0, 2 * np.pi, 2)
        banks += np.sin(waves * x + phase + 3 * waves * np.sin(np.pi * y + tilt)) / waves
    thickness = 0.62 + 0.1 * banks - 0.35 * np.abs(y - 0.55)
    layers = np.full((height, width, 4), (222, 226, 230, 0), np.uint8)
    layers[..., 3] = np.clip(thickness * 255, 0, 235)
    return (Veil(Image.fromarray(layers), (24.0, 0.0)),)


def storm(size: Size, seed: int) -> tuple[Veil, ...]:
    """Rain and two strokes of lightning."""
    width, height = size
    rng, bolts = Random(seed), []
    for shown in ((0.9, 1.25), (2.2, 2.5)):
        image = Image.new("RGBA", size, (255, 255, 220, 0))
        x, points = rng.uniform(0.25, 0.75) * width, []
        for k in range(9):
            points.append((x, k * height * 0.62 / 8))
            x += rng.uniform(-0.05, 0.05) * width
        pen = ImageDraw.Draw(image)
        pen.line(points, (255, 250, 190, 150), max(2, height // 48), joint="curve")
        pen.line(
            [points[4], (points[4][0] + width * 0.08, points[6][1])],
            (255, 250, 190, 170),
            max(1, height // 96),
        )
        pen.line(points, (255, 255, 246, 255), max(1, height // 110), joint="curve")
        bolts.append(Veil(image, (0.0, 0.0), (shown,)))
    return (*rain(size, seed), *bolts)


WEATHER: dict[str, Weather] = {
    each.name: each
    for each in (
        Weather(name="clear", words=("fine",)),
        Weather(name="cloudy", words=("overcast", "grey sky"), overcast=0.7),
        Weather(name="rain", words=("rainy",), overcast=0.85, veils=rain),
        Weather(name="snow", words=("snowfall", "snowing"), overcast=0.7, veils=snow),
        Weather(name="fog", words=("mist", "foggy"), overcast=0.9, veils=fog),
        Weather(name="storm", words=("lightning", "thunderstorm"), overcast=0.9, veils=storm),
    )
}
