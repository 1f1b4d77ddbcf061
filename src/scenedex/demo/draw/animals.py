"""Animals that walk, facing right."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, WHITE, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

SNOUT: Rgb = (244, 170, 170)


def _eye(pen: Pen, x: float, y: float, radius: float = 4) -> None:
    pen.disc(x, y, radius, WHITE)
    pen.disc(x + radius * 0.25, y, radius * 0.6, BLACK)


def _legs(pen: Pen, colour: Rgb, xs: tuple[float, ...], y: float, *, width: float) -> None:
    for k, x in enumerate(xs):
        pen.line(
            [(x, y), (x, pen.height - width / 2 - 1)], dark(colour, 0.25) if k % 2 else colour, width=width
        )


def dog(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(34, 54), (14, 26)], colour, width=9)
    _legs(pen, colour, (42, 54, 100, 112), 70, width=12)
    pen.rect(30, 44, 120, 84, colour, radius=18)
    pen.shape([(98, 50), (108, 20), (136, 30), (122, 72)], colour)
    pen.disc(126, 34, 22, colour)
    pen.rect(126, 32, 164, 54, colour, radius=10)
    pen.disc(160, 38, 6, BLACK)
    pen.blob([(112, 16), (102, 30), (104, 58), (114, 60), (122, 40)], dark(colour, 0.4))
    _eye(pen, 134, 28, 5)
    pen.line([(142, 48), (158, 49)], dark(colour, 0.5), width=2)
    pen.line([(104, 62), (122, 68)], (214, 40, 40) if colour[0] < 190 else (40, 92, 200), width=6)


def cat(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(30, 110), (10, 96), (10, 62), (22, 46)], colour, width=10)
    pen.blob([(60, 52), (90, 74), (96, 124), (60, 136), (20, 130), (26, 84)], colour)
    for x in (66, 86):
        pen.line([(x, 92), (x, 130)], dark(colour, 0.2), width=13)
    pen.shape([(54, 34), (58, 2), (80, 18)], colour)
    pen.shape([(92, 18), (112, 2), (116, 34)], colour)
    pen.shape([(60, 24), (63, 12), (72, 20)], SNOUT)
    pen.shape([(101, 20), (108, 12), (110, 24)], SNOUT)
    pen.oval(85, 42, 33, 28, colour)
    for x in (72, 98):
        pen.oval(x, 38, 7, 8, (230, 220, 90))
        pen.oval(x, 38, 2, 7, BLACK)
    pen.shape([(80, 48), (90, 48), (85, 54)], SNOUT)
    for y in (52, 57):
        pen.line([(66, y), (42, y + 2)], dark(colour, 0.5), width=1)
        pen.line([(104, y), (128, y + 2)], dark(colour, 0.5), width=1)


def horse(pen: Pen, colour: Rgb, rng: Random) -> None:
    hair = dark(colour, 0.5)
    pen.blob([(30, 60), (14, 70), (8, 118), (18, 120), (30, 82)], hair)
    _legs(pen, colour, (44, 58, 122, 136), 90, width=11)
    pen.blob([(28, 64), (60, 52), (120, 54), (146, 66), (142, 100), (100, 104), (40, 104)], colour)
    pen.shape([(112, 64), (148, 14), (172, 30), (148, 92)], colour)
    pen.blob([(146, 12), (164, 10), (196, 48), (192, 60), (178, 58), (158, 40)], colour)
    pen.shape([(148, 16), (150, 0), (160, 12)], colour)
    pen.blob([(108, 66), (130, 20), (150, 8), (146, 26), (128, 70)], hair)
    _eye(pen, 166, 26, 4)
    pen.disc(190, 52, 2.5, BLACK)


def cow(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(22, 50), (10, 62), (12, 96)], colour, width=4)
    _legs(pen, colour, (38, 54, 118, 134), 90, width=13)
    pen.oval(64, 102, 16, 10, SNOUT)
    pen.rect(18, 38, 146, 102, colour, radius=22)
    patch = BLACK if sum(colour) > 300 else WHITE
    for x, y, rx, ry in ((46, 56, 18, 14), (92, 78, 22, 15), (122, 50, 12, 9)):
        pen.oval(x + rng.uniform(-4, 4), y, rx, ry, patch)
    pen.line([(146, 24), (138, 8)], (230, 220, 190), width=6)
    pen.line([(174, 24), (182, 8)], (230, 220, 190), width=6)
    pen.oval(134, 34, 12, 7, dark(colour, 0.2))
    pen.oval(187, 34, 11, 7, dark(colour, 0.2))
    pen.rect(140, 18, 182, 70, colour, radius=16)
    pen.oval(161, 66, 24, 16, SNOUT)
    for x in (152, 170):
        pen.disc(x, 64, 3.5, dark(SNOUT, 0.5))
        _eye(pen, x, 38, 5)


def sheep(pen: Pen, colour: Rgb, rng: Random) -> None:
    _legs(pen, BLACK, (46, 58, 90, 102), 84, width=9)
    for x, y in ((34, 60), (52, 44), (76, 38), (100, 46), (112, 64), (96, 84), (70, 88), (44, 82), (74, 64)):
        pen.disc(x, y, 23, colour)
    pen.oval(126, 50, 18, 22, (60, 54, 54))
    pen.oval(112, 44, 10, 5, (60, 54, 54))
    pen.disc(120, 30, 12, colour)
    _eye(pen, 130, 46, 4)


def pig(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.arc(16, 46, 9, colour, width=4, angles=(40, 330))
    _legs(pen, colour, (44, 58, 96, 110), 80, width=13)
    pen.oval(78, 58, 58, 38, colour)
    pen.disc(130, 50, 28, colour)
    pen.shape([(112, 32), (116, 8), (134, 24)], dark(colour, 0.2))
    pen.shape([(138, 24), (150, 10), (152, 36)], dark(colour, 0.2))
    pen.oval(148, 58, 13, 12, dark(colour, 0.15))
    for x in (144, 153):
        pen.disc(x, 58, 2.5, dark(colour, 0.6))
    _eye(pen, 134, 42, 4.5)


def elephant(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(18, 62), (8, 96)], colour, width=4)
    _legs(pen, colour, (40, 66, 110, 134), 100, width=25)
    pen.blob([(14, 70), (40, 26), (100, 20), (146, 44), (150, 100), (90, 116), (22, 110)], colour)
    pen.disc(154, 52, 36, colour)
    pen.line([(178, 62), (194, 96), (190, 132), (202, 142)], colour, width=16)
    pen.line([(168, 84), (186, 106)], (250, 246, 230), width=6)
    pen.blob([(116, 20), (146, 26), (150, 66), (132, 88), (110, 70), (104, 40)], dark(colour, 0.18))
    _eye(pen, 168, 46, 4.5)


def giraffe(pen: Pen, colour: Rgb, rng: Random) -> None:
    _legs(pen, colour, (30, 42, 74, 86), 130, width=9)
    pen.line([(20, 118), (12, 150)], colour, width=4)
    pen.blob([(16, 112), (60, 100), (94, 104), (94, 136), (50, 142), (18, 136)], colour)
    pen.shape([(70, 118), (100, 24), (114, 28), (96, 128)], colour)
    pen.blob([(98, 22), (114, 14), (136, 34), (130, 42), (106, 38)], colour)
    for x in (102, 109):
        pen.line([(x, 20), (x - 2, 6)], colour, width=3)
        pen.disc(x - 2, 5, 3.5, dark(colour, 0.6))
    for x, y in (
        (30, 118),
        (46, 128),
        (58, 112),
        (74, 124),
        (84, 100),
        (92, 80),
        (97, 62),
        (103, 44),
        (26, 132),
        (80, 112),
    ):
        pen.disc(x, y, 5 + rng.uniform(-0.6, 0.6), dark(colour, 0.5))
    _eye(pen, 114, 25, 3.5)


def rabbit(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x, lean in ((76, -6), (92, 6)):
        pen.oval(x + lean, 24, 8, 24, colour)
        pen.oval(x + lean, 26, 4, 17, SNOUT)
    pen.disc(16, 96, 12, WHITE if sum(colour) < 600 else dark(colour, 0.1))
    pen.oval(52, 92, 40, 32, colour)
    pen.oval(40, 114, 26, 10, dark(colour, 0.15))
    pen.oval(82, 118, 18, 7, dark(colour, 0.1))
    pen.disc(86, 62, 24, colour)
    _eye(pen, 94, 58, 5)
    pen.disc(109, 66, 4, SNOUT)


def bear(pen: Pen, colour: Rgb, rng: Random) -> None:
    _legs(pen, colour, (36, 56, 104, 124), 84, width=22)
    pen.blob([(12, 70), (50, 32), (110, 30), (142, 60), (132, 100), (70, 106), (18, 100)], colour)
    for x in (130, 158):
        pen.disc(x, 22, 10, dark(colour, 0.2))
    pen.disc(144, 46, 30, colour)
    pen.oval(162, 56, 16, 12, light(colour, 0.35))
    pen.disc(172, 51, 5.5, BLACK)
    _eye(pen, 150, 38, 4)


def mouse(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(26, 66), (8, 62), (4, 44)], SNOUT, width=4)
    pen.blob([(18, 70), (44, 32), (86, 34), (124, 62), (112, 76), (40, 82)], colour)
    pen.disc(82, 28, 16, colour)
    pen.disc(82, 28, 10, SNOUT)
    pen.disc(123, 63, 5, SNOUT)
    _eye(pen, 104, 52, 4)
    for x in (46, 92):
        pen.oval(x, 80, 12, 5, SNOUT)


def snail(pen: Pen, colour: Rgb, rng: Random) -> None:
    body = (214, 190, 140)
    pen.blob([(6, 92), (50, 76), (108, 76), (112, 44), (132, 44), (134, 84), (112, 94)], body)
    for x in (116, 130):
        pen.line([(x, 46), (x + 6, 22)], body, width=4)
        pen.disc(x + 6, 20, 5, BLACK)
    pen.disc(60, 50, 38, colour)
    for radius, share in ((29, 0.35), (19, 0.0), (9, 0.35)):
        pen.ring(62, 52, radius, dark(colour, 0.15 + share), width=4)


def snake(pen: Pen, colour: Rgb, rng: Random) -> None:
    wave = [(6, 58), (26, 36), (46, 30), (64, 46), (80, 62), (100, 60), (116, 40), (132, 30), (152, 28)]
    pen.line(wave, colour, width=17)
    for x, y in wave[1:-1]:
        pen.disc(x, y, 4.5, dark(colour, 0.45))
    pen.oval(156, 27, 17, 12, colour)
    pen.line([(172, 29), (190, 31)], (214, 40, 40), width=2)
    _eye(pen, 160, 23, 4)


def turtle(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin = (150, 178, 96)
    for x in (34, 94):
        pen.oval(x, 76, 15, 13, skin)
    pen.oval(138, 48, 20, 16, skin)
    pen.shape([(4, 74), (24, 58), (28, 74)], skin)
    pen.pie(66, 70, 54, 58, colour, angles=(180, 360))
    for x, y in ((66, 36), (42, 52), (90, 52)):
        pen.oval(x, y, 12, 10, dark(colour, 0.3))
    pen.rect(12, 66, 120, 74, dark(colour, 0.4), radius=4)
    _eye(pen, 146, 43, 4)


ANIMALS = (
    Thing(name="dog", paint=dog, grid=(172, 120), words=("puppy",), height=0.22),
    Thing(name="cat", paint=cat, grid=(132, 140), words=("kitten",), height=0.24),
    Thing(name="horse", paint=horse, grid=(202, 148), words=("pony",), height=0.34),
    Thing(name="cow", paint=cow, grid=(202, 138), words=("cattle",), height=0.3),
    Thing(name="sheep", paint=sheep, grid=(150, 114), words=("lamb",), height=0.24),
    Thing(name="pig", paint=pig, grid=(166, 112), height=0.22),
    Thing(name="elephant", paint=elephant, grid=(214, 150), height=0.44),
    Thing(name="giraffe", paint=giraffe, grid=(142, 208), height=0.56),
    Thing(name="rabbit", paint=rabbit, grid=(116, 128), words=("bunny", "hare"), height=0.2),
    Thing(name="bear", paint=bear, grid=(184, 124), height=0.32),
    Thing(name="mouse", paint=mouse, grid=(134, 88), words=("rat",), height=0.14),
    Thing(name="snail", paint=snail, grid=(146, 98), height=0.14),
    Thing(name="snake", paint=snake, grid=(194, 74), height=0.14),
    Thing(name="turtle", paint=turtle, grid=(162, 92), words=("tortoise",), height=0.16),
)
