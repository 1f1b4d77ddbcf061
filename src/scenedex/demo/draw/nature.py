"""Plants, rocks, fire and what hangs in the sky."""

from random import Random

from scenedex.demo.draw.canvas import Pen, star
from scenedex.demo.draw.colours import LAMPLIGHT, WHITE, WOOD, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

STEM: Rgb = (70, 150, 66)


def tree(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(64, 110), (86, 110), (92, 188), (58, 188)], WOOD)
    pen.line([(74, 130), (100, 98)], WOOD, width=7)
    spots = ((46, 84), (104, 84), (75, 104), (54, 52), (96, 52), (75, 38))
    for x, y in spots:
        pen.disc(x + rng.uniform(-5, 5), y + rng.uniform(-5, 5), 32, dark(colour, 0.12))
    for x, y in spots[3:]:
        pen.disc(x - 6 + rng.uniform(-5, 5), y + 4, 20, light(colour, 0.12))


def fir(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.rect(52, 160, 68, 188, WOOD)
    for top, bottom, reach in ((96, 166, 54), (54, 122, 44), (8, 76, 32)):
        pen.shape([(60, top - 10), (60 - reach, bottom), (60 + reach, bottom)], dark(colour, 0.28))
        pen.shape([(60, top - 10), (60 - reach, bottom), (54, bottom)], dark(colour, 0.12))


def palm(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(84, 196), (76, 150), (78, 100), (92, 56)], WOOD, width=11)
    for dx, dy in ((-78, 34), (-70, -6), (-34, -40), (30, -42), (66, -8), (68, 34), (-48, 58), (44, 56)):
        sag = rng.uniform(-3, 3)
        tip = (92 + dx, 56 + dy + sag)
        middle = (92 + dx * 0.55, 56 + dy * 0.4 - 18)
        pen.blob([(92, 56), (middle[0], middle[1] - 5), tip, (middle[0], middle[1] + 12)], dark(colour, 0.1))
    for x in (84, 98):
        pen.disc(x, 62, 8, (110, 70, 40))


def bush(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x, y, radius in ((30, 52, 28), (110, 52, 28), (52, 36, 28), (88, 34, 30), (70, 54, 30)):
        pen.disc(x, y, radius, dark(colour, rng.uniform(0.05, 0.2)))
    for _ in range(8):
        pen.disc(rng.uniform(24, 116), rng.uniform(22, 66), 3.5, light(colour, 0.45))


def flower(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(40, 50), (40, 128)], STEM, width=6)
    pen.oval(56, 98, 18, 8, STEM)
    pen.oval(24, 110, 18, 8, STEM)
    for x, y in star(40, 40, 24, 24, 4):
        pen.disc(x, y, 14, colour)
    pen.disc(40, 40, 15, LAMPLIGHT if colour[2] > 100 or colour[1] < 150 else (110, 70, 40))


def cactus(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.line([(50, 104), (18, 104), (18, 62)], colour, width=20)
    pen.line([(62, 86), (96, 86), (96, 44)], colour, width=20)
    pen.rect(40, 8, 72, 168, colour, radius=16)
    for x in (48, 56, 64):
        pen.line([(x, 22), (x, 160)], dark(colour, 0.25), width=1.5)


def mushroom(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(46, 56), (84, 56), (88, 109), (42, 109)], (240, 228, 204))
    pen.pie(65, 64, 60, 58, colour, angles=(180, 360))
    pen.oval(65, 64, 60, 9, dark(colour, 0.2))
    for x, y, radius in ((40, 42, 9), (70, 26, 10), (96, 46, 8)):
        pen.disc(x, y, radius, WHITE)


def rock(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(6, 84), (18, 42), (52, 12), (98, 18), (136, 52), (146, 84)], colour)
    pen.shape([(52, 12), (98, 18), (74, 48), (40, 44)], light(colour, 0.3))
    pen.shape([(98, 18), (136, 52), (146, 84), (92, 84), (74, 48)], dark(colour, 0.25))


