"""Day, sunset and night: what they do to the sky and to the colours under it."""

from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image

from scenedex.demo.draw.colours import WHITE, Rgb, mix
from scenedex.demo.draw.thing import sprite
from scenedex.demo.draw.things import THINGS

OVERCAST: Rgb = (150, 158, 168)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A time of day."""

    name: str
    words: tuple[str, ...]
    top: Rgb  #: of the sky
    bottom: Rgb  #: of the sky, at the horizon
    tint: tuple[float, float, float]  #: factors for red, green and blue of everything that does not glow
    stars: bool = False
    clouds: Rgb = WHITE


LIGHTS: dict[str, Light] = {
    each.name: each
    for each in (
        Light(
            name="day", words=("daylight",), top=(88, 164, 232), bottom=(206, 232, 248), tint=(1.0, 1.0, 1.0)
        ),
        Light(
            name="sunset",
            words=("dusk", "evening"),
            top=(86, 70, 140),
            bottom=(255, 156, 84),
            tint=(0.96, 0.74, 0.66),
            clouds=(246, 170, 140),
        ),
        Light(
            name="night",
            words=("dark",),
            top=(8, 12, 36),
            bottom=(32, 42, 84),
            tint=(0.46, 0.5, 0.68),
            stars=True,
            clouds=(52, 60, 92),
        ),
    )
}


def sky(size: tuple[int, int], light: Light, overcast: float, seed: int) -> Image.Image:
    """A picture of the sky alone (RGB); `overcast` 0 is clear, 1 is all grey."""
    width, height = size
    ends = [np.array(mix(end, _overcast(light), overcast)) for end in (light.top, light.bottom)]
    ramp = np.linspace(0, 1, height)[:, None] ** 0.9
    rows = ends[0] * (1 - ramp) + ends[1] * ramp
    picture = Image.fromarray(np.broadcast_to(rows[:, None, :], (height, width, 3)).round().astype(np.uint8))
    rng = Random(seed)
    if light.stars and overcast < 0.5:
        _stars(picture, rng)
    _clouds(picture, light, overcast, rng)
    return picture


def _overcast(light: Light) -> Rgb:
    red, green, blue = (round(part * factor) for part, factor in zip(OVERCAST, light.tint, strict=True))
    return red, green, blue


def _stars(picture: Image.Image, rng: Random) -> None:
    for _ in range(picture.width // 8):
        side = rng.choice((1, 2, 2, 3))
        at = (rng.randrange(picture.width), rng.randrange(max(1, picture.height // 2)))
        picture.paste(mix((40, 50, 90), WHITE, rng.uniform(0.4, 1)), (*at, at[0] + side, at[1] + side))


def _clouds(picture: Image.Image, light: Light, overcast: float, rng: Random) -> None:
    shade = mix(mix(light.clouds, light.bottom, 0.35), _overcast(light), 0.75 * overcast)
    for _ in range(round(picture.width / 400 * (1 + 3 * overcast))):
        cloud = sprite(
            THINGS["cloud"], rng.randint(40, 90) * picture.height // 480, shade, rng.randrange(1000)
        )
        at = (rng.randrange(-100, picture.width), rng.randrange(picture.height // 4))
        picture.paste(cloud, at, cloud)


def lit(picture: Image.Image, light: Light) -> Image.Image:
    """The same picture (RGB or RGBA) in this light."""
    if light.tint == (1.0, 1.0, 1.0):
        return picture
    bands = picture.split()
    tinted = [band.point(_scaled(factor)) for band, factor in zip(bands, light.tint, strict=False)]
    return Image.merge(picture.mode, [*tinted, *bands[3:]])


def _scaled(factor: float) -> list[int]:
    return [round(value * factor) for value in range(256)]
