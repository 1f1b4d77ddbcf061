"""Things to eat."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import COLOURS, LAMPLIGHT, LEAF, WHITE, WOOD, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

CRUST: Rgb = (206, 146, 78)


def apple(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(60, 34), (64, 8)], WOOD, width=6)
    pen.blob([(66, 20), (84, 4), (104, 8), (88, 24)], LEAF)
    pen.blob(
        [
            (60, 34),
            (88, 26),
            (110, 50),
            (100, 96),
            (74, 116),
            (60, 110),
            (46, 116),
            (20, 96),
            (10, 50),
            (32, 26),
        ],
        colour,
    )
    pen.oval(34, 56, 8, 15, light(colour, 0.45))


def pear(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(50, 24), (54, 4)], WOOD, width=6)
    pen.blob(
        [(50, 18), (68, 34), (72, 64), (94, 98), (76, 136), (24, 136), (6, 98), (28, 64), (32, 34)], colour
    )
    pen.oval(30, 94, 8, 18, light(colour, 0.4))


def banana(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob(
        [(8, 22), (22, 12), (50, 56), (96, 66), (140, 40), (148, 50), (124, 90), (80, 108), (30, 84)], colour
    )
    pen.line([(22, 40), (54, 76), (100, 82), (138, 54)], dark(colour, 0.15), width=3)
    pen.disc(14, 16, 8, (96, 66, 36))
    pen.disc(146, 44, 5, (96, 66, 36))


def cherries(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x, y in ((30, 94), (86, 102)):
        pen.line([(66, 8), (x + 6, 40), (x, y - 14)], LEAF, width=4)
        pen.disc(x, y, 25, colour)
        pen.oval(x - 9, y - 9, 5, 7, light(colour, 0.6))
    pen.blob([(66, 8), (92, 4), (112, 20), (86, 26)], LEAF)


def strawberry(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(52, 22), (92, 28), (96, 62), (70, 108), (52, 120), (34, 108), (8, 62), (12, 28)], colour)
    for k, y in enumerate((42, 58, 74, 90)):
        for x in range(28 + 6 * (k % 2) + 5 * (k // 2), 82 - 6 * (k // 2), 15):
            pen.oval(x, y, 2, 3, LAMPLIGHT)
    pen.shape(
        [(52, 2), (60, 16), (84, 14), (70, 28), (76, 40), (52, 32), (28, 40), (34, 28), (20, 14), (44, 16)],
        LEAF,
    )


def grapes(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(58, 4), (58, 30)], WOOD, width=5)
    pen.blob([(62, 14), (92, 2), (106, 22), (76, 30)], LEAF)
    for row, count in enumerate((4, 3, 4, 3, 2, 1)):
        for k in range(count):
            x = 58 + (k - (count - 1) / 2) * 25
            pen.disc(x, 42 + 20 * row, 14, dark(colour, rng.uniform(0, 0.2)))
            pen.disc(x - 4, 38 + 20 * row, 3, light(colour, 0.5))


def melon(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.pie(80, 16, 76, 72, LEAF, angles=(0, 180))
    pen.pie(80, 16, 68, 63, (226, 240, 190), angles=(0, 180))
    pen.pie(80, 16, 62, 57, colour, angles=(0, 180))
    for x, y in ((44, 30), (66, 34), (94, 34), (116, 30), (56, 52), (80, 58), (104, 52)):
        pen.oval(x, y, 3, 5, (40, 30, 30))


def carrot(pen: Pen, colour: Rgb, rng: Random) -> None:
    for tip in ((122, 4), (138, 18), (146, 36)):
        pen.line([(104, 42), tip], LEAF, width=7)
    pen.blob([(88, 34), (112, 38), (114, 62), (60, 96), (6, 122), (40, 78)], colour)
    for x, y in ((86, 48), (66, 66), (46, 84)):
        pen.line([(x - 8, y - 4), (x + 4, y + 6)], dark(colour, 0.25), width=3)


def bread(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(12, 40), (40, 14), (120, 12), (158, 38), (158, 82), (80, 92), (12, 84)], CRUST)
    for x in (44, 78, 112):
        pen.blob([(x - 4, 26), (x + 10, 22), (x + 20, 54), (x + 4, 52)], light(CRUST, 0.45))


def cake(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.oval(90, 132, 86, 12, WHITE)
    pen.rect(22, 72, 158, 132, (238, 206, 150), radius=8)
    pen.rect(22, 94, 158, 104, colour)
    pen.rect(22, 60, 158, 82, colour, radius=8)
    for x in (36, 64, 92, 120, 146):
        pen.oval(x, 82, 10, 12, colour)
    for x in (56, 90, 124):
        pen.rect(x - 3, 30, x + 3, 62, WHITE)
        pen.oval(x, 20, 5, 10, (250, 170, 50))


def pizza(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.disc(70, 70, 67, CRUST)
    pen.disc(70, 70, 58, (250, 206, 96))
    for x, y in ((46, 46), (92, 42), (60, 82), (100, 80), (36, 84), (76, 110), (72, 60)):
        pen.disc(x + rng.uniform(-3, 3), y + rng.uniform(-3, 3), 10, COLOURS["red"])
    for _ in range(8):
        pen.oval(rng.uniform(30, 110), rng.uniform(30, 110), 6, 3, LEAF)
    pen.line([(70, 70), (132, 44)], dark(CRUST, 0.2), width=2)
    pen.line([(70, 70), (120, 116)], dark(CRUST, 0.2), width=2)


def burger(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(14, 86, 136, 116, CRUST, radius=14)
    pen.rect(10, 70, 140, 90, (96, 56, 36), radius=9)
    pen.shape([(10, 62), (140, 62), (128, 78), (104, 66), (76, 82), (48, 66), (24, 78)], LAMPLIGHT)
    pen.rect(6, 54, 144, 66, LEAF, radius=6)
    pen.pie(75, 58, 66, 52, CRUST, angles=(180, 360))
    for x, y in ((50, 30), (74, 18), (98, 30), (64, 42), (90, 44)):
        pen.oval(x, y, 4, 2.5, (250, 236, 200))


def ice_cream(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(20, 76), (80, 76), (50, 172)], CRUST)
    for k in range(4):
        pen.line([(26 + 14 * k, 78), (42 + 6 * k, 130)], dark(CRUST, 0.2), width=2)
    pen.disc(30, 64, 24, colour)
    pen.disc(70, 64, 24, light(colour, 0.5))
    pen.disc(50, 34, 27, dark(colour, 0.08))
    pen.disc(50, 8, 7, COLOURS["red"])


def cheese(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(6, 58), (120, 10), (154, 50), (6, 58)], light(LAMPLIGHT, 0.2))
    pen.shape([(6, 58), (154, 50), (154, 100), (6, 108)], (248, 196, 60))
    for x, y, radius in ((40, 82, 10), (84, 70, 7), (120, 82, 11), (70, 96, 6)):
        pen.disc(x, y, radius, (216, 158, 40))


def egg(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob(
        [(70, 8), (118, 20), (140, 62), (108, 96), (66, 90), (28, 102), (6, 64), (28, 24)], (252, 252, 248)
    )
    pen.disc(70, 54, 25, (250, 184, 40))
    pen.disc(62, 46, 6, (255, 230, 150))


FOOD = (
    Thing(name="apple", paint=apple, grid=(120, 120), lives="indoors", height=0.16),
    Thing(name="pear", paint=pear, grid=(100, 144), lives="indoors", height=0.18),
    Thing(name="banana", paint=banana, grid=(156, 114), lives="indoors", height=0.16),
    Thing(name="cherries", paint=cherries, grid=(116, 130), words=("cherry",), lives="indoors", height=0.16),
    Thing(name="strawberry", paint=strawberry, grid=(104, 124), lives="indoors", height=0.14),
    Thing(name="grapes", paint=grapes, grid=(116, 160), lives="indoors", height=0.2),
    Thing(name="watermelon", paint=melon, grid=(160, 92), words=("melon",), lives="indoors", height=0.18),
    Thing(name="carrot", paint=carrot, grid=(152, 128), lives="indoors", height=0.16),
    Thing(
        name="bread", paint=bread, grid=(168, 98), words=("loaf",), lives="indoors", height=0.16, tinted=False
    ),
    Thing(name="cake", paint=cake, grid=(180, 146), words=("birthday cake",), lives="indoors", height=0.28),
    Thing(name="pizza", paint=pizza, grid=(140, 140), lives="indoors", height=0.24, tinted=False),
    Thing(
        name="burger",
        paint=burger,
        grid=(150, 120),
        words=("hamburger",),
        lives="indoors",
        height=0.2,
        tinted=False,
    ),
    Thing(name="ice cream", paint=ice_cream, grid=(100, 174), lives="indoors", height=0.28),
    Thing(name="cheese", paint=cheese, grid=(160, 112), lives="indoors", height=0.16, tinted=False),
    Thing(
        name="egg",
        paint=egg,
        grid=(146, 106),
        words=("fried egg",),
        lives="indoors",
        height=0.14,
        tinted=False,
    ),
)
