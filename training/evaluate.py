"""Measures the exported models through ONNX Runtime: `python -m training.evaluate`."""

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from scenedex.demo.sounds import sound
from scenedex.embeddings.spectrogram import RATE
from training.captions import Captioner
from training.compose import Composer, Material, material
from training.embed import Mini
from training.film import film_ranks
from training.packages import fetch
from training.paths import CACHE, SHIPPED
from training.pictures import Sprite, emoji
from training.scene import Actor, Director, Scene
from training.vocabulary import (
    SEEDS,
    Vocabulary,
    held_out_things,
    held_out_words,
    sound_words,
    vocabulary,
)

COMPOSITIONS, GROUP = 500, 50


class Examination:
    """Every figure is between 0 and 1, the more the better."""

    def __init__(self, mini: Mini, words: Vocabulary, found: Material, packages: Path) -> None:
        self._mini, self._vocabulary, self._found, self._packages = mini, words, found, packages
        self._director, self._composer = Director(words, found.stock), Composer(found)

    def compositions(self) -> dict[str, float]:
        """Held-out compositions: full captions to pictures, in groups of 50; and the captions of a part."""
        rng, captioner = Random(11), Captioner(self._vocabulary)
        scenes = [self._director.scene(rng, held_out=True) for _ in range(COMPOSITIONS)]
        seen = self._mini.pixels(np.stack([self._composer.picture(scene) for scene in scenes]))
        groups = [slice(start, start + GROUP) for start in range(0, COMPOSITIONS, GROUP)]
        said = {"full": captioner.full, "part": captioner.part}
        figures = {}
        for name, speak in said.items():
            texts = self._mini.texts([speak(scene, rng) for scene in scenes])
            ranks = np.concatenate([_ranks(texts[group] @ seen[group].T) for group in groups])
            figures[f"compositions, {name} caption, recall@1 of {GROUP}"] = float((ranks == 0).mean())
            figures[f"compositions, {name} caption, recall@5 of {GROUP}"] = float((ranks < 5).mean())
        return figures

    def words(self) -> tuple[dict[str, float], list[str]]:
        """Words that no training caption holds: which of 60 pictures, each of another thing, in two settings."""
        names = [concept.name for concept in self._vocabulary.concepts]
        pairs = held_out_words()
        asked = self._mini.texts([word for word, _ in pairs])
        figures, missed = {}, []
        for setting in ("before a plain ground", "in any place"):
            plain = setting == "before a plain ground"
            seen = [self._alone(names.index(t), k, plain=plain) for k, (_, t) in enumerate(pairs)]
            ranks = _ranks(asked @ self._mini.pixels(np.stack(seen)).T)
            figures[f"unknown words, {setting}, first of {len(pairs)}"] = float((ranks == 0).mean())
            figures[f"unknown words, {setting}, in the first three of {len(pairs)}"] = float(
                (ranks < 3).mean()
            )
            if plain:
                far = zip(pairs, ranks, strict=True)
                missed = [f"{word} ({thing}): rank {rank + 1}" for (word, thing), rank in far if rank > 2]
        return figures, missed

    def unknown_things(self) -> dict[str, float]:
        """Things never seen: the name finds its picture among those of the others."""
        pairs = held_out_things()
        images = [emoji(character, self._packages) for _, character in pairs]
        # the pictures are put where those of the first things were
        found = Material(
            [[Sprite(image=image)] for image in images if image], self._found.backdrops, self._found.veils
        )
        composer, seen = Composer(found), []
        for k in range(len(pairs)):
            actor = Actor(concept=k, picture=0, colour=None, height=0.7)
            seen.append(composer.picture(Scene(actors=(actor,), place="meadow", seed=k), shape=0))
        ranks = _ranks(self._mini.texts([name for name, _ in pairs]) @ self._mini.pixels(np.stack(seen)).T)
        return {f"unknown things, in the first three of {len(pairs)}": float((ranks < 3).mean())}

    def things_and_colours(self) -> dict[str, float]:
        """One picture of every thing, a third to two thirds of the frame: is its name, its colour, told?"""
        concepts, colours = self._vocabulary.concepts, list(self._vocabulary.colours)
        chosen = [k for k, sprites in enumerate(self._found.sprites) if sprites]
        scenes = [self._scene(k, 5000 + k, 0.34, 0.66) for k in chosen]
        seen = self._mini.pixels(np.stack([self._composer.picture(scene, shape=0) for scene in scenes]))
        ranks = _ranks(seen @ self._mini.texts([concepts[k].name for k in chosen]).T)
        right = []
        for vector, scene in zip(seen, scenes, strict=True):
            colour = scene.actors[0].colour
            if colour is not None:
                name = concepts[scene.actors[0].concept].name
                scores = self._mini.texts([f"{each} {name}" for each in colours]) @ vector
                right.append(colours[int(scores.argmax())] == colour)
        return {
            f"things, named first of {len(chosen)}": float((ranks == 0).mean()),
            f"things, named in the first five of {len(chosen)}": float((ranks < 5).mean()),
            "colours, right of 12": float(np.mean(right)),
        }

    def _alone(self, concept: int, seed: int, *, plain: bool) -> np.ndarray:
        scene = self._scene(concept, 900 + seed, 0.45, 0.75)
        return self._composer.picture(replace(scene, place=None) if plain else scene, shape=0)

    def _scene(self, concept: int, seed: int, least: float, most: float) -> Scene:
        rng = Random(seed)
        actor = self._director.actor(rng, 0, concept)
        placed = Actor(
            concept=concept, picture=actor.picture, colour=actor.colour, height=rng.uniform(least, most)
        )
        return Scene(actors=(placed,), place=rng.choice(list(self._vocabulary.places)), seed=seed)


