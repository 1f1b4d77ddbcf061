"""Trains the sound tower on the demo's sounds and mixtures of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from scenedex.demo.sounds import sound
from scenedex.embeddings.spectrogram import RATE, spectrogram
from training.network import Tower, sound_tower
from training.text import centred, plain
from training.vocabulary import SEEDS, sound_words

BATCH = 32
STEPS = 400
LEARNING_RATE = 3e-3
LONGEST_S = 5.0
OPENINGS = ("", "", "", "the sound of ", "we hear ", "a recording of ")


@dataclass(slots=True)
class _Example:
    samples: np.ndarray
    names: tuple[str, ...]


class _Studio:
    """Renders every sound once, and cuts and mixes the recordings."""

    def __init__(self) -> None:
        self._names = list(sound_words())
        self._takes = {
            name: [sound(name, seed, LONGEST_S + 1, RATE) for seed in range(SEEDS)] for name in self._names
        }

    def example(self, rng: np.random.Generator, seconds: float) -> _Example:
        """One sound, or two mixed, `seconds` long."""
        count = 2 if rng.random() < 0.35 else 1
        names = tuple(rng.permutation(self._names)[:count])
        samples = np.zeros(round(seconds * RATE), np.float32)
        for name in names:
            samples += self._cut(rng, name, len(samples)) * np.float32(rng.uniform(0.4, 1.0))
        gain = 10 ** rng.uniform(-1.2, 0.1)
        hiss = rng.standard_normal(len(samples)) * 10 ** rng.uniform(-5, -2.7)
        return _Example((samples * gain + hiss).astype(np.float32), names)

    def _cut(self, rng: np.random.Generator, name: str, length: int) -> np.ndarray:
        take = self._takes[name][int(rng.integers(SEEDS))]
        speed = rng.uniform(0.88, 1.14) if rng.random() < 0.5 else 1.0
        start = rng.uniform(0, max(0.0, len(take) - length * speed))
        at = start + np.arange(length) * speed
        return np.asarray(np.interp(at, np.arange(len(take)), take, right=0.0), dtype=np.float32)


def train_sounds(mean: np.ndarray, steps: int = STEPS) -> Tower:
    """The trained sound tower, in evaluation mode. `mean` is the picture captions' mean."""
    torch.manual_seed(2)
    words, studio, rng = sound_words(), _Studio(), np.random.default_rng(5)
    names = list(words)
    tower = sound_tower()
    scale = torch.nn.Parameter(torch.tensor(2.7))
    optimizer = torch.optim.AdamW([*tower.parameters(), scale], lr=LEARNING_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        seconds = float(rng.choice([1.5, 2.5, 3.5, 5.0]))
        batch = [studio.example(rng, seconds) for _ in range(BATCH)]
        said = [_caption(each.names, words, rng) for each in batch]
        bank = [str(rng.choice(words[name])) for name in names]
        vectors = torch.from_numpy(centred(plain(said + bank), mean))
        wanted = torch.tensor([[float(n in each.names) / len(each.names) for n in names] for each in batch])
        seen = tower(torch.from_numpy(np.stack([spectrogram(each.samples) for each in batch]))[:, None])
        logits = scale.exp().clamp(max=40) * seen @ vectors.T
        loss = _soft(logits[:, BATCH:], wanted) + _captions(logits[:, :BATCH], wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            print(f"sounds, step {step + 1} of {steps}: loss {float(loss.detach()):.3f}", flush=True)
    return tower.eval()


def _caption(names: tuple[str, ...], words: dict[str, tuple[str, ...]], rng: np.random.Generator) -> str:
    return str(rng.choice(OPENINGS)) + " and ".join(str(rng.choice(words[name])) for name in names)


def _soft(logits: Tensor, wanted: Tensor) -> Tensor:
    return -(wanted * logits.log_softmax(dim=1)).sum(dim=1).mean()


def _captions(logits: Tensor, holds: Tensor) -> Tensor:
    """Every caption of a batch that says the same is right."""
    same = (holds @ holds.T > 0.49) & ((holds > 0).float() @ (holds > 0).float().T == (holds > 0).sum(1))
    wanted = same.float() + torch.eye(len(holds))
    return _soft(logits, wanted / wanted.sum(dim=1, keepdim=True))
