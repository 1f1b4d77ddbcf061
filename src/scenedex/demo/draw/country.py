"""Places out in the country."""

import math
from random import Random

from scenedex.demo.draw.canvas import Pen, Point
from scenedex.demo.draw.colours import COLOURS, LEAF, WOOD, Rgb, dark, light, mix
from scenedex.demo.draw.place import Place
from scenedex.demo.draw.thing import Thing
from scenedex.demo.draw.things import THINGS

GRASS: Rgb = (112, 176, 76)
SAND: Rgb = (236, 212, 150)
SNOW: Rgb = (238, 244, 250)


def plant(pen: Pen, name: str, at: Point, height: float, colour: Rgb, rng: Random) -> None:
    """Put a thing into a background: standing at a point, so many units high."""
    thing: Thing = THINGS[name]
    thing.paint(pen.inset(*at, height, thing.grid), colour, rng)


def hills(pen: Pen, y: float, swing: float, fill: Rgb, rng: Random) -> None:
    """A wavy line of hills about y, filled down to the lower edge."""
    phase, length = rng.uniform(0, 6), rng.uniform(260, 420)
    points = [
        (x, y - swing * math.sin(phase + x / length * 2 * math.pi))
        for x in range(-20, int(pen.width) + 40, 20)
    ]
    pen.shape([*points, (pen.width + 40, pen.height), (-20, pen.height)], fill)


def _tufts(pen: Pen, y0: float, fill: Rgb, rng: Random) -> None:
    for _ in range(int(pen.width / 12)):
        x, y = rng.uniform(0, pen.width), rng.uniform(y0, pen.height)
        pen.line([(x, y), (x + 4, y - 7)], fill, width=2)


def field(pen: Pen, rng: Random) -> None:
    hills(pen, 250, 22, mix(GRASS, COLOURS["blue"], 0.2), rng)
    hills(pen, 290, 16, (206, 190, 88), rng)
    hills(pen, 340, 8, GRASS, rng)
    _tufts(pen, 355, dark(GRASS), rng)


def meadow(pen: Pen, rng: Random) -> None:
    hills(pen, 280, 24, dark(GRASS, 0.15), rng)
    hills(pen, 320, 14, GRASS, rng)
    shades = [COLOURS[name] for name in ("red", "yellow", "white", "pink", "purple")]
    for _ in range(int(pen.width / 14)):
        plant(pen, "flower", (rng.uniform(0, pen.width), rng.uniform(345, 475)), 24, rng.choice(shades), rng)


def farm(pen: Pen, rng: Random) -> None:
    hills(pen, 270, 18, dark(GRASS, 0.12), rng)
    plant(pen, "barn", (pen.width * 0.78, 318), 120, COLOURS["red"], rng)
    plant(pen, "house", (pen.width * 0.56, 312), 90, COLOURS["white"], rng)
    pen.rect(0, 310, pen.width, pen.height, GRASS)
    for x in range(0, int(pen.width), 116):
        plant(pen, "fence", (x + 58, 352), 40, WOOD, rng)
    _tufts(pen, 365, dark(GRASS), rng)


def forest(pen: Pen, rng: Random) -> None:
    pen.rect(0, 250, pen.width, pen.height, dark(LEAF, 0.45))
    for row, (y, height) in enumerate(((300, 210), (335, 260), (375, 310))):
        x = -30.0
        while x < pen.width + 60:
            kind = "fir tree" if rng.random() < 0.6 else "tree"
            plant(
                pen,
                kind,
                (x, y + rng.uniform(-8, 8)),
                height * rng.uniform(0.85, 1.1),
                dark(LEAF, 0.4 - 0.14 * row),
                rng,
            )
            x += rng.uniform(52, 96)
    pen.rect(0, 374, pen.width, pen.height, (86, 112, 54))
    _tufts(pen, 385, (60, 84, 40), rng)


