"""What a thing that can be drawn is: a name, the words for it, a grid, and a function that paints it there."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from PIL import Image

from scenedex.demo.draw.canvas import SUPERSAMPLE, Box, Pen
from scenedex.demo.draw.colours import Rgb

Habitat = Literal["ground", "water", "air", "indoors"]

Paint = Callable[[Pen, Rgb, Random], None]
"""Paints the thing, facing right, in grid units. Same colour and same random state: same picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that can be drawn."""

    name: str
    paint: Paint
    grid: tuple[int, int]  #: width and height in its own units
    words: tuple[str, ...] = ()  #: further words for it
    lives: Habitat = "ground"  #: where one would expect it
    height: float = 0.3  #: of a picture's height, at the usual distance
    tinted: bool = True  #: takes the colour that is asked for; otherwise it has colours of its own
    glows: bool = False  #: keeps its colours at night

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.grid[0] / self.grid[1]


def draw(canvas: Image.Image, thing: Thing, box: Box, colour: Rgb, seed: int) -> None:
    """Draw a thing on a picture (RGB or RGBA): as large as fits into the box, standing on its lower edge.

    Edges are not smoothed: draw on a larger canvas and reduce it, or take `sprite`.
    """
    thing.paint(Pen(canvas, box, thing.grid), colour, Random(seed))


def sprite(thing: Thing, height: int, colour: Rgb, seed: int, *, flipped: bool = False) -> Image.Image:
    """The thing alone on a transparent ground with smooth edges, `height` pixels high; `flipped` faces left."""
    width = max(1, round(height * thing.aspect))
    canvas = Image.new("RGBA", (width * SUPERSAMPLE, height * SUPERSAMPLE))
    draw(canvas, thing, (0, 0, *canvas.size), colour, seed)
    small = canvas.reduce(SUPERSAMPLE)
    return small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flipped else small
