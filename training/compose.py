"""Compositions as pictures: 192 × 112, as the picture tower sees them, or smaller."""

import io
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.lettering import lettering
from scenedex.demo.draw.light import LIGHTS
from scenedex.demo.draw.place import backdrop
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.weather import WEATHER
from training.pictures import Sprite, sprites
from training.scene import Actor, Scene, Stock
from training.vocabulary import Vocabulary

WIDTH, HEIGHT = 192, 112
GREY = (128, 128, 128)
VIEWS = 5
"""Drawings of every place in every light and weather."""
SHAPES = ((1.0, 1.0), (0.75, 1.0), (0.56, 1.0), (1.0, 0.76), (0.32, 1.0))
"""Parts of the width and of the height that a picture of 16:9, 4:3, 1:1, 2.35:1 and 9:16 takes."""
SHAPE_CHANCES = (0.88, 0.05, 0.03, 0.03, 0.01)
FREE, BEFORE = 0.15, 1.01
"""How much of the smaller of two things may lie over the other; in a crowded picture all of it, as a cat in a chair."""
SIGNS = (
    "OPEN",
    "EXIT",
    "BAKERY",
    "HOTEL",
    "NEWS",
    "1984",
    "SALE",
    "CAFE",
    "STOP",
    "THE",
    "TOWN",
    "WELCOME",
    "TAXI",
)


@dataclass(slots=True)
class Material:
    """Everything that compositions are put together from."""

    sprites: list[list[Sprite]] = field(default_factory=list)  #: by concept
    backdrops: dict[tuple[str, str, float], list[Image.Image]] = field(default_factory=dict)
    veils: dict[str, list[Image.Image]] = field(default_factory=dict)

    @property
    def stock(self) -> Stock:
        """The colours of the sprites."""
        return [[sprite.colour for sprite in each] for each in self.sprites]


def material(vocabulary: Vocabulary, packages: Path, kept: Path) -> Material:
    """Draw it, or read it from the file `kept`, where it is left for the next time."""
    if kept.exists():
        return pickle.loads(kept.read_bytes())  # noqa: S301 - our own file in our own cache folder
    found = Material([list(sprites(concept, packages)) for concept in vocabulary.concepts])
    for place in PLACES.values():
        skies = {0.0} if place.indoors else {weather.overcast for weather in WEATHER.values()}
        for light in LIGHTS.values():
            for overcast in sorted(skies):
                found.backdrops[place.name, light.name, overcast] = [
                    backdrop(place, light, (2 * WIDTH + 96, 2 * HEIGHT), overcast=overcast, seed=seed).reduce(
                        2
                    )
                    for seed in range(VIEWS)
                ]
    for weather in WEATHER.values():
        moments = [
            (veil, t)
            for seed in range(6)
            for t in (0.0, 1.0, 2.3)
            for veil in [weather.veils((854, 480), seed)]
        ]
        found.veils[weather.name] = [_layers(veils, t) for veils, t in moments if veils]
    kept.write_bytes(pickle.dumps(found))
    return found


def _layers(veils: tuple, t: float) -> Image.Image:
    layer = Image.new("RGBA", (854, 480), (222, 226, 236, 0))
    for veil in veils:
        drawn = veil.at(t)
        if drawn is not None:
            layer.alpha_composite(drawn)
    return layer.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


