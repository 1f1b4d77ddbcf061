"""People, in clothes of the colour that is asked for."""

from random import Random

from scenedex.demo.draw.canvas import Pen
from scenedex.demo.draw.colours import BLACK, COLOURS, SKIN, STEEL, WHITE, Rgb, dark, light
from scenedex.demo.draw.thing import Thing

HAIR: tuple[Rgb, ...] = ((44, 34, 30), (92, 60, 34), (206, 160, 84), (150, 70, 36))
TROUSERS: tuple[Rgb, ...] = ((54, 62, 92), (70, 70, 76), (110, 90, 66))


def _head(pen: Pen, at: tuple[float, float], radius: float, skin: Rgb, rng: Random) -> None:
    (x, y), hair = at, rng.choice(HAIR)
    pen.disc(x, y - radius * 0.2, radius * 1.12, hair)
    pen.disc(x, y + radius * 0.12, radius * 0.92, skin)
    pen.pie(x, y - radius * 0.15, radius, radius, hair, angles=(180, 360))
    for side in (-0.38, 0.38):
        pen.disc(x + side * radius, y + radius * 0.15, radius * 0.11, BLACK)
    pen.arc(x, y + radius * 0.3, radius * 0.38, dark(skin, 0.5), width=radius * 0.1, angles=(30, 150))


def _figure(pen: Pen, x: float, top: float, size: float, colour: Rgb, rng: Random) -> None:
    """A standing person `size` units tall, seen from the front."""
    unit = size / 160
    trousers = rng.choice(TROUSERS)
    skin = rng.choice(SKIN)
    for side in (-1, 1):
        out = side * unit
        pen.line(
            [(x + 11 * out, top + 94 * unit), (x + 12 * out, top + 150 * unit)], trousers, width=17 * unit
        )
        pen.oval(x + 15 * out, top + 155 * unit, 12 * unit, 5 * unit, BLACK)
        pen.line([(x + 22 * out, top + 52 * unit), (x + 32 * out, top + 92 * unit)], colour, width=12 * unit)
        pen.disc(x + 33 * out, top + 96 * unit, 6 * unit, skin)
    pen.rect(x - 25 * unit, top + 42 * unit, x + 25 * unit, top + 104 * unit, colour, radius=12 * unit)
    _head(pen, (x, top + 22 * unit), 18 * unit, skin, rng)


def man(pen: Pen, colour: Rgb, rng: Random) -> None:
    _figure(pen, 42, 2, 160, colour, rng)


