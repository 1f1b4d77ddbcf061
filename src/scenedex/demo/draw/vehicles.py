"""Vehicles, facing right."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, GLASS, GREY, LAMPLIGHT, STEEL, WHITE, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

TYRE: Rgb = (34, 34, 38)


def _wheel(pen: Pen, x: float, y: float, radius: float) -> None:
    pen.disc(x, y, radius, TYRE)
    pen.disc(x, y, radius * 0.55, STEEL)
    pen.disc(x, y, radius * 0.2, GREY)


def _windows(pen: Pen, xs: range, y0: float, y1: float, width: float) -> None:
    for x in xs:
        pen.rect(x, y0, x + width, y1, GLASS, radius=2)


def car(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(40, 34), (62, 8), (130, 6), (162, 34)], dark(colour, 0.1))
    pen.shape([(54, 34), (70, 13), (96, 12), (96, 34)], GLASS)
    pen.shape([(102, 34), (102, 12), (128, 13), (148, 34)], GLASS)
    pen.rect(4, 32, 198, 64, colour, radius=14)
    pen.rect(4, 52, 198, 64, dark(colour), radius=6)
    pen.rect(100, 36, 102, 60, dark(colour))
    pen.disc(190, 44, 6, LAMPLIGHT)
    pen.rect(4, 40, 12, 48, (220, 40, 40), radius=2)
    _wheel(pen, 46, 66, 19)
    _wheel(pen, 154, 66, 19)


def van(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(4, 6, 150, 84, colour, radius=8)
    pen.blob([(140, 6), (166, 8), (192, 44), (197, 82), (140, 84)], colour)
    pen.shape([(148, 14), (164, 14), (184, 44), (148, 44)], GLASS)
    pen.rect(4, 70, 196, 84, dark(colour), radius=4)
    pen.rect(20, 14, 84, 44, light(colour, 0.25), radius=3)
    pen.disc(191, 62, 6, LAMPLIGHT)
    _wheel(pen, 44, 86, 18)
    _wheel(pen, 154, 86, 18)


def bus(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(4, 6, 256, 92, colour, radius=10)
    _windows(pen, range(14, 200, 32), 18, 50, 27)
    pen.rect(208, 18, 232, 90, dark(GLASS, 0.2), radius=2)
    pen.rect(240, 18, 256, 56, GLASS, radius=3)
    pen.rect(4, 64, 204, 72, light(colour, 0.5))
    pen.rect(4, 84, 256, 92, dark(colour, 0.4), radius=3)
    pen.disc(250, 76, 5, LAMPLIGHT)
    _wheel(pen, 56, 94, 18)
    _wheel(pen, 190, 94, 18)


def truck(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(4, 4, 170, 84, light(colour, 0.12), radius=3)
    for x in range(30, 170, 28):
        pen.rect(x, 8, x + 2, 80, dark(colour, 0.15))
    pen.rect(4, 84, 250, 96, BLACK)
    pen.blob([(176, 26), (226, 24), (244, 54), (250, 92), (176, 92)], colour)
    pen.shape([(200, 32), (222, 32), (236, 56), (200, 56)], GLASS)
    pen.disc(243, 76, 6, LAMPLIGHT)
    for x in (38, 82, 214):
        _wheel(pen, x, 96, 20)


def train(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (2, 136):
        pen.rect(x, 12, x + 126, 76, colour, radius=6)
        _windows(pen, range(x + 10, x + 112, 28), 24, 46, 21)
        pen.rect(x, 54, x + 126, 60, WHITE)
        pen.rect(x + 6, 76, x + 120, 84, BLACK)
        for wheel in (24, 44, 84, 104):
            _wheel(pen, x + wheel, 88, 10)
    pen.rect(126, 66, 138, 72, BLACK)
    pen.blob([(268, 12), (330, 12), (368, 40), (388, 70), (384, 78), (268, 78)], colour)
    pen.rect(268, 54, 376, 60, WHITE)
    pen.shape([(334, 20), (350, 30), (364, 46), (334, 46)], GLASS)
    _windows(pen, range(278, 318, 28), 24, 46, 21)
    pen.rect(276, 76, 376, 84, BLACK)
    for wheel in (292, 312, 344, 364):
        _wheel(pen, wheel, 88, 10)
    pen.rect(260, 66, 272, 72, BLACK)
    pen.disc(378, 66, 4, LAMPLIGHT)


def steam_engine(pen: Pen, colour: Rgb, rng: Random) -> None:
    for k in range(5):
        pen.disc(164 - 19 * k + rng.uniform(-4, 4), 26 - k + rng.uniform(-3, 3), 8 + 2 * k, (222, 222, 226))
    pen.rect(70, 50, 186, 92, colour, radius=14)
    pen.rect(14, 30, 76, 100, dark(colour, 0.15), radius=3)
    pen.rect(8, 24, 84, 34, BLACK, radius=3)
    pen.rect(24, 42, 64, 66, GLASS, radius=2)
    pen.shape([(156, 24), (184, 24), (178, 52), (162, 52)], BLACK)
    pen.oval(118, 50, 12, 12, LAMPLIGHT)
    for x in (96, 136):
        pen.rect(x, 50, x + 4, 92, LAMPLIGHT)
    pen.disc(188, 66, 7, LAMPLIGHT)
    pen.rect(14, 92, 190, 102, BLACK)
    pen.shape([(182, 100), (214, 120), (182, 120)], dark(colour, 0.4))
    for x, radius in ((38, 20), (84, 20), (130, 20), (168, 12)):
        _wheel(pen, x, 122 - radius, radius)


def tram(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(108, 20), (128, 4), (150, 4)], BLACK, width=4)
    pen.rect(6, 20, 230, 96, colour, radius=16)
    pen.rect(6, 58, 230, 66, WHITE)
    _windows(pen, range(20, 214, 34), 30, 54, 27)
    pen.rect(96, 30, 138, 94, light(colour, 0.35), radius=3)
    pen.rect(116, 32, 118, 92, dark(colour))
    for x in (48, 74, 164, 190):
        _wheel(pen, x, 98, 11)


def _bike(pen: Pen, colour: Rgb, thick: float) -> None:
    for x in (36, 126):
        pen.ring(x, 78, 32, TYRE, width=5)
        for dx, dy in ((0, 30), (30, 0), (21, 21), (21, -21)):
            pen.line([(x - dx, 78 - dy), (x + dx, 78 + dy)], STEEL, width=1)
    for part in (
        [(36, 78), (58, 38), (110, 36), (74, 80), (36, 78)],
        [(58, 38), (74, 80)],
        [(104, 20), (126, 78)],
    ):
        pen.line(part, colour, width=thick)


def bicycle(pen: Pen, colour: Rgb, rng: Random) -> None:
    _bike(pen, colour, 6)
    pen.line([(58, 38), (54, 26)], STEEL, width=4)
    pen.rect(40, 20, 68, 28, BLACK, radius=4)
    pen.line([(104, 20), (122, 16), (124, 26)], BLACK, width=5)
    pen.disc(74, 80, 8, STEEL)


def motorcycle(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (36, 140):
        pen.disc(x, 78, 32, TYRE)
        pen.disc(x, 78, 20, STEEL)
        pen.disc(x, 78, 15, TYRE)
    pen.line([(36, 78), (92, 80), (112, 26), (140, 78)], GREY, width=8)
    pen.rect(62, 56, 106, 88, STEEL, radius=8)
    pen.blob([(62, 50), (76, 30), (104, 26), (118, 40), (96, 56)], colour)
    pen.blob([(16, 44), (50, 36), (70, 44), (66, 54), (24, 52)], BLACK)
    pen.blob([(8, 58), (34, 42), (56, 56), (34, 50)], colour)
    pen.line([(112, 28), (104, 12), (92, 14)], BLACK, width=6)
    pen.disc(122, 30, 9, LAMPLIGHT)
    pen.line([(82, 88), (20, 94)], STEEL, width=7)


def tractor(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(28, 4, 92, 14, dark(colour), radius=4)
    pen.rect(32, 12, 88, 56, GLASS)
    pen.rect(32, 12, 38, 60, colour)
    pen.rect(82, 12, 88, 60, colour)
    pen.rect(20, 52, 170, 92, colour, radius=6)
    pen.rect(140, 20, 148, 54, BLACK)
    for y in range(60, 86, 8):
        pen.rect(128, y, 166, y + 3, dark(colour, 0.35))
    for x, radius in ((52, 40), (150, 24)):
        pen.disc(x, 128 - radius, radius, TYRE)
        pen.disc(x, 128 - radius, radius * 0.5, LAMPLIGHT)


VEHICLES = (
    Thing(name="car", paint=car, grid=(202, 86), words=("automobile",), height=0.2),
    Thing(name="van", paint=van, grid=(202, 106), words=("minivan", "delivery van"), height=0.26),
    Thing(name="bus", paint=bus, grid=(262, 114), words=("coach",), height=0.32),
    Thing(name="truck", paint=truck, grid=(256, 118), words=("lorry",), height=0.32),
    Thing(name="train", paint=train, grid=(392, 100), words=("railway train",), height=0.25),
    Thing(
        name="steam engine",
        paint=steam_engine,
        grid=(216, 124),
        words=("steam train", "locomotive"),
        height=0.36,
    ),
    Thing(name="tram", paint=tram, grid=(236, 112), words=("streetcar",), height=0.32),
    Thing(name="bicycle", paint=bicycle, grid=(162, 112), words=("bike",), height=0.22),
    Thing(name="motorcycle", paint=motorcycle, grid=(176, 112), words=("motorbike",), height=0.22),
    Thing(name="tractor", paint=tractor, grid=(180, 130), height=0.32),
)
