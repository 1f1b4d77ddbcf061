"""How much the names of things count in a picture's vector: found on compositions of its own, after the training.

The more they count, the better words find their pictures, and the worse whole captions do, which tell the place, the
light and the colours, too; and beyond some weight what a tower is unsure of speaks as loudly as what it sees. So they
get the weight that tells the things in a handful of pictures from all others best, if it costs whole captions little.
"""

from random import Random

import numpy as np
import torch
from torch import Tensor

from scenedex.search.background import background_of, unrelated_queries
from scenedex.store.backgrounds import StoredBackground
from training.captions import Captioner
from training.compose import Composer, Material
from training.network import PictureTower, unit
from training.scene import Director, Scene
from training.text import centred, plain
from training.train import scaled
from training.vocabulary import Vocabulary

COMPOSITIONS, GROUP = 600, 50
FILM = 20
"""Pictures of a handful: about as many as a short film has scenes."""
CROWDED = 0.6
SEED = 77  #: another one than the evaluation's
WEIGHTS = (8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 40.0, 48.0, 56.0, 64.0, 96.0)
COST = 0.02
"""Recall@1 among 50 that whole captions may lose."""
ALARMS = 0.1
"""Part of the things that are not there that may seem to be."""

Part = tuple[Tensor, Tensor]
"""What `PictureTower.apart` gives."""


@torch.no_grad()
def balance(tower: PictureTower, words: Vocabulary, found: Material, mean: np.ndarray) -> None:
    """Set the weight of the names in a trained tower."""
    rng, director = Random(SEED), Director(words, found.stock)
    composer, captioner = Composer(found), Captioner(words)
    scenes = [director.scene(rng, held_out=True, crowded=CROWDED) for _ in range(COMPOSITIONS)]
    texts = torch.from_numpy(centred(plain([captioner.full(scene, rng) for scene in scenes]), mean))
    names = centred(plain([concept.name for concept in words.concepts]), mean)
    others = centred(plain(unrelated_queries()), mean)
    parts: list[Part] = []
    for start in range(0, COMPOSITIONS, GROUP):
        seen = tower.body(scaled(np.stack([composer.picture(s) for s in scenes[start : start + GROUP]])))
        parts.append(tower.apart(seen, tower.namer(seen)))
    rest, things = (torch.cat(of) for of in zip(*parts, strict=True))
    vectors = {weight: unit(rest + weight * things) for weight in WEIGHTS}
    recalls = {weight: _recall(each, texts) for weight, each in vectors.items()}
    told = {weight: _told(each.numpy(), scenes, names, others) for weight, each in vectors.items()}
    allowed = [weight for weight in WEIGHTS if recalls[weight] >= max(recalls.values()) - COST]
    chosen = max(allowed, key=told.__getitem__)
    tower.weight.fill_(chosen)
    print(f"names count {chosen:g} (things told {told}, captions {recalls})", flush=True)


def _recall(vectors: Tensor, texts: Tensor) -> float:
    """Recall@1 in groups of 50: full captions to pictures."""
    right = 0
    for start in range(0, len(texts), GROUP):
        group = slice(start, start + GROUP)
        right += int(((texts[group] @ vectors[group].T).argmax(dim=1) == torch.arange(GROUP)).sum())
    return right / len(texts)


def _told(vectors: np.ndarray, scenes: list[Scene], names: np.ndarray, others: np.ndarray) -> float:
    """Part of the things in a handful of pictures that are found, where ALARMS of all others are, too.

    Cosines are calibrated as in a library: against what unrelated queries reach in these pictures.
    """
    there, absent = [], []
    for start in range(0, len(scenes), FILM):
        seen = vectors[start : start + FILM].T
        reached = np.quantile((others @ seen).max(axis=1), np.arange(1, 10) / 10)
        known = background_of(StoredBackground(quantiles=tuple(reached), vectors=FILM))
        odds = ((names @ seen).max(axis=1) - known.even) / known.scale
        shown = np.zeros(len(names), bool)
        shown[[actor.concept for scene in scenes[start : start + FILM] for actor in scene.actors]] = True
        there.append(odds[shown])
        absent.append(odds[~shown])
    return float((np.concatenate(there) >= np.quantile(np.concatenate(absent), 1 - ALARMS)).mean())
