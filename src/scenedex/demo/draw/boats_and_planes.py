"""Vehicles on water and in the air, facing right."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, GLASS, GREY, LAMPLIGHT, STEEL, WHITE, WOOD, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

TYRE: Rgb = (34, 34, 38)


def sailboat(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(88, 4, 92, 128, WOOD)
    pen.shape([(96, 8), (96, 116), (158, 116)], WHITE)
    pen.shape([(84, 22), (84, 116), (34, 116)], light(colour, 0.55))
    pen.shape([(10, 128), (174, 128), (146, 162), (34, 162)], colour)
    pen.shape([(14, 134), (170, 134), (166, 140), (18, 140)], WHITE)


def ship(pen: Pen, colour: Rgb, rng: Random) -> None:
    for k in range(4):
        pen.disc(108 - 18 * k + rng.uniform(-3, 3), 18 - 2 * k, 8 + 2 * k, (206, 206, 210))
    pen.rect(112, 24, 140, 58, colour)
    pen.rect(112, 24, 140, 34, BLACK)
    pen.rect(50, 56, 190, 78, WHITE, radius=3)
    pen.rect(34, 76, 214, 98, WHITE, radius=3)
    for x in range(46, 206, 18):
        pen.disc(x, 87, 5, GLASS)
    for x in range(60, 180, 22):
        pen.rect(x, 61, x + 14, 72, GLASS, radius=2)
    pen.shape([(4, 96), (254, 96), (226, 138), (26, 138)], colour)
    pen.shape([(18, 124), (236, 124), (226, 138), (26, 138)], dark(colour, 0.4))


def rowing_boat(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(60, 18), (24, 62)], WOOD, width=4)
    pen.oval(22, 64, 6, 10, WOOD)
    pen.blob([(4, 22), (50, 32), (110, 32), (156, 18), (138, 58), (90, 66), (30, 60)], colour)
    pen.line([(10, 27), (50, 36), (110, 36), (150, 24)], light(colour, 0.5), width=5)
    pen.line([(100, 14), (74, 62)], WOOD, width=4)
    pen.oval(72, 64, 6, 9, WOOD)


def submarine(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(112, 30), (112, 6), (126, 6)], GREY, width=5)
    pen.rect(82, 26, 134, 60, dark(colour, 0.15), radius=8)
    pen.oval(112, 76, 98, 32, colour)
    for x in (70, 112, 154):
        pen.disc(x, 74, 12, STEEL)
        pen.disc(x, 74, 8, GLASS)
    pen.shape([(18, 76), (2, 54), (2, 98)], dark(colour, 0.3))


def plane(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(96, 46), (60, 6), (82, 6), (136, 46)], dark(colour, 0.1))
    pen.shape([(22, 46), (4, 8), (28, 10), (60, 44)], colour)
    pen.blob([(8, 44), (60, 36), (180, 36), (222, 50), (180, 66), (60, 66)], WHITE)
    pen.rect(34, 54, 196, 60, colour)
    for x in range(62, 180, 14):
        pen.rect(x, 43, x + 7, 51, dark(GLASS, 0.35), radius=2)
    pen.shape([(194, 40), (212, 46), (196, 48)], dark(GLASS, 0.4))
    pen.shape([(92, 60), (44, 104), (72, 104), (140, 60)], colour)
    pen.rect(72, 80, 100, 94, STEEL, radius=6)


def helicopter(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(40, 6, 196, 11, BLACK)
    pen.rect(114, 8, 122, 28, BLACK)
    pen.shape([(90, 44), (10, 34), (10, 44), (92, 64)], dark(colour, 0.1))
    pen.disc(14, 34, 14, STEEL)
    pen.disc(14, 34, 4, BLACK)
    pen.oval(124, 56, 50, 32, colour)
    pen.pie(124, 54, 44, 26, GLASS, angles=(-80, 10))
    pen.line([(84, 102), (172, 102)], BLACK, width=5)
    pen.line([(104, 84), (98, 102)], BLACK, width=4)
    pen.line([(146, 84), (154, 102)], BLACK, width=4)


def hot_air_balloon(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.oval(60, 58, 54, 56, colour)
    pen.oval(60, 58, 30, 56, light(colour, 0.55))
    pen.oval(60, 58, 10, 56, colour)
    pen.shape([(20, 94), (100, 94), (74, 124), (46, 124)], dark(colour, 0.15))
    pen.line([(47, 122), (48, 140)], WOOD, width=2)
    pen.line([(73, 122), (72, 140)], WOOD, width=2)
    pen.rect(44, 138, 76, 158, WOOD, radius=4)


def rocket(pen: Pen, colour: Rgb, rng: Random) -> None:
    sway = rng.uniform(-4, 4)
    pen.shape([(28, 136), (72, 136), (50 + sway, 186)], (250, 140, 30))
    pen.shape([(38, 136), (62, 136), (50 + sway, 164)], LAMPLIGHT)
    pen.shape([(26, 84), (4, 136), (28, 126)], colour)
    pen.shape([(74, 84), (96, 136), (72, 126)], colour)
    pen.blob([(50, 2), (76, 56), (74, 130), (26, 130), (24, 56)], WHITE)
    pen.shape([(50, 4), (70, 38), (30, 38)], colour)
    pen.disc(50, 66, 15, STEEL)
    pen.disc(50, 66, 11, GLASS)
    pen.rect(27, 112, 73, 128, colour)


BOATS_AND_PLANES = (
    Thing(
        name="sailing boat",
        paint=sailboat,
        grid=(184, 166),
        words=("sailboat", "yacht"),
        lives="water",
        height=0.38,
    ),
    Thing(
        name="ship", paint=ship, grid=(260, 140), words=("steamer", "ocean liner"), lives="water", height=0.35
    ),
    Thing(
        name="rowing boat", paint=rowing_boat, grid=(160, 76), words=("rowboat",), lives="water", height=0.16
    ),
    Thing(name="submarine", paint=submarine, grid=(214, 112), lives="water", height=0.28),
    Thing(
        name="plane", paint=plane, grid=(228, 110), words=("airplane", "aeroplane"), lives="air", height=0.24
    ),
    Thing(name="helicopter", paint=helicopter, grid=(204, 108), lives="air", height=0.24),
    Thing(name="hot air balloon", paint=hot_air_balloon, grid=(120, 160), lives="air", height=0.42),
    Thing(name="rocket", paint=rocket, grid=(100, 188), words=("spaceship",), lives="air", height=0.5),
)
