"""What stands in rooms."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import (
    BLACK,
    GLASS,
    GREY,
    LAMPLIGHT,
    STEEL,
    WHITE,
    WOOD,
    Rgb,
    dark,
    light,
)
from scenedex.demo.draw.thing import Thing


def chair(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(14, 6, 26, 146, WOOD)
    pen.rect(14, 8, 28, 70, colour, radius=5)
    for x in (14, 84):
        pen.rect(x, 80, x + 10, 146, WOOD)
    pen.rect(8, 70, 98, 88, colour, radius=6)


def armchair(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (24, 114):
        pen.rect(x, 110, x + 12, 124, WOOD)
    pen.rect(26, 6, 124, 100, dark(colour, 0.12), radius=22)
    pen.rect(30, 64, 120, 112, light(colour, 0.15), radius=10)
    for x in (6, 114):
        pen.rect(x, 48, x + 30, 114, colour, radius=13)


def table(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (20, 168):
        pen.rect(x, 20, x + 12, 100, dark(colour, 0.3))
    pen.rect(6, 10, 194, 26, colour, radius=4)


def bed(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (6, 204):
        pen.rect(x, 66 if x > 100 else 10, x + 12, 110, WOOD, radius=3)
    pen.rect(10, 78, 212, 98, WOOD)
    pen.rect(18, 54, 206, 80, WHITE, radius=6)
    pen.rect(22, 40, 74, 62, (232, 236, 244), radius=9)
    pen.rect(76, 48, 206, 84, colour, radius=9)


def lamp(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(30, 6), (70, 6), (92, 60), (8, 60)], colour)
    pen.oval(50, 62, 20, 6, LAMPLIGHT)
    pen.rect(46, 62, 54, 124, STEEL)
    pen.rect(24, 120, 76, 130, STEEL, radius=5)


def clock(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.disc(60, 60, 57, colour)
    pen.disc(60, 60, 45, WHITE)
    for dx, dy in ((0, 40), (0, -40), (40, 0), (-40, 0)):
        pen.disc(60 + dx, 60 + dy, 3, BLACK)
    pen.line([(60, 60), (60, 28)], BLACK, width=4)
    pen.line([(60, 60), (82, 70)], BLACK, width=5)


def cup(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (38, 58):
        pen.line([(x, 28), (x + 6, 20), (x, 12), (x + 6, 4)], (220, 222, 226), width=4)
    pen.ring(88, 66, 18, colour, width=8)
    pen.shape([(12, 38), (88, 38), (80, 106), (20, 106)], colour)
    pen.oval(50, 39, 38, 7, (92, 58, 36))


def bottle(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(20, 10, 40, 60, colour)
    pen.rect(18, 4, 42, 14, (210, 180, 120))
    pen.blob([(20, 46), (40, 46), (54, 74), (54, 148), (6, 148), (6, 74)], colour)
    pen.rect(7, 92, 53, 126, (244, 236, 214))


def piano(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(10, 6, 180, 76, colour, radius=4)
    pen.rect(4, 74, 186, 96, dark(colour, 0.2))
    pen.rect(12, 74, 178, 88, WHITE)
    for k in range(14):
        pen.rect(18 + 11.6 * k, 74, 23 + 11.6 * k, 82, BLACK)
    for x in (14, 164):
        pen.rect(x, 96, x + 12, 136, dark(colour, 0.2))
    pen.rect(66, 26, 124, 60, WHITE)


def television(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(60, 6), (84, 30), (108, 6)], GREY, width=3)
    pen.rect(8, 28, 162, 124, colour, radius=10)
    pen.rect(20, 40, 124, 112, GLASS, radius=8)
    pen.shape([(20, 104), (64, 60), (92, 92), (104, 80), (124, 104), (124, 112), (20, 112)], (90, 160, 90))
    for y in (54, 78):
        pen.disc(143, y, 8, STEEL)
    for x in (30, 128):
        pen.rect(x, 122, x + 12, 136, BLACK)


def computer(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(26, 6, 154, 92, colour, radius=6)
    pen.rect(34, 14, 146, 84, (30, 46, 70))
    for k, width in enumerate((60, 84, 44, 72)):
        pen.rect(42, 24 + 14 * k, 42 + width, 30 + 14 * k, (120, 220, 160))
    pen.shape([(20, 94), (160, 94), (178, 116), (2, 116)], light(colour, 0.25))
    for y in (98, 104, 110):
        pen.line([(28, y), (152, y)], dark(colour, 0.2), width=2)


def telephone(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(34, 50), (106, 50), (132, 104), (8, 104)], colour)
    pen.disc(70, 78, 22, WHITE)
    pen.disc(70, 78, 9, colour)
    pen.line([(24, 30), (40, 20), (100, 20), (116, 30)], dark(colour, 0.2), width=16)
    for x in (22, 118):
        pen.oval(x, 36, 15, 12, dark(colour, 0.2))


def candle(pen: Pen, colour: Rgb, rng: Random) -> None:
    lean = rng.uniform(-3, 3)
    pen.blob([(40 + lean, 4), (52, 30), (40, 44), (28, 30)], (250, 160, 40))
    pen.blob([(40 + lean, 18), (46, 32), (40, 42), (34, 32)], (255, 240, 160))
    pen.rect(39, 40, 41, 52, BLACK)
    pen.rect(24, 50, 56, 124, colour, radius=4)
    pen.oval(40, 126, 34, 8, STEEL)


FURNITURE = (
    Thing(name="chair", paint=chair, grid=(106, 150), lives="indoors", height=0.34),
    Thing(
        name="armchair",
        paint=armchair,
        grid=(150, 126),
        words=("sofa", "couch"),
        lives="indoors",
        height=0.36,
    ),
    Thing(name="table", paint=table, grid=(200, 102), words=("desk",), lives="indoors", height=0.3),
    Thing(name="bed", paint=bed, grid=(222, 112), lives="indoors", height=0.3),
    Thing(name="lamp", paint=lamp, grid=(100, 132), lives="indoors", height=0.28, glows=True),
    Thing(name="clock", paint=clock, grid=(120, 120), lives="indoors", height=0.22),
    Thing(name="cup", paint=cup, grid=(112, 110), words=("mug", "coffee"), lives="indoors", height=0.2),
    Thing(name="bottle", paint=bottle, grid=(60, 156), lives="indoors", height=0.28),
    Thing(name="piano", paint=piano, grid=(190, 138), lives="indoors", height=0.38),
    Thing(name="television", paint=television, grid=(170, 138), words=("TV",), lives="indoors", height=0.32),
    Thing(name="computer", paint=computer, grid=(180, 120), words=("laptop",), lives="indoors", height=0.28),
    Thing(name="telephone", paint=telephone, grid=(140, 112), words=("phone",), lives="indoors", height=0.2),
    Thing(name="candle", paint=candle, grid=(80, 136), lives="indoors", height=0.24, glows=True),
)
