"""Twelve colours by their plain names, and what light and shade do to them."""

Rgb = tuple[int, int, int]

COLOURS: dict[str, Rgb] = {
    "red": (214, 40, 40),
    "orange": (243, 132, 28),
    "yellow": (250, 208, 44),
    "green": (56, 150, 62),
    "turquoise": (36, 180, 178),
    "blue": (40, 92, 200),
    "purple": (126, 58, 172),
    "pink": (242, 130, 176),
    "brown": (128, 80, 44),
    "black": (38, 38, 42),
    "grey": (138, 140, 146),
    "white": (244, 244, 240),
}

WHITE, BLACK, GREY = COLOURS["white"], COLOURS["black"], COLOURS["grey"]
STEEL: Rgb = (176, 182, 190)
GLASS: Rgb = (176, 216, 236)
SKIN: tuple[Rgb, ...] = ((246, 208, 178), (226, 172, 130), (176, 118, 78), (112, 72, 48))
WOOD: Rgb = (150, 102, 60)
LEAF: Rgb = (60, 140, 58)
LAMPLIGHT: Rgb = (255, 226, 140)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` 0 gives `one`, 1 gives `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def dark(colour: Rgb, by: float = 0.25) -> Rgb:
    """In the shade: `by` 0 is the colour itself, 1 is black."""
    return mix(colour, (12, 12, 24), by)


def light(colour: Rgb, by: float = 0.3) -> Rgb:
    """In the light: `by` 0 is the colour itself, 1 is white."""
    return mix(colour, (255, 255, 255), by)
