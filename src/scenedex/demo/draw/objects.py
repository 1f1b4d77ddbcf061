"""Things that people own, sit on, play and wear."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import (
    BLACK,
    COLOURS,
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


def ball(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.disc(50, 50, 47, colour)
    pen.oval(50, 50, 18, 47, light(colour, 0.6))
    pen.disc(50, 50, 10, colour)
    pen.disc(34, 28, 7, light(colour, 0.75))


def football(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.disc(50, 50, 48, dark(colour, 0.25))
    pen.disc(50, 50, 46, colour)
    patch = BLACK if sum(colour) > 250 else WHITE
    pen.shape([(50, 32), (67, 44), (60, 64), (40, 64), (33, 44)], patch)
    for x, y in ((50, 9), (90, 40), (75, 86), (25, 86), (10, 40)):
        pen.line([(50 + (x - 50) * 0.45, 50 + (y - 50) * 0.45), (x, y)], patch, width=2)
        pen.disc(x, y, 8, patch)


def umbrella(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(80, 20), (80, 142)], WOOD, width=5)
    pen.arc(68, 142, 12, WOOD, width=5, angles=(0, 180))
    pen.pie(80, 76, 74, 66, colour, angles=(180, 360))
    pen.pie(80, 76, 30, 66, light(colour, 0.35), angles=(180, 360))
    pen.line([(80, 12), (80, 4)], WOOD, width=5)


def book(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(80, 22), (8, 10), (8, 92), (80, 106)], colour)
    pen.shape([(80, 22), (152, 10), (152, 92), (80, 106)], dark(colour, 0.15))
    pen.shape([(80, 20), (16, 8), (16, 84), (80, 98)], WHITE)
    pen.shape([(80, 20), (144, 8), (144, 84), (80, 98)], (232, 230, 224))
    for y in range(28, 80, 12):
        pen.line([(26, y - 5), (70, y + 4)], GREY, width=2)
        pen.line([(90, y + 4), (134, y - 5)], GREY, width=2)


def kite(pen: Pen, colour: Rgb, rng: Random) -> None:
    tail = [(60, 116), (46, 134), (70, 150), (54, 168)]
    pen.line(tail, GREY, width=2)
    for x, y in tail[1:]:
        pen.shape([(x - 9, y - 5), (x + 9, y + 5), (x + 9, y - 5), (x - 9, y + 5)], light(colour, 0.3))
    pen.shape([(60, 4), (108, 48), (60, 118), (12, 48)], colour)
    pen.shape([(60, 4), (108, 48), (60, 48)], light(colour, 0.5))
    pen.shape([(12, 48), (60, 48), (60, 118)], light(colour, 0.3))


def guitar(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(94, 34, 186, 46, (92, 60, 34))
    pen.rect(182, 28, 208, 52, (60, 40, 26), radius=4)
    pen.blob([(8, 40), (28, 6), (62, 18), (96, 12), (112, 40), (96, 68), (62, 62), (28, 74)], colour)
    pen.disc(74, 40, 14, (50, 34, 24))
    pen.rect(26, 32, 32, 48, (50, 34, 24))
    for y in (37, 40, 43):
        pen.line([(30, y), (184, y)], WHITE, width=0.8)


def drum(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(10, 46, 130, 114, colour)
    pen.oval(70, 114, 60, 16, colour)
    for x in range(16, 124, 27):
        pen.line([(x, 54), (x + 13, 118), (x + 26, 54)], LAMPLIGHT, width=3)
    pen.oval(70, 46, 62, 18, WOOD)
    pen.oval(70, 44, 56, 15, WHITE)
    pen.line([(60, 42), (16, 8)], WOOD, width=5)
    pen.line([(84, 42), (126, 6)], WOOD, width=5)


def toy_balloon(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(44, 110), (50, 130), (40, 150), (46, 174)], GREY, width=2)
    pen.blob([(44, 4), (80, 30), (76, 78), (44, 108), (12, 78), (8, 30)], colour)
    pen.shape([(44, 102), (36, 114), (52, 114)], dark(colour, 0.15))
    pen.oval(28, 34, 7, 13, light(colour, 0.6))


def suitcase(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(58, 8, 102, 34, BLACK, radius=8)
    pen.rect(66, 16, 94, 34, light(colour, 0.6))
    pen.rect(8, 28, 152, 118, colour, radius=10)
    for x in (34, 114):
        pen.rect(x, 28, x + 12, 118, dark(colour, 0.35))
        pen.rect(x - 1, 56, x + 13, 66, LAMPLIGHT)


def ladder(pen: Pen, colour: Rgb, rng: Random) -> None:
    for y in range(24, 190, 24):
        pen.rect(12, y, 58, y + 6, dark(colour, 0.15))
    for x in (8, 54):
        pen.rect(x, 4, x + 8, 198, colour)


def flag(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(10, 4, 16, 156, WOOD)
    pen.disc(13, 6, 6, LAMPLIGHT)
    pen.blob([(16, 14), (50, 20), (86, 8), (128, 16), (128, 70), (86, 62), (50, 76), (16, 70)], colour)


def bench(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (22, 150):
        pen.line([(x, 100), (x + 4, 56), (x, 10)], BLACK, width=7)
        pen.line([(x + 18, 100), (x + 14, 62)], BLACK, width=7)
    for y in (12, 30, 56, 68):
        pen.rect(4, y, 192, y + 10, colour, radius=3)


def snowman(pen: Pen, colour: Rgb, rng: Random) -> None:
    snow = (248, 250, 254)
    for x in (-1, 1):
        pen.line([(60 + x * 30, 84), (60 + x * 56, 62)], WOOD, width=4)
    for y, radius in ((142, 42), (88, 32), (46, 24)):
        pen.disc(60, y, radius + 1.5, (206, 216, 230))
        pen.disc(60, y, radius, snow)
    pen.rect(32, 22, 88, 28, BLACK, radius=3)
    pen.rect(42, 2, 78, 26, BLACK)
    for x in (52, 68):
        pen.disc(x, 42, 3, BLACK)
    pen.shape([(60, 46), (84, 51), (60, 54)], COLOURS["orange"])
    pen.rect(38, 62, 82, 72, colour, radius=5)
    pen.rect(70, 66, 82, 98, colour, radius=4)
    for y in (84, 98):
        pen.disc(58, y, 3, BLACK)


def hat(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.oval(80, 82, 76, 16, colour)
    pen.blob([(38, 82), (40, 30), (60, 8), (80, 16), (100, 8), (120, 30), (122, 82)], colour)
    pen.rect(38, 64, 122, 80, dark(colour, 0.45))


def present(pen: Pen, colour: Rgb, rng: Random) -> None:
    ribbon = LAMPLIGHT if colour[2] > 90 or colour[1] < 120 else COLOURS["red"]
    pen.rect(12, 52, 118, 132, colour)
    pen.rect(4, 34, 126, 60, dark(colour, 0.15), radius=3)
    pen.rect(56, 34, 74, 132, ribbon)
    for x in (44, 86):
        pen.oval(x, 22, 21, 13, ribbon)
        pen.oval(x, 22, 11, 6, dark(ribbon, 0.3))
    pen.disc(65, 28, 8, ribbon)


def key(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.ring(36, 40, 32, colour, width=13)
    pen.rect(64, 34, 170, 46, colour)
    for x in (136, 154):
        pen.rect(x, 44, x + 10, 66, colour)


def camera(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(50, 6, 104, 32, dark(colour, 0.2), radius=5)
    pen.rect(6, 24, 156, 112, colour, radius=10)
    pen.disc(80, 68, 36, STEEL)
    pen.disc(80, 68, 28, BLACK)
    pen.disc(72, 60, 9, GLASS)
    pen.rect(122, 34, 146, 48, LAMPLIGHT, radius=3)


def shoe(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(10, 20), (54, 18), (78, 46), (136, 62), (146, 84), (10, 84)], colour)
    pen.rect(6, 80, 150, 94, WHITE, radius=6)
    for x, y in ((62, 30), (74, 42), (88, 50)):
        pen.line([(x - 8, y + 8), (x + 4, y - 4)], WHITE, width=4)


OBJECTS = (
    Thing(name="ball", paint=ball, grid=(100, 100), words=("beach ball",), height=0.12),
    Thing(name="football", paint=football, grid=(100, 100), words=("soccer ball",), height=0.1),
    Thing(name="umbrella", paint=umbrella, grid=(160, 158), words=("parasol",), height=0.34),
    Thing(name="book", paint=book, grid=(160, 110), lives="indoors", height=0.2),
    Thing(name="kite", paint=kite, grid=(120, 176), lives="air", height=0.32),
    Thing(name="guitar", paint=guitar, grid=(212, 82), lives="indoors", height=0.18),
    Thing(name="drum", paint=drum, grid=(140, 132), lives="indoors", height=0.26),
    Thing(
        name="balloon", paint=toy_balloon, grid=(88, 178), words=("toy balloon",), lives="air", height=0.32
    ),
    Thing(name="suitcase", paint=suitcase, grid=(160, 120), words=("luggage",), height=0.2),
    Thing(name="ladder", paint=ladder, grid=(70, 200), height=0.5),
    Thing(name="flag", paint=flag, grid=(136, 158), height=0.4),
    Thing(name="bench", paint=bench, grid=(196, 106), height=0.22),
    Thing(name="snowman", paint=snowman, grid=(120, 186), height=0.42),
    Thing(name="hat", paint=hat, grid=(160, 100), words=("cap",), lives="indoors", height=0.18),
    Thing(
        name="present", paint=present, grid=(130, 134), words=("gift", "parcel"), lives="indoors", height=0.24
    ),
    Thing(name="key", paint=key, grid=(174, 76), lives="indoors", height=0.14),
    Thing(name="camera", paint=camera, grid=(162, 114), lives="indoors", height=0.22),
    Thing(name="shoe", paint=shoe, grid=(156, 98), words=("trainer",), lives="indoors", height=0.16),
)