def woman(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin, hair = rng.choice(SKIN), rng.choice(HAIR)
    pen.oval(42, 36, 24, 32, hair)
    for side in (-1, 1):
        pen.line([(42 + side * 9, 118), (42 + side * 9, 154)], skin, width=9)
        pen.oval(42 + side * 12, 158, 10, 4, dark(colour, 0.4))
        pen.line([(42 + side * 18, 56), (42 + side * 31, 92)], colour, width=10)
        pen.disc(42 + side * 32, 96, 5.5, skin)
    pen.shape([(24, 48), (60, 48), (58, 80), (76, 128), (8, 128), (26, 80)], colour)
    pen.disc(42, 28, 17, skin)
    pen.pie(42, 25, 20, 20, hair, angles=(180, 360))
    for x in (36, 48):
        pen.disc(x, 29, 2, BLACK)
    pen.arc(42, 32, 7, (190, 60, 70), width=2, angles=(30, 150))


def child(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin = rng.choice(SKIN)
    for side in (-1, 1):
        pen.line([(40 + side * 9, 78), (40 + side * 10, 106)], (54, 62, 92), width=14)
        pen.oval(40 + side * 13, 111, 11, 5, BLACK)
        pen.line([(40 + side * 18, 56), (40 + side * 30, 40)], colour, width=10)
        pen.disc(40 + side * 32, 37, 6, skin)
    pen.rect(21, 48, 59, 86, colour, radius=11)
    _head(pen, (40, 28), 22, skin, rng)


def couple(pen: Pen, colour: Rgb, rng: Random) -> None:
    _figure(pen, 40, 2, 160, colour, rng)
    _figure(pen, 106, 14, 148, light(colour, 0.45), rng)
    pen.line([(72, 96), (76, 98)], SKIN[1], width=10)


def crowd(pen: Pen, colour: Rgb, rng: Random) -> None:
    shades = [colour, *rng.sample(list(COLOURS.values()), 6)]
    for row, (top, size) in enumerate(((4, 104), (22, 118), (44, 130))):
        for k in range(7):
            x = 34 + 44 * k + (22 if row % 2 else 0)
            if x < pen.width - 26:
                _figure(
                    pen,
                    x + rng.uniform(-4, 4),
                    top + rng.uniform(-3, 3),
                    size,
                    shades[(k + 2 * row) % 3 * 2],
                    rng,
                )


def runner(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin = rng.choice(SKIN)
    pen.line([(66, 92), (38, 104), (18, 132)], skin, width=11)
    pen.line([(72, 58), (46, 66), (34, 48)], skin, width=9)
    pen.line([(68, 94), (100, 102), (96, 148)], skin, width=12)
    pen.oval(102, 150, 12, 5, WHITE)
    pen.oval(14, 134, 7, 11, WHITE)
    pen.shape([(58, 42), (86, 42), (78, 98), (54, 94)], colour)
    pen.shape([(54, 82), (82, 84), (92, 108), (52, 106)], BLACK)
    pen.line([(80, 52), (98, 74), (118, 62)], skin, width=9)
    _head(pen, (82, 22), 17, skin, rng)


def cyclist(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin = rng.choice(SKIN)
    for x in (40, 140):
        pen.ring(x, 142, 34, BLACK, width=5)
    for part in ([(40, 142), (64, 98), (120, 98), (84, 142), (40, 142)], [(116, 80), (140, 142)]):
        pen.line(part, STEEL, width=5)
    pen.line([(64, 88), (100, 112), (84, 144)], (54, 62, 92), width=13)
    pen.line([(64, 88), (92, 42)], colour, width=24)
    pen.line([(92, 48), (104, 76), (122, 78)], skin, width=9)
    _head(pen, (102, 24), 16, skin, rng)
    pen.pie(102, 20, 19, 17, colour, angles=(180, 360))


def skier(pen: Pen, colour: Rgb, rng: Random) -> None:
    for shift in (0, 8):
        pen.line([(6, 124 + shift), (124, 136 + shift), (140, 130 + shift)], COLOURS["red"], width=4)
    pen.line([(50, 84), (82, 98), (64, 130)], (54, 62, 92), width=15)
    pen.line([(52, 84), (76, 48)], colour, width=24)
    pen.line([(76, 54), (102, 70)], colour, width=10)
    pen.line([(104, 58), (70, 122)], BLACK, width=2)
    pen.line([(104, 72), (16, 96)], BLACK, width=2)
    _head(pen, (88, 26), 17, rng.choice(SKIN), rng)
    pen.pie(88, 22, 20, 18, colour, angles=(180, 360))


def swimmer(pen: Pen, colour: Rgb, rng: Random) -> None:
    skin = rng.choice(SKIN)
    pen.line([(76, 46), (100, 14), (130, 32)], skin, width=11)
    pen.oval(48, 48, 44, 13, colour)
    pen.disc(92, 36, 18, skin)
    pen.pie(92, 32, 20, 18, colour, angles=(180, 360))
    pen.disc(98, 36, 2.5, BLACK)
    for x in range(6, 150, 24):
        pen.arc(x + 6, 52, 13, WHITE, width=4, angles=(20, 160))


PEOPLE = (
    Thing(name="man", paint=man, grid=(84, 164), words=("person",), height=0.44),
    Thing(name="woman", paint=woman, grid=(84, 164), words=("lady",), height=0.44),
    Thing(name="child", paint=child, grid=(80, 118), words=("kid", "boy"), height=0.3),
    Thing(name="couple", paint=couple, grid=(146, 164), words=("two people",), height=0.44),
    Thing(name="crowd", paint=crowd, grid=(324, 178), words=("many people", "audience"), height=0.5),
    Thing(name="runner", paint=runner, grid=(128, 158), words=("jogger",), height=0.4),
    Thing(name="cyclist", paint=cyclist, grid=(178, 180), words=("bicycle rider",), height=0.42),
    Thing(name="skier", paint=skier, grid=(146, 148), height=0.4),
    Thing(name="swimmer", paint=swimmer, grid=(156, 68), lives="water", height=0.16),
)
