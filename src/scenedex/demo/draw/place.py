"""What a place is: a background painted on a grid 480 units high and as wide as is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from scenedex.demo.draw.canvas import SUPERSAMPLE, Pen
from scenedex.demo.draw.light import Light, lit, sky

HEIGHT = 480
"""Units from the upper to the lower edge of every place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere that things can be."""

    name: str
    paint: Callable[[Pen, Random], None]  #: everything but the sky
    words: tuple[str, ...] = ()
    floor: tuple[float, float] = (0.8, 0.95)  #: where feet stand: shares of the height, far to near
    water: tuple[float, float] | None = None  #: where boats float
    indoors: bool = False  #: no sky, no weather; a lamp is lit at night


def backdrop(place: Place, light: Light, size: tuple[int, int], *, overcast: float, seed: int) -> Image.Image:
    """The empty place (RGB), `size` in pixels; a size wider than a picture gives room to pan."""
    width, height = size
    layer = Image.new("RGBA", (width * SUPERSAMPLE, height * SUPERSAMPLE))
    pen = Pen(layer, (0, 0, *layer.size), (HEIGHT * width / height, HEIGHT))
    place.paint(pen, Random(seed))
    ground = layer.reduce(SUPERSAMPLE)
    if place.indoors:
        return lit(ground.convert("RGB"), light)
    picture = sky(size, light, overcast, seed)
    ground = lit(ground, light)
    picture.paste(ground, (0, 0), ground)
    return picture