def mountain(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape([(4, 176), (74, 70), (104, 100), (150, 14), (292, 176)], colour)
    pen.shape([(150, 14), (292, 176), (176, 176), (162, 96)], dark(colour, 0.25))
    pen.shape([(150, 14), (119, 72), (134, 66), (148, 84), (164, 64), (180, 76), (190, 60)], WHITE)
    pen.shape([(74, 70), (55, 98), (70, 94), (80, 102), (92, 88)], WHITE)


def volcano(pen: Pen, colour: Rgb, rng: Random) -> None:
    for k in range(5):
        pen.disc(120 + rng.uniform(-26, 26), 24 + 8 * k % 20, 17, (120, 112, 112))
    pen.shape([(4, 186), (92, 58), (148, 58), (236, 186)], colour)
    pen.shape([(148, 58), (236, 186), (150, 186), (130, 58)], dark(colour, 0.25))
    pen.blob([(94, 58), (146, 58), (152, 92), (138, 84), (132, 130), (118, 94), (104, 112)], (250, 110, 30))


def cloud(pen: Pen, colour: Rgb, rng: Random) -> None:
    for x, y, radius in ((36, 58, 26), (72, 42, 36), (112, 44, 32), (144, 60, 24)):
        pen.disc(x, y + rng.uniform(-3, 3), radius, colour)
    pen.rect(30, 56, 150, 85, colour, radius=14)


def sun(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape(star(70, 70, 68, 46, 14), (255, 196, 60))
    pen.disc(70, 70, 42, (255, 226, 90))


def moon(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob(
        [(70, 6), (28, 22), (10, 62), (26, 104), (68, 122), (94, 112), (58, 96), (46, 62), (60, 30)],
        (250, 240, 196),
    )


def night_star(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.shape(star(60, 62, 58, 24), colour)


def planet(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.oval(90, 60, 86, 18, light(colour, 0.5))
    pen.oval(90, 60, 66, 10, dark(colour, 0.6))
    pen.disc(90, 60, 48, colour)
    for y in (40, 60, 80):
        pen.oval(86, y, 34, 4, dark(colour, 0.2))
    pen.pie(90, 62, 86, 18, light(colour, 0.5), angles=(20, 160))


def rainbow(pen: Pen, colour: Rgb, rng: Random) -> None:
    bands = ((214, 40, 40), (243, 132, 28), (250, 208, 44), (56, 150, 62), (40, 92, 200), (126, 58, 172))
    for k, band in enumerate(bands):
        pen.arc(150, 148, 144 - 11 * k, band, width=12, angles=(180, 360))


def fire(pen: Pen, colour: Rgb, rng: Random) -> None:
    def flame(height: float, reach: float, shade: Rgb) -> None:
        lean = rng.uniform(-12, 12)
        left, right = rng.uniform(0.3, 0.55), rng.uniform(0.3, 0.55)
        tips = [
            (60 - reach, 118),
            (60 - reach * 0.8, 118 - height * left),
            (60 - reach * 0.35, 118 - height * 0.35),
        ]
        tips += [(60 + lean, 118 - height), (60 + reach * 0.4, 118 - height * 0.4)]
        pen.blob([*tips, (60 + reach * 0.85, 118 - height * right), (60 + reach, 118), (60, 128)], shade)

    pen.line([(14, 128), (106, 116)], WOOD, width=13)
    pen.line([(14, 116), (106, 128)], dark(WOOD, 0.2), width=13)
    flame(108, 42, (226, 74, 24))
    flame(76, 29, (250, 150, 32))
    flame(44, 17, (255, 226, 110))


def leaf(pen: Pen, colour: Rgb, rng: Random) -> None:
    pen.blob([(10, 100), (14, 46), (60, 12), (106, 6), (100, 52), (66, 96)], colour)
    pen.line([(4, 108), (40, 70), (92, 20)], dark(colour, 0.35), width=3)
    for x, y in ((40, 70), (58, 52), (74, 36)):
        pen.line([(x, y), (x - 6, y - 22)], dark(colour, 0.35), width=2)
        pen.line([(x, y), (x + 22, y + 4)], dark(colour, 0.35), width=2)


NATURE = (
    Thing(name="tree", paint=tree, grid=(150, 190), height=0.5),
    Thing(name="fir tree", paint=fir, grid=(120, 190), words=("pine", "conifer"), height=0.55),
    Thing(name="palm tree", paint=palm, grid=(176, 200), words=("palm",), height=0.6),
    Thing(name="bush", paint=bush, grid=(140, 84), words=("hedge", "shrub"), height=0.18),
    Thing(name="flower", paint=flower, grid=(80, 130), words=("blossom", "daisy"), height=0.2),
    Thing(name="cactus", paint=cactus, grid=(112, 170), height=0.4),
    Thing(name="mushroom", paint=mushroom, grid=(130, 120), words=("toadstool",), height=0.18),
    Thing(name="rock", paint=rock, grid=(150, 86), words=("stone", "boulder"), height=0.16),
    Thing(name="mountain", paint=mountain, grid=(296, 178), words=("peak",), height=0.6),
    Thing(name="volcano", paint=volcano, grid=(240, 188), height=0.6),
    Thing(name="cloud", paint=cloud, grid=(178, 90), lives="air", height=0.18),
    Thing(name="sun", paint=sun, grid=(140, 140), lives="air", height=0.26, tinted=False, glows=True),
    Thing(name="moon", paint=moon, grid=(104, 128), lives="air", height=0.2, tinted=False, glows=True),
    Thing(name="star", paint=night_star, grid=(120, 116), lives="air", height=0.12, glows=True),
    Thing(name="planet", paint=planet, grid=(180, 120), lives="air", height=0.36, glows=True),
    Thing(name="rainbow", paint=rainbow, grid=(300, 150), lives="air", height=0.55, tinted=False),
    Thing(
        name="fire",
        paint=fire,
        grid=(120, 138),
        words=("campfire", "flames"),
        height=0.3,
        tinted=False,
        glows=True,
    ),
    Thing(name="leaf", paint=leaf, grid=(112, 112), lives="air", height=0.14),
)