def mountains(pen: Pen, rng: Random) -> None:
    x = -40.0
    while x < pen.width + 60:
        plant(
            pen, "mountain", (x, 350), rng.uniform(190, 280), mix((120, 132, 158), COLOURS["blue"], 0.15), rng
        )
        x += rng.uniform(150, 230)
    hills(pen, 345, 12, dark(GRASS, 0.25), rng)
    for _ in range(int(pen.width / 50)):
        plant(pen, "fir tree", (rng.uniform(0, pen.width), rng.uniform(350, 372)), 50, dark(LEAF, 0.35), rng)
    hills(pen, 385, 8, GRASS, rng)


def desert(pen: Pen, rng: Random) -> None:
    hills(pen, 280, 26, mix(SAND, COLOURS["orange"], 0.25), rng)
    hills(pen, 320, 22, mix(SAND, COLOURS["orange"], 0.12), rng)
    hills(pen, 370, 16, SAND, rng)
    for _ in range(int(pen.width / 60)):
        x, y = rng.uniform(0, pen.width), rng.uniform(385, 470)
        pen.line([(x, y), (x + 30, y - 4), (x + 60, y)], dark(SAND, 0.15), width=2)


def snow_field(pen: Pen, rng: Random) -> None:
    hills(pen, 290, 26, (204, 218, 236), rng)
    for _ in range(int(pen.width / 90)):
        x, y, height = rng.uniform(0, pen.width), rng.uniform(300, 345), rng.uniform(80, 130)
        plant(pen, "fir tree", (x, y), height, mix(dark(LEAF, 0.2), SNOW, 0.35), rng)
    hills(pen, 345, 14, SNOW, rng)
    for _ in range(int(pen.width / 60)):
        x, y = rng.uniform(0, pen.width), rng.uniform(365, 470)
        pen.line([(x, y), (x + 34, y + 3), (x + 70, y)], (214, 226, 240), width=3)


def road(pen: Pen, rng: Random) -> None:
    hills(pen, 280, 28, mix(GRASS, COLOURS["blue"], 0.2), rng)
    hills(pen, 320, 12, GRASS, rng)
    for _ in range(int(pen.width / 120)):
        plant(
            pen, "tree", (rng.uniform(0, pen.width), rng.uniform(330, 352)), rng.uniform(90, 130), LEAF, rng
        )
    pen.rect(0, 362, pen.width, 452, (92, 92, 98))
    for x in range(10, int(pen.width), 80):
        pen.rect(x, 404, x + 44, 410, (240, 240, 236))
    _tufts(pen, 462, dark(GRASS), rng)


def park(pen: Pen, rng: Random) -> None:
    hills(pen, 300, 6, dark(GRASS, 0.1), rng)
    for k in range(int(pen.width / 110) + 1):
        plant(
            pen, "tree", (k * 110 + rng.uniform(-20, 40), 326), rng.uniform(150, 200), light(LEAF, 0.08), rng
        )
    pen.rect(0, 322, pen.width, pen.height, GRASS)
    for k in range(int(pen.width / 70) + 1):
        plant(pen, "bush", (k * 70 + rng.uniform(-10, 10), 342), 36, dark(LEAF, 0.1), rng)
    pen.shape([(0, 400), (pen.width, 388), (pen.width, 432), (0, 452)], (224, 206, 168))


COUNTRY = (
    Place(name="field", paint=field, words=("fields", "countryside")),
    Place(name="meadow", paint=meadow, words=("flower meadow",), floor=(0.78, 0.95)),
    Place(name="farm", paint=farm, words=("farmyard",)),
    Place(name="forest", paint=forest, words=("woods", "wood"), floor=(0.84, 0.96)),
    Place(name="mountains", paint=mountains, words=("alps",), floor=(0.84, 0.96)),
    Place(name="desert", paint=desert, words=("sand dunes",), floor=(0.82, 0.96)),
    Place(name="snow", paint=snow_field, words=("snowy field", "winter"), floor=(0.8, 0.96)),
    Place(name="road", paint=road, words=("country road",), floor=(0.83, 0.93)),
    Place(name="park", paint=park, words=("garden",), floor=(0.84, 0.95)),
)
