"""Pictures of single things on a transparent ground, drawn once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.thing import sprite
from training.packages import CLIPART, TYPEFACE
from training.vocabulary import Concept

HEIGHT = 112
"""Pixels of the longer side of every sprite."""

FOLDERS = (
    "animals",
    "food",
    "plants",
    "buildings",
    "transportation/vehicles",
    "transportation/boating",
    "transportation",
    "containers",
    "recreation/music",
    "recreation/sports",
    "recreation/toys",
    "recreation/holiday",
    "tools",
    "electronics",
    "office",
    "education",
    "people/clothing",
    "people/bodypart",
    "computer/hardware",
    "geography/astronomy",
)
LEFT_OUT = re.compile(
    r"symbol|aiga|roadsigns|contour|outline|_bw|b_w|sign|icon|drawn|silhouet|head|walking|scene|hot_dog|corn_dog|juice_box"
)
MOST_CLIPART = 6
MOST_PIXELS = 3_000_000
"""Larger clip art is left out: it takes seconds to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprite:
    """A picture of a thing (RGBA)."""

    image: Image.Image
    colour: str | None = None  #: None: colours of its own
    glows: bool = False


def sprites(concept: Concept, packages: Path, drawings: int = 2) -> Iterator[Sprite]:
    """Every picture there is of a thing: our own in all colours, then emoji, then clip art."""
    if concept.drawn is not None:
        yield from _drawn(concept, drawings)
    for character in concept.emoji:
        image = emoji(character, packages)
        if image is not None:
            yield Sprite(image=image)
    for image in _clipart(concept, packages):
        yield Sprite(image=image)


def _drawn(concept: Concept, drawings: int) -> Iterator[Sprite]:
    thing = concept.drawn
    assert thing is not None
    height = round(HEIGHT / max(1.0, thing.aspect))
    for name, rgb in COLOURS.items() if thing.tinted else [(None, COLOURS["white"])]:
        for seed in range(drawings):
            yield Sprite(image=sprite(thing, height, rgb, seed), colour=name, glows=thing.glows)


def emoji(character: str, packages: Path) -> Image.Image | None:
    """An emoji, cut to its edges; None if the typeface lacks it."""
    font = ImageFont.truetype(str(packages / TYPEFACE), 109)
    image = Image.new("RGBA", (150, 150))
    ImageDraw.Draw(image).text((4, 4), character, font=font, embedded_color=True)
    box = image.getbbox()
    return _reduced(image.crop(box)) if box else None


def _clipart(concept: Concept, packages: Path) -> Iterator[Image.Image]:
    found = 0
    for path in _files(packages / CLIPART, concept.clipart):
        if found == MOST_CLIPART:
            return
        with Image.open(path) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                continue
            image = opened.convert("RGBA")
        alpha = np.asarray(image)[..., 3]
        box = image.getbbox()
        # a picture with no transparent ground is a scene or a photo, not a thing
        if box is None or (alpha > 128).mean() > 0.93 or max(image.size) > 4 * min(image.size):
            continue
        found += 1
        yield _reduced(image.crop(box))


def _files(root: Path, words: tuple[str, ...]) -> Iterator[Path]:
    if not words:
        return
    pattern = re.compile(r"(^|_)(" + "|".join(map(re.escape, words)) + r")(_|\d|$)")
    seen = set()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.png")):
            name = path.relative_to(root).as_posix().lower().replace("-", "_")
            if path not in seen and not LEFT_OUT.search(name) and pattern.search(Path(name).stem):
                seen.add(path)
                yield path


def _reduced(image: Image.Image) -> Image.Image:
    share = HEIGHT / max(image.size)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image.resize(size, Image.Resampling.BOX if share < 1 else Image.Resampling.BILINEAR)
