"""Places under a roof."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, COLOURS, GREY, STEEL, WHITE, WOOD, Rgb, dark, light, mix
from scenedex.demo.draw.country import plant
from scenedex.demo.draw.place import Place


def _window(pen: Pen, x: float, y: float, width: float, height: float) -> None:
    pen.rect(x - 8, y - 8, x + width + 8, y + height + 8, WHITE)
    pen.rect(x, y, x + width, y + height, (150, 204, 240))
    pen.rect(x + width / 2 - 3, y, x + width / 2 + 3, y + height, WHITE)
    pen.rect(x, y + height / 2 - 3, x + width, y + height / 2 + 3, WHITE)


def _walls(pen: Pen, wall: Rgb, boards: Rgb) -> None:
    pen.rect(0, 0, pen.width, 362, wall)
    pen.rect(0, 350, pen.width, 362, WHITE)
    pen.rect(0, 362, pen.width, 480, boards)
    for k in range(5):
        pen.line([(0, 374 + 24 * k), (pen.width, 374 + 24 * k)], dark(boards, 0.18), width=1.5)


def living_room(pen: Pen, rng: Random) -> None:
    _walls(pen, (226, 206, 178), (170, 122, 76))
    for k in range(0, int(pen.width), 24):
        pen.line([(k, 0), (k, 350)], (218, 196, 166), width=3)
    _window(pen, pen.width * 0.14, 70, 130, 150)
    pen.rect(pen.width * 0.62, 84, pen.width * 0.62 + 150, 190, WOOD)
    pen.rect(pen.width * 0.62 + 10, 94, pen.width * 0.62 + 140, 180, (206, 226, 214))
    plant(pen, "mountain", (pen.width * 0.62 + 75, 180), 66, (120, 140, 170), rng)
    pen.oval(pen.width * 0.5, 430, pen.width * 0.3, 34, (170, 70, 76))


def kitchen(pen: Pen, rng: Random) -> None:
    _walls(pen, (206, 226, 222), (196, 190, 180))
    for x in range(0, int(pen.width), 40):
        for y in range(170, 262, 30):
            pen.rect(x + 1, y + 1, x + 39, y + 29, (236, 244, 242))
    for x in range(0, int(pen.width), 132):
        pen.rect(x + 4, 20, x + 128, 130, mix(WOOD, WHITE, 0.25), radius=4)
        pen.disc(x + 112, 112, 5, STEEL)
    pen.rect(0, 262, pen.width, 284, (92, 92, 98))
    for x in range(0, int(pen.width), 132):
        pen.rect(x + 4, 286, x + 128, 400, mix(WOOD, WHITE, 0.25), radius=4)
        pen.rect(x + 44, 300, x + 88, 307, STEEL)
    pen.rect(pen.width * 0.6, 284, pen.width * 0.6 + 128, 400, STEEL)
    pen.rect(pen.width * 0.6 + 14, 312, pen.width * 0.6 + 114, 384, BLACK)


def bedroom(pen: Pen, rng: Random) -> None:
    _walls(pen, (184, 196, 226), (150, 116, 92))
    _window(pen, pen.width * 0.62, 66, 140, 150)
    for x in (pen.width * 0.62 - 40, pen.width * 0.62 + 132):
        pen.rect(x, 48, x + 48, 270, (120, 90, 160), radius=6)


def stage(pen: Pen, rng: Random) -> None:
    pen.rect(0, 0, pen.width, 480, (40, 26, 40))
    pen.shape([(pen.width * 0.5, -40), (pen.width * 0.86, 390), (pen.width * 0.14, 390)], (86, 64, 70))
    pen.rect(0, 372, pen.width, 480, (150, 100, 60))
    for k in range(int(pen.width / 40) + 1):
        pen.line([(k * 40, 372), (k * 52 - pen.width * 0.14, 480)], (124, 80, 46), width=2)
    for side in (0, 1):
        for k in range(5):
            x = k * 26 if side == 0 else pen.width - 26 * (k + 1)
            pen.rect(x, 0, x + 26, 400, dark((170, 30, 44), 0.12 * (k % 2)))
    for k in range(int(pen.width / 60) + 1):
        pen.pie(k * 60 + 30, 0, 34, 58, (190, 36, 50), angles=(0, 180))


def classroom(pen: Pen, rng: Random) -> None:
    _walls(pen, (232, 226, 200), (176, 140, 98))
    pen.rect(pen.width * 0.2, 60, pen.width * 0.8, 262, WOOD)
    pen.rect(pen.width * 0.2 + 9, 69, pen.width * 0.8 - 9, 253, (40, 84, 66))
    for k, width in enumerate((0.3, 0.22, 0.36)):
        y = 108 + 44 * k
        pen.line([(pen.width * 0.26, y), (pen.width * (0.26 + width), y)], light(GREY, 0.5), width=4)


def workshop(pen: Pen, rng: Random) -> None:
    _walls(pen, (150, 140, 132), (120, 112, 106))
    pen.rect(pen.width * 0.1, 60, pen.width * 0.55, 220, mix(WOOD, WHITE, 0.3))
    for k, name in enumerate(("red", "yellow", "blue", "green", "orange")):
        x = pen.width * 0.13 + k * pen.width * 0.085
        pen.rect(x, 84, x + 12, 140, COLOURS[name], radius=4)
        pen.rect(x + 2, 140, x + 10, 200, STEEL)
    _window(pen, pen.width * 0.68, 70, 150, 120)
    pen.rect(0, 318, pen.width * 0.5, 336, WOOD)
    for x in (20, pen.width * 0.46):
        pen.rect(x, 336, x + 16, 420, dark(WOOD, 0.3))


ROOMS = (
    Place(name="living room", paint=living_room, words=("room", "parlour"), floor=(0.8, 0.95), indoors=True),
    Place(name="kitchen", paint=kitchen, words=("cooking",), floor=(0.56, 0.58), indoors=True),
    Place(name="bedroom", paint=bedroom, floor=(0.82, 0.95), indoors=True),
    Place(name="stage", paint=stage, words=("theatre", "concert"), floor=(0.84, 0.94), indoors=True),
    Place(name="classroom", paint=classroom, words=("school",), floor=(0.8, 0.95), indoors=True),
    Place(name="workshop", paint=workshop, words=("garage",), floor=(0.8, 0.95), indoors=True),
)
