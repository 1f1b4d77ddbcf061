"""Places in towns."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import COLOURS, GREY, LAMPLIGHT, LEAF, STEEL, WHITE, Rgb, dark, light, mix
from scenedex.demo.draw.country import GRASS, hills, plant
from scenedex.demo.draw.place import Place

ASPHALT: Rgb = (84, 86, 92)
PAVEMENT: Rgb = (186, 182, 174)
FACADES: tuple[Rgb, ...] = ((206, 130, 96), (222, 196, 150), (160, 96, 80), (146, 160, 170), (214, 174, 120))


def street(pen: Pen, rng: Random) -> None:
    x = -20.0
    while x < pen.width:
        width, top = rng.choice((96, 120, 144)), rng.uniform(70, 150)
        wall = rng.choice(FACADES)
        pen.rect(x, top, x + width, 352, wall)
        pen.rect(x - 3, top - 6, x + width + 3, top + 6, dark(wall, 0.3))
        for row in range(int((300 - top) / 46)):
            for k in range(int(width / 32)):
                wx, wy = x + 12 + 32 * k, top + 20 + 46 * row
                pen.rect(wx, wy, wx + 17, wy + 26, LAMPLIGHT if rng.random() < 0.2 else (96, 122, 142))
        pen.rect(x + width / 2 - 13, 304, x + width / 2 + 13, 352, dark(wall, 0.5))
        x += width + 2
    pen.rect(0, 350, pen.width, 386, PAVEMENT)
    pen.rect(0, 384, pen.width, 480, ASPHALT)
    for x in range(10, int(pen.width), 90):
        pen.rect(x, 428, x + 48, 434, WHITE)


def city(pen: Pen, rng: Random) -> None:
    for top, share, gap in ((120, 0.55, 46), (170, 0.3, 64)):
        x = -20.0
        while x < pen.width:
            width, roof = rng.uniform(38, 74), top + rng.uniform(-60, 60)
            wall = mix((70, 84, 116), (170, 190, 214), share + rng.uniform(-0.15, 0.15))
            pen.rect(x, roof, x + width, 400, wall)
            for wy in range(int(roof) + 10, 380, 18):
                for k in range(int(width / 14)):
                    if rng.random() < 0.6:
                        lit = rng.random() < 0.25
                        pen.rect(
                            x + 6 + 14 * k,
                            wy,
                            x + 12 + 14 * k,
                            wy + 9,
                            LAMPLIGHT if lit else light(wall, 0.25),
                        )
            x += gap + rng.uniform(-4, 20)
    pen.rect(0, 384, pen.width, 480, ASPHALT)
    pen.rect(0, 384, pen.width, 396, PAVEMENT)
    for x in range(10, int(pen.width), 90):
        pen.rect(x, 436, x + 48, 441, WHITE)


def village(pen: Pen, rng: Random) -> None:
    hills(pen, 270, 28, dark(GRASS, 0.15), rng)
    shades = [COLOURS[name] for name in ("white", "yellow", "pink", "orange")]
    plant(pen, "church", (pen.width * 0.5, 330), 190, (226, 218, 200), rng)
    for k in range(int(pen.width / 150) + 1):
        x = 70 + 150 * k + rng.uniform(-14, 14)
        if abs(x - pen.width * 0.5) > 80:
            plant(pen, "house", (x, 352 + rng.uniform(-16, 4)), 112, mix(rng.choice(shades), WHITE, 0.3), rng)
        plant(pen, "bush", (x + 76, 360), 34, LEAF, rng)
    pen.rect(0, 352, pen.width, 480, GRASS)
    pen.shape([(0, 396), (pen.width, 396), (pen.width, 446), (0, 446)], (210, 190, 150))


def station(pen: Pen, rng: Random) -> None:
    plant(pen, "station", (pen.width * 0.5, 330), 170, COLOURS["brown"], rng)
    for x in range(30, int(pen.width), 190):
        plant(pen, "street lamp", (x, 332), 150, (60, 64, 70), rng)
    pen.rect(0, 326, pen.width, 372, PAVEMENT)
    pen.rect(0, 362, pen.width, 374, COLOURS["yellow"])
    pen.rect(0, 374, pen.width, 480, (120, 110, 100))
    for x in range(0, int(pen.width), 30):
        pen.rect(x, 412, x + 14, 452, (92, 66, 44))
    for y in (414, 440):
        pen.rect(0, y, pen.width, y + 6, STEEL)


def stadium(pen: Pen, rng: Random) -> None:
    pen.rect(0, 90, pen.width, 320, (104, 112, 130))
    shades = list(COLOURS.values())
    for row in range(9):
        for k in range(int(pen.width / 13) + 1):
            x, y = 13 * k + (6 if row % 2 else 0), 116 + 21 * row
            pen.oval(x, y + 9, 6, 7, rng.choice(shades))
            pen.disc(x, y, 4, (236, 196, 160))
    pen.rect(0, 76, pen.width, 98, WHITE)
    pen.rect(0, 304, pen.width, 334, COLOURS["blue"])
    for k in range(int(pen.width / 90) + 2):
        pen.shape(
            [(k * 90 - 45, 332), (k * 90, 332), (k * 110 - 40, 480), (k * 110 - 95, 480)], (96, 176, 72)
        )
        pen.shape(
            [(k * 90, 332), (k * 90 + 45, 332), (k * 110 + 15, 480), (k * 110 - 40, 480)], (78, 156, 60)
        )
    pen.rect(0, 350, pen.width, 354, WHITE)


def building_site(pen: Pen, rng: Random) -> None:
    hills(pen, 330, 6, (188, 156, 110), rng)
    for k in range(5):
        for x in (0.3, 0.42, 0.54):
            pen.rect(pen.width * x, 90 + 50 * k, pen.width * x + 10, 345, GREY)
        pen.rect(pen.width * 0.28, 90 + 50 * k, pen.width * 0.58, 98 + 50 * k, GREY)
    yellow = COLOURS["yellow"]
    pen.rect(pen.width * 0.7, 30, pen.width * 0.7 + 12, 345, yellow)
    pen.rect(pen.width * 0.36, 36, pen.width * 0.8, 46, yellow)
    pen.line([(pen.width * 0.4, 46), (pen.width * 0.4, 84)], dark(GREY), width=2)
    pen.rect(0, 340, pen.width, 480, (188, 156, 110))
    for _ in range(int(pen.width / 20)):
        pen.oval(rng.uniform(0, pen.width), rng.uniform(350, 476), 6, 3, (160, 128, 88))


TOWNS = (
    Place(name="street", paint=street, words=("town",), floor=(0.82, 0.96)),
    Place(name="city", paint=city, words=("skyline", "big city"), floor=(0.84, 0.97)),
    Place(name="village", paint=village, words=("small town",), floor=(0.83, 0.93)),
    Place(name="station", paint=station, words=("platform", "railway station"), floor=(0.75, 0.94)),
    Place(name="stadium", paint=stadium, words=("football ground", "pitch"), floor=(0.78, 0.97)),
    Place(name="building site", paint=building_site, words=("construction site",), floor=(0.78, 0.96)),
)
