"""How much the names of things count in a picture's vector: found on compositions of its own, after the training.

The more they count, the better words that were never trained find their pictures, and the worse whole captions do,
which tell the place, the light and the colours, too. So they get the greatest weight that costs whole captions little.
"""

from random import Random

import numpy as np
import torch
from torch import Tensor

from training.captions import Captioner
from training.compose import Composer, Material
from training.network import PictureTower, unit
from training.scene import Director
from training.text import centred, plain
from training.train import scaled
from training.vocabulary import Vocabulary

COMPOSITIONS, GROUP = 500, 50
SEED = 21  #: another one than the evaluation's
WEIGHTS = (4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0, 28.0, 32.0, 48.0)
COST = 0.02
"""Recall@1 among 50 that whole captions may lose."""


@torch.no_grad()
def balance(tower: PictureTower, words: Vocabulary, found: Material, mean: np.ndarray) -> None:
    """Set the weight of the names in a trained tower."""
    rng, director = Random(SEED), Director(words, found.stock)
    composer, captioner = Composer(found), Captioner(words)
    scenes = [director.scene(rng, held_out=True) for _ in range(COMPOSITIONS)]
    texts = torch.from_numpy(centred(plain([captioner.full(scene, rng) for scene in scenes]), mean))
    parts: list[tuple[Tensor, Tensor]] = []
    for start in range(0, COMPOSITIONS, GROUP):
        seen = tower.body(scaled(np.stack([composer.picture(s) for s in scenes[start : start + GROUP]])))
        parts.append(tower.apart(seen, tower.namer(seen)))
    recalls = {weight: _recall(parts, texts, weight) for weight in WEIGHTS}
    best = max(recalls.values())
    chosen = max(weight for weight, recall in recalls.items() if recall >= best - COST)
    tower.weight.fill_(chosen)
    print(f"names count {chosen:g} (recall {recalls}, best {best:.3f})", flush=True)


def _recall(parts: list[tuple[Tensor, Tensor]], texts: Tensor, weight: float) -> float:
    """Recall@1 in groups of 50: full captions to pictures."""
    right = 0
    for number, (rest, things) in enumerate(parts):
        asked = texts[number * GROUP : (number + 1) * GROUP]
        right += int(((asked @ unit(rest + weight * things).T).argmax(dim=1) == torch.arange(GROUP)).sum())
    return right / len(texts)
