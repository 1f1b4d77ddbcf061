"""What one training step is given: compositions, captions, and which words of the vocabulary are true of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from torch.utils.data import DataLoader, Dataset

from training.captions import Captioner
from training.compose import HEIGHT, WIDTH, Box, Composer, Material
from training.network import CELL
from training.scene import Director
from training.text import Vectors, centred, plain
from training.vocabulary import Vocabulary

Array = np.ndarray
LIGHTINGS = ("day", "sunset", "night")
SKIES = ("clear", "cloudy", "rain", "snow", "fog", "storm")
EASY_UNTIL = 0.5
"""Until this share of the training, compositions grow harder; without this the network learns places and no things."""
SIZES = ((0.35, (112, 64)), (0.65, (144, 80)), (1.0, (WIDTH, HEIGHT)))
"""Until which share of the training pictures have which size (progressive resizing, Howard, 2018): the easy ones, whose
things are large, need no more, and cost a third."""
CROWDED = 0.5
"""The share of the harder compositions in which things stand before one another."""
MEAN_OF = 12_000
"""Compositions of which the mean caption is made."""


@dataclass(slots=True)
class Lesson:
    """A batch. -1 stands for what a picture has not."""

    pictures: Array  #: uint8 (batch, height, width, 3)
    captions: Array  #: float32 (2, batch, 256): full and partial captions
    things: Array  #: float32 (batch, concepts): how much of each thing, summing to 1 or 0
    cells: Array  #: int64 (batch, rows, columns): which thing each CELL-pixel square shows; the last for none
    hues: Array  #: int64 (batch, rows, columns): its colour
    places: Array  #: int64 (batch,)
    moods: Array  #: int64 (2, batch): light and weather
    tinted: Array  #: int64 (2, batch): one thing with a colour, and the colour


class Lessons(Dataset[Lesson]):
    """Batch k is always the same."""

    def __init__(self, vocabulary: Vocabulary, found: Material, mean: Array, size: int, count: int) -> None:
        self._vocabulary, self._mean, self._size, self._count = vocabulary, mean, size, count
        self._director = Director(vocabulary, found.stock)
        self._captioner = Captioner(vocabulary)
        self._composers = [(until, size, Composer(found, size)) for until, size in SIZES]
        self._places = list(vocabulary.places)
        self._colours = list(vocabulary.colours)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Lesson:
        rng = Random(1_000_003 + number)
        easy = 0.9 - 0.65 * min(1.0, number / (EASY_UNTIL * self._count))
        crowded = CROWDED * (1 - easy)
        _, size, composer = next(each for each in self._composers if number < each[0] * self._count)
        scenes = [self._director.scene(rng, easy=easy, crowded=crowded) for _ in range(self._size)]
        texts = [self._captioner.full(scene, rng) for scene in scenes]
        texts += [self._captioner.part(scene, rng) for scene in scenes]
        made = [composer.composed(scene) for scene in scenes]
        things = np.zeros((self._size, len(self._vocabulary.concepts)), np.float32)
        tinted = np.full((2, self._size), -1)
        for k, scene in enumerate(scenes):
            for actor in scene.actors:
                things[k, actor.concept] += (actor.height + 0.1) / sum(a.height + 0.1 for a in scene.actors)
            coloured = [actor for actor in scene.actors if actor.colour is not None]
            if coloured:
                chosen = rng.choice(coloured)
                tinted[:, k] = chosen.concept, self._colours.index(str(chosen.colour))
        shown = [covered(boxes, size) for _, boxes in made]
        return Lesson(
            pictures=np.stack([picture for picture, _ in made]),
            cells=np.stack(
                [
                    _labels(grid, [actor.concept for actor in scene.actors], things.shape[1])
                    for grid, scene in zip(shown, scenes, strict=True)
                ]
            ),
            hues=np.stack(
                [
                    _labels(grid, [self._hue(actor.colour) for actor in scene.actors], -1)
                    for grid, scene in zip(shown, scenes, strict=True)
                ]
            ),
            captions=centred(plain(texts), self._mean).reshape(2, self._size, -1),
            things=things,
            places=np.array([-1 if s.place is None else self._places.index(s.place) for s in scenes]),
            moods=np.array(
                [
                    [-1 if s.place is None else LIGHTINGS.index(s.light) for s in scenes],
                    [-1 if s.place is None else SKIES.index(s.weather) for s in scenes],
                ]
            ),
            tinted=tinted,
        )

    def _hue(self, colour: str | None) -> int:
        return -1 if colour is None else self._colours.index(colour)

    def stream(self) -> Iterator[Lesson]:
        """All batches in order, drawn ahead by another process."""
        yield from DataLoader(self, batch_size=None, num_workers=1, prefetch_factor=6, collate_fn=None)


def covered(boxes: Sequence[Box], size: tuple[int, int]) -> Array:
    """Which box each square of a picture of this width and height shows: int64 (rows, columns), -1 for none.

    A box shows where it covers a third of the square, and at its middle; what is pasted later hides what was there.
    """
    columns, rows = size[0] // CELL, size[1] // CELL
    grid = np.full((rows, columns), -1)
    for number, (left, top, right, bottom) in enumerate(boxes):
        wide = _shares(left, right, columns)
        high = _shares(top, bottom, rows)
        grid[np.outer(high, wide) >= 1 / 3] = number
        row, column = (top + bottom) // 2 // CELL, (left + right) // 2 // CELL
        grid[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)] = number
    return grid


def _shares(start: int, end: int, count: int) -> Array:
    """The part of each square that lies between two pixels, along one axis."""
    edges = np.arange(count + 1) * CELL
    inside = np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1])
    return np.clip(inside, 0, None) / CELL


def _labels(grid: Array, labels: Sequence[int], none: int) -> Array:
    return np.array([*labels, none])[grid]


def mean_caption(vocabulary: Vocabulary, found: Material) -> Array:
    """What all captions have in common, in wordllama's space: shape (256,)."""
    director, captioner, rng = Director(vocabulary, found.stock), Captioner(vocabulary), Random(7)
    scenes = [director.scene(rng) for _ in range(MEAN_OF)]
    texts = [speak(scene, rng) for scene in scenes for speak in (captioner.full, captioner.part)]
    return np.asarray(plain(texts).mean(axis=0), dtype=np.float32)


@dataclass(slots=True)
class Bank:
    """Vectors of the words themselves, to be told apart."""

    things: list[Vectors]  #: by concept: its words
    places: list[Vectors]
    lights: list[Vectors]
    skies: list[Vectors]
    tinted: Array  #: (concepts, colours, 256): "red car", "blue car" ...


def bank(vocabulary: Vocabulary, mean: Array) -> Bank:
    """Embed every word of the vocabulary."""

    def kind(name: str, order: tuple[str, ...]) -> list[Vectors]:
        settings = vocabulary.settings[name]
        return [centred(plain(settings[each].words), mean) for each in order]

    names = [concept.name for concept in vocabulary.concepts]
    phrases = [f"{colour} {name}" for name in names for colour in vocabulary.colours]
    return Bank(
        things=[centred(plain(concept.words), mean) for concept in vocabulary.concepts],
        places=kind("place", tuple(vocabulary.places)),
        lights=kind("light", LIGHTINGS),
        skies=kind("weather", SKIES),
        tinted=centred(plain(phrases), mean).reshape(len(names), len(vocabulary.colours), -1),
    )
