"""A composition as facts: what is in the picture and where. Some compositions are held out of the training."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any
from zlib import crc32

from scenedex.demo.draw.places import PLACES
from scenedex.demo.film import truth
from training.vocabulary import Vocabulary

LIGHT_CHANCES = {"day": 0.6, "sunset": 0.18, "night": 0.22}
WEATHER_CHANCES = {"clear": 0.56, "cloudy": 0.08, "rain": 0.1, "snow": 0.09, "fog": 0.08, "storm": 0.09}
COUNT_CHANCES = {0: 0.06, 1: 0.5, 2: 0.25, 3: 0.13, 4: 0.06}
HELD_OUT_SHARE = 12
"""One in so many combinations of thing, colour and place is never trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A thing in a composition."""

    concept: int  #: its number in the vocabulary
    picture: int  #: the number of its sprite
    colour: str | None
    height: float  #: share of the picture's height


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a picture holds."""

    actors: tuple[Actor, ...]
    place: str | None  #: None: before a plain ground
    light: str = "day"
    weather: str = "clear"
    crowded: bool = False  #: things may stand before one another
    seed: int = 0


Stock = list[list[str | None]]
"""For every concept the colours of its sprites; None where a sprite has its own colours."""


class Director:
    """Makes compositions; those of the demo film, and one in `HELD_OUT_SHARE`, only when asked for them."""

    def __init__(self, vocabulary: Vocabulary, stock: Stock) -> None:
        self._concepts, self._stock = vocabulary.concepts, stock
        usable = [k for k, pictures in enumerate(stock) if pictures]
        self._drawn = [k for k in usable if self._concepts[k].drawn is not None]
        self._others = [k for k in usable if self._concepts[k].drawn is None]
        self._places = list(PLACES)
        self._film = {
            (thing, colour, scenery.place) for scenery in truth() for thing, colour in scenery.things
        }

    def held_out(self, scene: Scene) -> bool:
        """Whether any thing, its colour and the place together are kept from the training."""
        return any(self._kept(actor, scene.place) for actor in scene.actors)

    def _kept(self, actor: Actor, place: str | None) -> bool:
        key = (self._concepts[actor.concept].name, actor.colour, place)
        return place is not None and (key in self._film or crc32(repr(key).encode()) % HELD_OUT_SHARE == 0)

    def scene(self, rng: Random, *, held_out: bool = False, easy: float = 0.0, crowded: float = 0.0) -> Scene:
        """A composition by chance: one that may be trained, or one (with things in it) that may not.

        `easy` is the share of pictures with one large thing by day, half of them before a plain ground; `crowded`
        that of pictures with several things in the sizes that they have beside one another, some half hidden.
        """
        while True:
            kind = rng.random()
            if kind < easy:
                scene = self._easy(rng)
            else:
                scene = self._crowded(rng) if kind < easy + crowded else self._scene(rng)
            if self.held_out(scene) == held_out:
                return scene

    def _scene(self, rng: Random) -> Scene:
        place = None if rng.random() < 0.1 else rng.choice(self._places)
        indoors = place is None or PLACES[place].indoors
        count = _pick(COUNT_CHANCES, rng)
        actors = tuple(self.actor(rng, k) for k in range(count if place else max(1, count)))
        return Scene(
            actors=tuple(sorted(actors, key=lambda actor: -actor.height)),
            place=place,
            light="day" if place is None else _pick(LIGHT_CHANCES, rng),
            weather="clear" if indoors else _pick(WEATHER_CHANCES, rng),
            seed=rng.randrange(1 << 30),
        )

    def _crowded(self, rng: Random) -> Scene:
        count = rng.choices((2, 3, 4, 5), (0.35, 0.35, 0.2, 0.1))[0]
        actors = [self.actor(rng, rank=1, concept=rng.choice(self._drawn)) for _ in range(count)]
        sized = (replace(actor, height=self._beside(actor, rng)) for actor in actors)
        return replace(
            self._scene(rng),
            actors=tuple(sorted(sized, key=lambda actor: -actor.height)),
            place=rng.choice(self._places),
            crowded=True,
        )

    def _beside(self, actor: Actor, rng: Random) -> float:
        drawn = self._concepts[actor.concept].drawn
        usual = actor.height if drawn is None else drawn.height
        return min(0.95, max(0.07, usual * rng.uniform(0.65, 1.3)))

    def _easy(self, rng: Random) -> Scene:
        actor = replace(self.actor(rng), height=rng.uniform(0.45, 0.95))
        place = None if rng.random() < 0.5 else rng.choice(self._places)
        return Scene(actors=(actor,), place=place, seed=rng.randrange(1 << 30))

    def actor(self, rng: Random, rank: int = 0, concept: int | None = None) -> Actor:
        """A thing by chance; the first (`rank` 0) tends to be larger."""
        if concept is None:
            concept = rng.choice(self._drawn if rng.random() < 0.6 else self._others)
        drawn = self._concepts[concept].drawn
        pictures = self._stock[concept]
        ours = [k for k, colour in enumerate(pictures) if colour is not None]
        theirs = [k for k, colour in enumerate(pictures) if colour is None]
        picture = rng.choice(ours if ours and (not theirs or rng.random() < 0.72) else theirs)
        if drawn is not None and rng.random() < 0.4:
            height = drawn.height * rng.uniform(0.6, 1.4)
        else:
            height = (0.14 * 6.5 ** rng.random()) if rank == 0 else (0.1 * 5 ** rng.random())
        return Actor(
            concept=concept,
            picture=picture,
            colour=pictures[picture],
            height=min(0.95, max(0.09, height)),
        )


def _pick(chances: dict[Any, float], rng: Random) -> Any:
    return rng.choices(list(chances), list(chances.values()))[0]
