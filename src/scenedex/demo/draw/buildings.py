"""Houses and other things that people build."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, GLASS, GREY, LAMPLIGHT, STEEL, WHITE, WOOD, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

ROOF: Rgb = (150, 70, 52)
STONE: Rgb = (196, 188, 172)


def _window(pen: Pen, x: float, y: float, width: float, height: float) -> None:
    pen.rect(x - 2, y - 2, x + width + 2, y + height + 2, WHITE)
    pen.rect(x, y, x + width, y + height, GLASS)
    pen.rect(x + width / 2 - 1, y, x + width / 2 + 1, y + height, WHITE)
    pen.rect(x, y + height / 2 - 1, x + width, y + height / 2 + 1, WHITE)


def house(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(118, 16, 136, 60, dark(ROOF, 0.2))
    pen.rect(22, 66, 158, 150, colour)
    pen.shape([(6, 70), (90, 8), (174, 70)], ROOF)
    pen.rect(76, 98, 104, 150, WOOD, radius=2)
    pen.disc(98, 126, 3, LAMPLIGHT)
    for x in (36, 118):
        _window(pen, x, 86, 26, 28)


def tower_block(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(6, 12, 94, 220, colour)
    pen.rect(20, 4, 50, 14, dark(colour))
    for row in range(10):
        for x in (14, 34, 54, 74):
            lit = rng.random() < 0.35
            pen.rect(x, 24 + row * 18, x + 12, 35 + row * 18, LAMPLIGHT if lit else dark(GLASS, 0.3))
    pen.rect(42, 202, 58, 220, BLACK)


def church(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(44, 4), (44, 30)], BLACK, width=3)
    pen.line([(36, 12), (52, 12)], BLACK, width=3)
    pen.shape([(16, 80), (44, 22), (72, 80)], dark(colour, 0.45))
    pen.rect(20, 80, 68, 186, colour)
    pen.shape([(64, 122), (122, 84), (186, 122)], dark(colour, 0.45))
    pen.rect(68, 120, 180, 186, light(colour, 0.1))
    pen.disc(44, 96, 9, WHITE)
    pen.line([(44, 96), (44, 90)], BLACK, width=2)
    pen.pie(44, 160, 12, 16, WOOD, angles=(180, 360))
    pen.rect(32, 160, 56, 186, WOOD)
    for x in (88, 122, 156):
        pen.pie(x, 140, 7, 10, GLASS, angles=(180, 360))
        pen.rect(x - 7, 140, x + 7, 166, GLASS)


def barn(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(20, 64), (44, 24), (96, 6), (148, 24), (172, 64), (172, 144), (20, 144)], colour)
    pen.line([(14, 66), (42, 22), (96, 5), (150, 22), (178, 66)], dark(colour, 0.5), width=8)
    pen.rect(62, 78, 130, 144, WHITE)
    pen.rect(67, 83, 125, 144, colour)
    pen.line([(67, 83), (125, 144)], WHITE, width=5)
    pen.line([(125, 83), (67, 144)], WHITE, width=5)
    pen.rect(82, 34, 110, 60, WHITE)
    pen.rect(86, 38, 106, 60, BLACK)


def castle(pen: Pen, colour: Rgb, rng: Random) -> None:
    wall = dark(colour, 0.1)
    pen.rect(34, 78, 186, 170, wall)
    for x in range(38, 186, 20):
        pen.rect(x, 68, x + 10, 80, wall)
    for x in (10, 92, 174):
        top = 24 if x == 92 else 48
        pen.rect(x, top + 14, x + 36, 170, colour)
        for notch in (0, 13, 26):
            pen.rect(x + notch, top, x + notch + 10, top + 16, colour)
        pen.rect(x + 14, top + 32, x + 22, top + 52, BLACK, radius=4)
    pen.pie(110, 138, 16, 20, WOOD, angles=(180, 360))
    pen.rect(94, 137, 126, 170, WOOD)
    pen.line([(110, 24), (110, 2)], BLACK, width=2)
    pen.shape([(111, 2), (132, 8), (111, 14)], (214, 40, 40))


def lighthouse(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(32, 60), (68, 60), (82, 216), (18, 216)], WHITE)
    for top, bottom in ((60, 90), (122, 154), (186, 216)):
        lean_top, lean_bottom = (top - 60) * 0.09, (bottom - 60) * 0.09
        corners = [
            (32 - lean_top, top),
            (68 + lean_top, top),
            (68 + lean_bottom, bottom),
            (32 - lean_bottom, bottom),
        ]
        pen.shape(corners, colour)
    pen.rect(24, 52, 76, 60, BLACK)
    pen.rect(34, 28, 66, 52, LAMPLIGHT)
    pen.rect(48, 28, 52, 52, BLACK)
    pen.shape([(28, 28), (50, 6), (72, 28)], colour)
    pen.rect(44, 192, 58, 216, WOOD, radius=3)


def windmill(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(64, 66), (116, 66), (130, 200), (50, 200)], colour)
    pen.pie(90, 68, 27, 30, ROOF, angles=(180, 360))
    pen.rect(80, 164, 100, 200, WOOD, radius=4)
    _window(pen, 82, 106, 16, 20)
    for dx, dy in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        tip = (90 + dx * 60, 66 + dy * 58)
        pen.shape(
            [(90 + dx * 14, 66 + dy * 6), (90 + dx * 6, 66 + dy * 14), (tip[0] - dx * 14, tip[1]), tip], WHITE
        )
        pen.line([(90, 66), tip], BLACK, width=3)
    pen.disc(90, 66, 6, BLACK)


def bridge(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (70, 230):
        pen.rect(x - 7, 8, x + 7, 130, colour)
    for x in range(10, 300, 20):
        near = min(abs(x - 70), abs(x - 230)) / 80
        pen.line([(x, 74 - 62 * (1 - near) ** 2), (x, 86)], dark(colour, 0.2), width=2)
    for middle, reach in ((150, 80), (-10, 80), (310, 80)):
        curve = [(middle + reach * (t / 10 - 1), 12 + 62 * (1 - (t / 10 - 1) ** 2)) for t in range(21)]
        pen.line([(x, y) for x, y in curve if 0 < x < 300], colour, width=4)
    pen.rect(0, 84, 300, 96, dark(colour, 0.3))


def tent(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(8, 108), (74, 8), (120, 10), (182, 108)], dark(colour, 0.15))
    pen.shape([(8, 108), (74, 8), (134, 108)], colour)
    pen.shape([(52, 108), (74, 36), (94, 108)], dark(colour, 0.6))


def factory(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x in (22, 58):
        for k in range(4):
            pen.disc(x + 10 + 11 * k, 22 - 3 * k + rng.uniform(-2, 2), 8 + k, (198, 198, 202))
        pen.shape([(x, 98), (x + 4, 26), (x + 16, 26), (x + 20, 98)], dark(colour, 0.25))
    pen.rect(8, 96, 212, 160, colour)
    for x in (84, 126, 168):
        pen.shape([(x, 96), (x, 66), (x + 42, 96)], dark(colour, 0.3))
    for x in range(24, 200, 30):
        pen.rect(x, 112, x + 18, 132, GLASS)


def igloo(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.pie(78, 98, 72, 88, colour, angles=(180, 360))
    for radius in (30, 50, 68):
        pen.arc(78, 98, radius, dark(colour, 0.2), width=1.5, angles=(190, 350))
    for x in (40, 78, 112):
        pen.line([(x, 30), (x + (x - 78) * 0.35, 96)], dark(colour, 0.2), width=1.5)
    pen.pie(132, 98, 28, 40, colour, angles=(180, 360))
    pen.pie(136, 98, 18, 28, dark(colour, 0.75), angles=(180, 360))


def pyramid(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(4, 138), (110, 6), (236, 138)], dark(colour, 0.3))
    pen.shape([(4, 138), (110, 6), (150, 138)], colour)
    for y in range(30, 136, 18):
        pen.line([(110 - (y - 6) * 0.8, y), (110 + (y - 6) * 0.3, y)], dark(colour, 0.15), width=1.5)


def fence(pen: Pen, colour: Rgb, rng: Random) -> None:
    for y in (28, 54):
        pen.rect(0, y, 240, y + 8, dark(colour, 0.15))
    for x in range(6, 236, 24):
        pen.shape([(x, 18), (x + 7, 6), (x + 14, 18), (x + 14, 80), (x, 80)], colour)


def shop(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(6, 10, 214, 170, (222, 206, 180))
    pen.rect(2, 4, 218, 14, dark(colour, 0.4))
    pen.rect(14, 20, 206, 54, colour, radius=3)
    for k in range(8):
        stripe = WHITE if k % 2 else colour
        pen.shape([(10 + 25 * k, 62), (35 + 25 * k, 62), (33 + 25.5 * k, 86), (8 + 25.5 * k, 86)], stripe)
    pen.rect(18, 92, 128, 152, GLASS)
    pen.rect(70, 92, 74, 152, WOOD)
    pen.rect(146, 92, 196, 170, WOOD, radius=2)
    pen.rect(154, 100, 188, 136, GLASS)
    pen.rect(14, 150, 132, 158, WOOD)


def fountain(pen: Pen, colour: Rgb, rng: Random) -> None:
    water = (150, 206, 240)
    for reach in (-44, -24, 24, 44):
        curve = [(80 + reach * t / 8, 20 + 70 * (t / 8) ** 2 - 16 * (t / 8)) for t in range(9)]
        pen.line(curve, water, width=4)
    pen.rect(74, 40, 86, 110, colour)
    pen.pie(80, 44, 26, 16, dark(colour, 0.15), angles=(0, 180))
    pen.oval(80, 100, 72, 14, water)
    pen.shape([(6, 100), (154, 100), (138, 130), (22, 130)], colour)
    pen.oval(80, 100, 66, 9, dark(water, 0.1))


def street_lamp(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(32, 34, 38, 196, colour)
    pen.rect(24, 186, 46, 198, colour, radius=3)
    pen.shape([(20, 12), (50, 12), (44, 40), (26, 40)], LAMPLIGHT)
    pen.shape([(16, 14), (35, 2), (54, 14)], colour)


def traffic_light(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(28, 96, 36, 198, GREY)
    pen.rect(10, 4, 54, 102, BLACK, radius=8)
    lit = 0 if colour[0] > 1.3 * colour[1] else 2 if colour[1] > colour[0] else 1
    for k, y in enumerate((20, 53, 86)):
        pen.disc(32, y, 13, colour if k == lit else (70, 70, 74))


def station(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(8, 40, 312, 130, STONE)
    pen.shape([(0, 44), (40, 10), (280, 10), (320, 44)], colour)
    pen.rect(120, 24, 200, 130, STONE)
    pen.shape([(110, 28), (160, 0), (210, 28)], dark(colour, 0.15))
    pen.disc(160, 48, 15, WHITE)
    pen.line([(160, 48), (160, 38)], BLACK, width=2)
    pen.line([(160, 48), (167, 51)], BLACK, width=2)
    for x in (28, 72, 222, 266):
        _window(pen, x, 62, 26, 36)
    pen.rect(144, 78, 176, 130, WOOD, radius=3)
    pen.rect(4, 126, 316, 134, STEEL)


BUILDINGS = (
    Thing(name="house", paint=house, grid=(180, 152), words=("home", "cottage"), height=0.42),
    Thing(
        name="tower block", paint=tower_block, grid=(100, 222), words=("skyscraper", "high-rise"), height=0.7
    ),
    Thing(name="church", paint=church, grid=(190, 188), words=("chapel",), height=0.55),
    Thing(name="barn", paint=barn, grid=(192, 146), height=0.42),
    Thing(name="castle", paint=castle, grid=(220, 172), words=("fortress",), height=0.52),
    Thing(name="lighthouse", paint=lighthouse, grid=(100, 218), height=0.62),
    Thing(name="windmill", paint=windmill, grid=(180, 202), words=("mill",), height=0.6),
    Thing(name="bridge", paint=bridge, grid=(300, 132), lives="water", height=0.45),
    Thing(name="tent", paint=tent, grid=(190, 112), height=0.28),
    Thing(name="factory", paint=factory, grid=(220, 162), height=0.46),
    Thing(name="igloo", paint=igloo, grid=(166, 102), height=0.3),
    Thing(name="pyramid", paint=pyramid, grid=(240, 140), height=0.45),
    Thing(name="fence", paint=fence, grid=(240, 82), height=0.18),
    Thing(name="shop", paint=shop, grid=(220, 172), words=("store",), height=0.55),
    Thing(name="station", paint=station, grid=(320, 136), words=("railway station",), height=0.42),
    Thing(name="fountain", paint=fountain, grid=(160, 132), height=0.32),
    Thing(
        name="street lamp", paint=street_lamp, grid=(70, 200), words=("lamp post",), height=0.5, glows=True
    ),
    Thing(name="traffic light", paint=traffic_light, grid=(64, 200), height=0.46, glows=True),
)