def sounds(mini: Mini, count: int = 8) -> dict[str, float]:
    """Seeds that were never trained, 4 s each: which of the classes, which of one sound a class; and mixtures."""
    words = sound_words()
    names = list(words)
    texts = mini.texts([words[name][0] for name in names])
    first, told, both = [], [], []
    for seed in range(SEEDS, SEEDS + count):
        made = [sound(name, seed, 4.0, RATE) for name in names]
        heard = np.stack([mini.sound(each) for each in made])
        first.append(_ranks(texts @ heard.T) == 0)
        told.append(_ranks(heard @ texts.T) == 0)
        # the sound of every class but silence, with the one `seed` places further on
        for k in range(1, len(names)):
            other = 1 + (k + seed) % (len(names) - 1)
            if other != k:
                best = np.argsort(texts @ mini.sound((made[k] + made[other]) / 2))[-3:]
                both.append(k in best and other in best)
    return {
        f"sounds, word finds the sound of {len(names)}, recall@1": float(np.mean(first)),
        f"sounds, right class of {len(names)}": float(np.mean(told)),
        "sounds, both parts of a mixture in the first three": float(np.mean(both)),
    }


def evaluate(folder: Path, words: Vocabulary, found: Material, packages: Path) -> dict[str, float]:
    """All figures; the misses are printed."""
    mini = Mini(folder)
    examination = Examination(mini, words, found, packages)
    figures = examination.compositions()
    known, missed = examination.words()
    figures |= known | examination.unknown_things() | examination.things_and_colours() | sounds(mini)
    ranks = film_ranks(mini)
    figures[f"demo film, right scene first, of {len(ranks)} queries"] = sum(
        r == 1 for _, r, _ in ranks
    ) / len(ranks)
    missed += [
        f"film: {query}: rank {rank}, first was shot {first}" for query, rank, first in ranks if rank > 1
    ]
    for name, value in figures.items():
        print(f"{value:6.3f}  {name}")
    print(*missed, sep="\n")
    size = sum(path.stat().st_size for path in folder.glob("*.onnx"))
    print(f"{size / 1e6:.2f} MB together")
    return figures


def _ranks(scores: np.ndarray) -> np.ndarray:
    """For every row how many columns score higher than the one of the same number."""
    return np.asarray((scores > np.diag(scores)[:, None]).sum(axis=1))


if __name__ == "__main__":
    vocabulary_, root = vocabulary(), fetch(CACHE)
    evaluate(
        Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED,
        vocabulary_,
        material(vocabulary_, root, CACHE / "material.pickle"),
        root,
    )
