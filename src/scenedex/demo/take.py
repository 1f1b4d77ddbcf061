"""One shot, ready to be shown: everything that stays the same is drawn once, and put together for each picture."""

import math

import numpy as np
from PIL import Image

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.lettering import Sign, lettering
from scenedex.demo.draw.light import LIGHTS, Light, lit
from scenedex.demo.draw.place import backdrop
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.thing import sprite
from scenedex.demo.draw.things import THINGS
from scenedex.demo.draw.weather import WEATHER
from scenedex.demo.shot import FRAME_RATE, Cast, Shot
from scenedex.types import Pixels

FLICKER_FRAMES = 3
FLICKERS = 4
SWAY_S = 2.2


class Take:
    """Draws the pictures of a shot, each of `size` (width, height)."""

    def __init__(self, shot: Shot, size: tuple[int, int], seed: int) -> None:
        light, weather, place = LIGHTS[shot.light], WEATHER[shot.weather], PLACES[shot.place]
        width, height = size
        self._shot, self._size = shot, size
        wide = (width + abs(shot.pan) * (shot.frames - 1), height)
        overcast = 0.0 if place.indoors else weather.overcast
        self._backdrop = backdrop(place, light, wide, overcast=overcast, seed=seed)
        self._players = [_Player(cast, light, size) for cast in shot.cast]
        self._signs = [_placed(sign, size) for sign in shot.signs]
        self._veils = weather.veils(size, seed)

    def picture(self, number: int) -> Pixels:
        """Picture `number`, counted from 0."""
        shot, (width, height) = self._shot, self._size
        left = shot.pan * number if shot.pan >= 0 else -shot.pan * (shot.frames - 1 - number)
        frame = self._backdrop.crop((left, 0, left + width, height))
        progress = number / max(1, shot.frames - 1)
        for player in self._players:
            image, at = player.at(progress, number)
            frame.paste(image, at, image)
        for image, at in self._signs:
            frame.paste(image, at, image)
        for veil in self._veils:
            drawn = veil.at(number / FRAME_RATE)
            if drawn is not None:
                frame.paste(drawn, (0, 0), drawn)
        return np.asarray(frame)


class _Player:
    """A thing on its way through the picture."""

    def __init__(self, cast: Cast, light: Light, size: tuple[int, int]) -> None:
        thing = THINGS[cast.thing]
        self._cast, self._size = cast, size
        self._end = cast.end or cast.start
        self._height = max(1, round(max(cast.start[2], self._end[2]) * size[1]))
        seeds = range(cast.seed, cast.seed + (FLICKERS if cast.flickers else 1))
        drawn = [sprite(thing, self._height, COLOURS[cast.colour], s, flipped=cast.flipped) for s in seeds]
        self._images = drawn if thing.glows else [lit(image, light) for image in drawn]

    def at(self, progress: float, number: int) -> tuple[Image.Image, tuple[int, int]]:
        """The picture of it and where its upper left corner goes."""
        image = self._images[number // FLICKER_FRAMES % len(self._images)]
        x, y, share = (a + (b - a) * progress for a, b in zip(self._cast.start, self._end, strict=True))
        height = max(1, round(share * self._size[1]))
        if height != image.height:
            image = image.resize(
                (max(1, round(image.width * height / image.height)), height), Image.Resampling.BILINEAR
            )
        if self._cast.sway:
            y += self._cast.sway * math.sin(2 * math.pi * number / FRAME_RATE / SWAY_S + self._cast.seed)
        return image, (round(x * self._size[0] - image.width / 2), round(y * self._size[1]) - image.height)


def _placed(sign: Sign, size: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    image = lettering(sign.text, round(sign.height * size[1]), sign.ink, sign.board)
    x, y = sign.at
    return image, (round(x * size[0] - image.width / 2), round(y * size[1] - image.height / 2))
