"""Captions put together from templates."""

from random import Random

from training.scene import Actor, Scene
from training.vocabulary import Vocabulary

OPENINGS = (
    "",
    "",
    "",
    "",
    "a picture of ",
    "a drawing of ",
    "there is ",
    "we see ",
    "a scene with ",
    "showing ",
)
JOINTS = (" and ", ", ", " with ", " next to ", " near ")


class Captioner:
    """Says what is in a composition."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def full(self, scene: Scene, rng: Random) -> str:
        """Everything there is."""
        things = [self._thing(actor, rng, colour=True) for actor in scene.actors]
        rng.shuffle(things)
        return _joined(things, self._settings(scene, rng, 1.0), rng)

    def part(self, scene: Scene, rng: Random) -> str:
        """Some of it: one thing at least, or the place."""
        things = [self._thing(actor, rng, colour=rng.random() < 0.6) for actor in scene.actors]
        rng.shuffle(things)
        settings = self._settings(scene, rng, 0.35)
        if scene.place is not None and rng.random() < 0.08:
            things = []
        if not things and not settings:
            settings = self._settings(scene, rng, 1.0)
        return _joined(things[: rng.choice((1, 1, 2))], settings, rng)

    def _thing(self, actor: Actor, rng: Random, *, colour: bool) -> str:
        concept = self._vocabulary.concepts[actor.concept]
        word = concept.name if rng.random() < 0.5 else rng.choice(concept.words)
        article = rng.choice(("", "a ", "the "))
        if not colour or actor.colour is None:
            return article + word
        words = self._vocabulary.colours[actor.colour].words
        return f"{article}{words[0] if rng.random() < 0.6 else rng.choice(words)} {word}"

    def _settings(self, scene: Scene, rng: Random, chance: float) -> list[str]:
        kinds = self._vocabulary.settings
        said = []
        if scene.place is not None and rng.random() < chance:
            said.append(rng.choice(kinds["place"][scene.place].words))
        if scene.place is not None and rng.random() < (chance if scene.light != "day" else 0.15 * chance):
            said.append(rng.choice(kinds["light"][scene.light].words))
        if scene.weather != "clear" and rng.random() < chance:
            said.append(rng.choice(kinds["weather"][scene.weather].words))
        return said


def _joined(things: list[str], settings: list[str], rng: Random) -> str:
    joint = rng.choice(JOINTS)
    if rng.random() < 0.2:
        rng.shuffle(settings)
    said = " ".join([joint.join(things), *settings]).strip()
    return (rng.choice(OPENINGS) if things else "") + (said or "a picture")