class Composer:
    """Draws compositions. The same composition (with its seed) is the same picture."""

    def __init__(self, found: Material, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        """`size`: width and height of the pictures in pixels."""
        self._found, self._size = found, size

    def picture(self, scene: Scene, *, wear: bool = True, shape: int | None = None) -> np.ndarray:
        """RGB, uint8, shape (height, width, 3); `wear` adds blur, noise and compression by chance."""
        return self.composed(scene, wear=wear, shape=shape)[0]

    def composed(
        self, scene: Scene, *, wear: bool = True, shape: int | None = None
    ) -> tuple[np.ndarray, list[Box]]:
        """The picture, and where each actor stands in it (what lies outside of the frame included)."""
        rng = Random(scene.seed)
        shares = SHAPES[rng.choices(range(5), SHAPE_CHANCES)[0] if shape is None else shape]
        frame = self._ground(scene, shares, rng)
        taken: list[Box] = []
        for actor in scene.actors:
            self._paste(frame, actor, scene, taken, rng)
        if rng.random() < 0.1:
            _sign(frame, rng)
        veils = self._found.veils[scene.weather]
        if veils:
            veil = rng.choice(veils).resize(frame.size)
            frame.paste(veil, (0, 0), veil)
        if wear:
            frame = _worn(frame, rng)
        left, top = (self._size[0] - frame.width) // 2, (self._size[1] - frame.height) // 2
        if frame.size != self._size:
            canvas = Image.new("RGB", self._size, GREY)
            canvas.paste(frame, (left, top))
            frame = canvas
        pixels = np.asarray(frame)
        boxes = [(box[0] + left, box[1] + top, box[2] + left, box[3] + top) for box in taken]
        return (_noisy(pixels, rng) if wear else pixels), boxes

    def _ground(self, scene: Scene, shares: tuple[float, float], rng: Random) -> Image.Image:
        size = round(self._size[0] * shares[0]), round(self._size[1] * shares[1])
        if scene.place is None:
            return Image.new("RGB", size, tuple(rng.choice((rng.randrange(256), 245, 20)) for _ in range(3)))
        overcast = 0.0 if PLACES[scene.place].indoors else WEATHER[scene.weather].overcast
        wide = rng.choice(self._found.backdrops[scene.place, scene.light, overcast])
        zoom = 1.0 if rng.random() < 0.6 else rng.uniform(0.7, 1.0)
        width, height = round(WIDTH * shares[0] * zoom), round(HEIGHT * shares[1] * zoom)
        left, top = rng.randint(0, wide.width - width), rng.randint(0, wide.height - height)
        view = wide.crop((left, top, left + width, top + height))
        if rng.random() < 0.5:
            view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return view if view.size == size else view.resize(size, Image.Resampling.BILINEAR)

    def _paste(self, frame: Image.Image, actor: Actor, scene: Scene, taken: list, rng: Random) -> None:
        sprite = self._found.sprites[actor.concept][actor.picture]
        share = min(
            actor.height * frame.height / sprite.image.height, 0.95 * frame.width / sprite.image.width
        )
        size = (max(3, round(sprite.image.width * share)), max(3, round(sprite.image.height * share)))
        image = sprite.image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        if rng.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if rng.random() < 0.25:
            image = image.rotate(rng.uniform(-12, 12), Image.Resampling.BILINEAR)
        light = LIGHTS[scene.light]
        if light.tint != (1.0, 1.0, 1.0) and not sprite.glows:
            image = _tinted(image, light.tint)
        box = _spot(frame.size, size, taken, BEFORE if scene.crowded else FREE, rng)
        taken.append(box)
        frame.paste(image, box[:2], image)


def _spot(
    frame: tuple[int, int], size: tuple[int, int], taken: list[Box], allowed: float, rng: Random
) -> Box:
    """Somewhere that covers little of what stands there already."""
    best, least = (0, 0, size[0], size[1]), 9.0
    for _ in range(8):
        left = round(rng.uniform(-0.12 * size[0], frame[0] - 0.88 * size[0]))
        low = rng.random() < 0.6 and size[1] < 0.7 * frame[1]
        top = (
            rng.uniform(0.66 * frame[1], 1.02 * frame[1]) - size[1]
            if low
            else rng.uniform(0, frame[1] - size[1])
        )
        box = (left, round(top), left + size[0], round(top) + size[1])
        covered = max((_overlap(box, other) for other in taken), default=0.0)
        if covered < least:
            best, least = box, covered
        if covered < allowed:
            break
    return best


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    area = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0, width) * max(0, height) / area


def _tinted(image: Image.Image, tint: tuple[float, float, float]) -> Image.Image:
    pixels = np.asarray(image).copy()
    pixels[..., :3] = (pixels[..., :3] * np.array(tint)).astype(np.uint8)
    return Image.fromarray(pixels)


def _sign(frame: Image.Image, rng: Random) -> None:
    board = rng.choice([None, rng.choice(list(COLOURS.values()))])
    words = " ".join(rng.choice(SIGNS) for _ in range(rng.randint(1, 3)))
    image = lettering(words, 24, rng.choice(list(COLOURS.values())), board)
    share = rng.uniform(0.05, 0.13) * frame.height / 24
    image = image.resize(
        (max(1, round(image.width * share)), max(1, round(image.height * share))), reducing_gap=2.0
    )
    frame.paste(
        image, (rng.randint(0, max(1, frame.width - image.width)), rng.randint(0, frame.height // 2)), image
    )


def _worn(frame: Image.Image, rng: Random) -> Image.Image:
    chance = rng.random()
    if chance < 0.2:
        frame = frame.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    elif chance < 0.35:
        share = rng.uniform(0.5, 0.85)
        small = frame.resize(
            (round(frame.width * share), round(frame.height * share)), Image.Resampling.BILINEAR
        )
        frame = small.resize(frame.size, Image.Resampling.BILINEAR)
    if rng.random() < 0.25:
        file = io.BytesIO()
        frame.save(file, "JPEG", quality=rng.randint(25, 85))
        frame = Image.open(file).convert("RGB")
    return frame


def _noisy(pixels: np.ndarray, rng: Random) -> np.ndarray:
    """Other brightness, contrast and warmth; grain."""
    if rng.random() < 0.3:
        return pixels
    draw = np.random.default_rng(rng.randrange(1 << 30))
    changed = (pixels.astype(np.float32) - 128) * rng.uniform(0.85, 1.12) + 128 + rng.uniform(-14, 14)
    changed *= draw.uniform(0.95, 1.05, 3).astype(np.float32)
    if rng.random() < 0.3:
        changed += draw.standard_normal(pixels.shape, dtype=np.float32) * rng.uniform(2, 9)
    return np.clip(changed, 0, 255).astype(np.uint8)
