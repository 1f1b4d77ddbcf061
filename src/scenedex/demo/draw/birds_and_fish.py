"""Animals that fly or swim, facing right."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, WHITE, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

BEAK: Rgb = (246, 160, 40)


def _eye(pen: Pen, x: float, y: float, radius: float) -> None:
    pen.disc(x, y, radius, WHITE)
    pen.disc(x + radius * 0.25, y, radius * 0.6, BLACK)


def bird(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(4, 52), (50, 58), (44, 78)], dark(colour, 0.3))
    pen.blob([(34, 60), (80, 44), (118, 40), (132, 60), (108, 88), (60, 86)], colour)
    pen.disc(122, 46, 20, colour)
    pen.shape([(138, 40), (162, 48), (138, 56)], BEAK)
    pen.blob([(60, 62), (34, 8), (62, 18), (104, 62)], dark(colour, 0.25))
    pen.oval(98, 76, 22, 10, light(colour, 0.4))
    _eye(pen, 127, 42, 5)


def gull(pen: Pen, colour: Rgb, rng: Random) -> None:
    lift = rng.uniform(-5, 5)
    pen.blob([(4, 24 + lift), (40, 8), (78, 36), (74, 50), (40, 26)], light(colour, 0.3))
    pen.blob([(156, 24 + lift), (120, 8), (82, 36), (86, 50), (120, 26)], colour)
    pen.oval(80, 46, 16, 12, light(colour, 0.5))
    pen.shape([(92, 44), (110, 50), (92, 52)], BEAK)
    pen.disc(90, 43, 2.5, BLACK)


def duck(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(4, 48), (40, 62), (96, 56), (124, 74), (104, 104), (48, 108), (16, 86)], colour)
    pen.shape([(96, 40), (128, 40), (120, 84), (88, 76)], colour)
    pen.disc(114, 34, 24, colour)
    pen.blob([(132, 30), (158, 36), (160, 44), (132, 46)], BEAK)
    pen.blob([(30, 68), (80, 66), (88, 84), (54, 98)], dark(colour, 0.22))
    _eye(pen, 121, 28, 5)


def hen(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (58, 78):
        pen.line([(x, 104), (x, 132), (x + 12, 132)], BEAK, width=4)
    pen.blob(
        [(6, 26), (36, 56), (80, 62), (98, 30), (118, 34), (114, 88), (78, 114), (34, 104), (12, 70)], colour
    )
    for x, y in ((94, 14), (106, 10), (116, 17)):
        pen.disc(x, y, 8, (214, 40, 40))
    pen.disc(106, 32, 18, colour)
    pen.oval(116, 50, 5, 9, (214, 40, 40))
    pen.shape([(121, 28), (138, 34), (121, 40)], BEAK)
    pen.blob([(32, 70), (72, 66), (78, 84), (50, 94)], dark(colour, 0.25))
    _eye(pen, 109, 28, 4)


def penguin(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (38, 66):
        pen.oval(x, 150, 15, 6, BEAK)
    pen.blob([(52, 4), (80, 26), (90, 90), (78, 144), (28, 144), (14, 90), (26, 26)], colour)
    pen.blob([(54, 44), (76, 70), (74, 132), (40, 136), (32, 80)], WHITE)
    pen.oval(60, 32, 20, 16, WHITE)
    pen.blob([(20, 56), (4, 108), (14, 112), (28, 82)], dark(colour, 0.3))
    pen.blob([(84, 56), (100, 104), (92, 110), (78, 82)], dark(colour, 0.3))
    pen.shape([(70, 32), (94, 38), (70, 44)], BEAK)
    _eye(pen, 64, 26, 4.5)


def owl(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (42, 68):
        pen.oval(x, 138, 11, 6, BEAK)
    pen.blob([(55, 10), (92, 30), (98, 90), (80, 134), (30, 134), (12, 90), (18, 30)], colour)
    pen.shape([(18, 38), (16, 2), (46, 20)], colour)
    pen.shape([(92, 38), (94, 2), (64, 20)], colour)
    pen.oval(55, 98, 26, 34, light(colour, 0.45))
    for x in (36, 74):
        pen.disc(x, 48, 18, WHITE)
        pen.disc(x, 48, 9, BLACK)
    pen.shape([(48, 56), (62, 56), (55, 74)], BEAK)


def butterfly(pen: Pen, colour: Rgb, rng: Random) -> None:
    for side in (-1, 1):
        pen.oval(70 + side * 36, 36, 32, 30, colour)
        pen.oval(70 + side * 28, 82, 24, 24, dark(colour, 0.2))
        pen.disc(70 + side * 40, 34, 12, light(colour, 0.5))
        pen.disc(70 + side * 30, 84, 8, light(colour, 0.4))
        pen.line([(70, 22), (70 + side * 16, 4)], BLACK, width=2)
    pen.oval(70, 58, 6, 40, BLACK)


def bee(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.oval(54, 28, 16, 24, (226, 240, 250))
    pen.oval(84, 26, 16, 24, (236, 246, 252))
    pen.shape([(16, 64), (2, 70), (18, 76)], BLACK)
    pen.oval(66, 68, 50, 30, colour)
    for x in (44, 70, 94):
        pen.rect(x, 44, x + 11, 92, BLACK, radius=5)
    pen.disc(120, 66, 18, BLACK)
    pen.line([(124, 52), (134, 36)], BLACK, width=3)
    _eye(pen, 126, 62, 5)


def fish(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(44, 50), (4, 16), (12, 50), (4, 84)], dark(colour, 0.2))
    pen.shape([(70, 24), (96, 2), (116, 22)], dark(colour, 0.2))
    pen.shape([(78, 80), (94, 98), (108, 78)], dark(colour, 0.2))
    pen.oval(92, 50, 58, 33, colour)
    pen.pie(116, 50, 34, 31, light(colour, 0.35), angles=(-68, 68))
    for x, y in ((64, 42), (76, 56), (84, 36), (58, 56)):
        pen.arc(x, y, 9, dark(colour, 0.25), width=2, angles=(-70, 70))
    _eye(pen, 128, 42, 7)


def whale(pen: Pen, colour: Rgb, rng: Random) -> None:
    for lean in (-16, 0, 16):
        pen.line([(160, 36), (160 + lean, 6)], (214, 236, 248), width=5)
    pen.blob([(30, 70), (4, 42), (10, 28), (34, 46), (54, 30), (60, 44), (44, 78)], colour)
    pen.blob([(36, 78), (90, 52), (160, 34), (208, 56), (214, 92), (176, 116), (96, 114)], colour)
    pen.blob([(98, 106), (150, 98), (212, 88), (200, 110), (160, 120), (112, 118)], light(colour, 0.6))
    pen.shape([(128, 100), (108, 130), (150, 108)], dark(colour, 0.3))
    _eye(pen, 188, 70, 5)


def shark(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(36, 58), (4, 14), (26, 52), (6, 94)], colour)
    pen.shape([(90, 40), (112, 2), (134, 38)], dark(colour, 0.2))
    pen.blob([(26, 60), (80, 38), (150, 34), (212, 58), (160, 84), (80, 78)], colour)
    pen.blob([(90, 72), (150, 70), (204, 62), (164, 84), (110, 82)], light(colour, 0.7))
    pen.shape([(112, 74), (96, 106), (136, 78)], dark(colour, 0.2))
    for x in (148, 154, 160):
        pen.line([(x, 48), (x - 3, 64)], dark(colour, 0.5), width=2)
    pen.line([(176, 70), (198, 66)], WHITE, width=3)
    _eye(pen, 182, 54, 4)


def octopus(pen: Pen, colour: Rgb, rng: Random) -> None:
    for k, x in enumerate((30, 48, 66, 86, 104, 122)):
        out = (x - 76) * 0.3
        pen.line(
            [(x, 80), (x + out * 0.5, 112), (x + out + (5 if k % 2 else -5), 130)],
            dark(colour, 0.12),
            width=14,
        )
    pen.oval(76, 54, 56, 50, colour)
    for x in (60, 96):
        _eye(pen, x, 54, 10)
    pen.arc(78, 68, 14, dark(colour, 0.6), width=3, angles=(20, 160))


BIRDS_AND_FISH = (
    Thing(name="bird", paint=bird, grid=(166, 94), words=("songbird",), lives="air", height=0.14),
    Thing(name="seagull", paint=gull, grid=(160, 64), words=("gull",), lives="air", height=0.1),
    Thing(name="duck", paint=duck, grid=(164, 114), lives="water", height=0.16),
    Thing(name="hen", paint=hen, grid=(142, 136), words=("chicken",), height=0.2),
    Thing(name="penguin", paint=penguin, grid=(104, 158), height=0.28),
    Thing(name="owl", paint=owl, grid=(110, 146), height=0.22),
    Thing(name="butterfly", paint=butterfly, grid=(140, 110), lives="air", height=0.14),
    Thing(name="bee", paint=bee, grid=(142, 102), words=("wasp",), lives="air", height=0.12),
    Thing(name="fish", paint=fish, grid=(154, 102), lives="water", height=0.16),
    Thing(name="whale", paint=whale, grid=(218, 134), lives="water", height=0.36),
    Thing(name="shark", paint=shark, grid=(216, 110), lives="water", height=0.28),
    Thing(name="octopus", paint=octopus, grid=(152, 142), lives="water", height=0.28),
)
