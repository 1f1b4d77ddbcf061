"""Places at the water and under it, and the space above."""

import math
from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import COLOURS, LEAF, STEEL, WHITE, WOOD, Rgb, dark, light, mix
from scenedex.demo.draw.country import GRASS, SAND, hills, plant
from scenedex.demo.draw.place import Place

WATER: Rgb = (42, 116, 178)


def water(pen: Pen, y0: float, y1: float, rng: Random) -> None:
    """Water between two heights, with ripples that grow towards the viewer."""
    bands = 12
    for k in range(bands):
        top = y0 + (y1 - y0) * k / bands
        pen.rect(0, top, pen.width, y1, mix(light(WATER, 0.25), dark(WATER, 0.15), k / bands))
    for _ in range(int(pen.width / 9)):
        share = rng.random() ** 1.3
        x, y, size = rng.uniform(0, pen.width), y0 + 6 + (y1 - y0 - 10) * share, 8 + 22 * share
        pen.line([(x - size, y), (x, y - size / 8), (x + size, y)], light(WATER, 0.45), width=1 + 1.6 * share)


def sea(pen: Pen, rng: Random) -> None:
    water(pen, 230, 480, rng)


def beach(pen: Pen, rng: Random) -> None:
    water(pen, 230, 350, rng)
    crest = [(x, 346 + 5 * math.sin(x / 46)) for x in range(-20, int(pen.width) + 40, 12)]
    pen.shape([*crest, (pen.width + 40, 480), (-20, 480)], WHITE)
    pen.shape([*((x, y + 8) for x, y in crest), (pen.width + 40, 480), (-20, 480)], SAND)
    for _ in range(int(pen.width / 14)):
        pen.oval(rng.uniform(0, pen.width), rng.uniform(368, 476), 3, 1.5, dark(SAND, 0.2))


def harbour(pen: Pen, rng: Random) -> None:
    hills(pen, 250, 12, (128, 152, 120), rng)
    x, shades = 10.0, [COLOURS[name] for name in ("red", "yellow", "white", "blue", "orange")]
    while x < pen.width:
        pen.rect(x, 190 + rng.uniform(-16, 10), x + 56, 262, mix(rng.choice(shades), WHITE, 0.25))
        for wx in (x + 10, x + 34):
            pen.rect(wx, 212, wx + 12, 228, (70, 84, 104))
        x += 62
    pen.rect(0, 258, pen.width, 274, (150, 146, 140))
    water(pen, 272, 430, rng)
    pen.rect(0, 424, pen.width, 480, (170, 160, 146))
    pen.rect(0, 424, pen.width, 434, (120, 112, 102))
    for k in range(int(pen.width / 150) + 1):
        pen.rect(k * 150 + 40, 404, k * 150 + 54, 430, STEEL, radius=4)


def river(pen: Pen, rng: Random) -> None:
    hills(pen, 270, 20, dark(GRASS, 0.15), rng)
    for _ in range(int(pen.width / 70)):
        plant(
            pen, "tree", (rng.uniform(0, pen.width), rng.uniform(290, 312)), rng.uniform(80, 130), LEAF, rng
        )
    pen.rect(0, 312, pen.width, 480, GRASS)
    water(pen, 322, 436, rng)
    for _ in range(int(pen.width / 22)):
        x = rng.uniform(0, pen.width)
        pen.line([(x, 446), (x + 4, 418)], dark(LEAF, 0.1), width=3)


def underwater(pen: Pen, rng: Random) -> None:
    for k in range(24):
        pen.rect(0, 20 * k, pen.width, 480, mix((76, 188, 220), (10, 48, 110), k / 23))
    hills(pen, 430, 10, mix(SAND, WATER, 0.35), rng)
    for _ in range(int(pen.width / 48)):
        x, height = rng.uniform(0, pen.width), rng.uniform(50, 150)
        weed = [(x + 9 * math.sin(k), 452 - height * k / 6) for k in range(7)]
        pen.line(weed, mix(LEAF, WATER, rng.uniform(0, 0.4)), width=9)
    for _ in range(int(pen.width / 30)):
        pen.ring(
            rng.uniform(0, pen.width), rng.uniform(20, 400), rng.uniform(3, 8), (190, 230, 246), width=1.5
        )


def space(pen: Pen, rng: Random) -> None:
    for k in range(24):
        pen.rect(0, 20 * k, pen.width, 480, mix((6, 6, 22), (36, 18, 66), k / 23))
    for _ in range(int(pen.width / 4)):
        pen.disc(
            rng.uniform(0, pen.width), rng.uniform(0, 480), rng.choice((0.8, 1.0, 1.5, 2.2)), (236, 236, 250)
        )


def pier(pen: Pen, rng: Random) -> None:
    water(pen, 250, 400, rng)
    pen.rect(0, 392, pen.width, 480, WOOD)
    for x in range(0, int(pen.width), 34):
        pen.rect(x, 392, x + 2, 480, dark(WOOD, 0.35))
    for x in range(20, int(pen.width), 170):
        pen.rect(x, 340, x + 12, 400, dark(WOOD, 0.3))


WATERS = (
    Place(name="sea", paint=sea, words=("ocean",), floor=(0.6, 0.9), water=(0.6, 0.9)),
    Place(name="beach", paint=beach, words=("shore", "seaside"), floor=(0.82, 0.95), water=(0.55, 0.68)),
    Place(name="harbour", paint=harbour, words=("port",), floor=(0.92, 0.98), water=(0.66, 0.86)),
    Place(name="pier", paint=pier, words=("jetty",), floor=(0.86, 0.97), water=(0.58, 0.78)),
    Place(name="river", paint=river, words=("stream",), floor=(0.93, 0.98), water=(0.74, 0.88)),
    Place(
        name="underwater",
        paint=underwater,
        words=("under the sea",),
        floor=(0.3, 0.9),
        water=(0.25, 0.85),
        indoors=True,
    ),
    Place(name="space", paint=space, words=("outer space",), floor=(0.4, 0.8), indoors=True),
)
