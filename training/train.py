"""Trains the picture tower."""

import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.lessons import Bank, Lesson, Lessons
from training.muon import Muon
from training.network import PictureTower
from training.text import Vectors

BATCH = 128
STEPS = 4500
RATE = 3.5e-3
WARM_UP = 150
NEARNESS = 4.0
THINGS, NOTHING = 4.0, 1.0
"""What it counts to name the squares that show a thing, and those that show none."""
REPORT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to train: `steps`, and no longer than `limit_s` seconds (the rate falls with whichever is nearer)."""

    steps: int = STEPS
    limit_s: float = 1e9


class Objective(nn.Module):
    """How far pictures are from their captions and from the words that are true of them.

    That every square of a picture says what it shows (and in which colour) teaches several times faster than
    captions alone. What tells the colours apart is not exported.
    """

    def __init__(self, words: Bank, features: int, seed: int = 3) -> None:
        super().__init__()
        self.caption_scale = nn.Parameter(torch.tensor(2.7))
        self.word_scale = nn.Parameter(torch.tensor(2.7))
        self._words, self._rng = words, np.random.default_rng(seed)
        self._tinted = torch.from_numpy(words.tinted)
        self._middles = middles(words.things)
        self.hues = nn.Conv2d(features, words.tinted.shape[1], 1)

    def forward(self, seen: Tensor, named: Tensor, features: Tensor, lesson: Lesson) -> Tensor:
        things = torch.from_numpy(lesson.things)
        cells, none = torch.from_numpy(lesson.cells), named.shape[1] - 1
        shown = cells != none
        self.right = float((named.detach().argmax(dim=1) == cells)[shown].float().mean())
        told = F.cross_entropy(named, cells, reduction="none")
        loss = THINGS * told[shown].mean() + NOTHING * told[~shown].mean()
        loss = loss + 0.3 * F.cross_entropy(
            self.hues(features), torch.from_numpy(lesson.hues), ignore_index=-1
        )
        for captions in torch.from_numpy(lesson.captions):
            loss = loss + self._contrast(seen, captions)
        scale = self.word_scale.exp().clamp(max=40)
        loss = loss + 1.5 * _spread(scale * seen @ self._drawn(self._words.things).T, things)
        loss = loss + NEARNESS * (1 - (seen * self._meant(lesson)).sum(dim=1).mean())
        for weight, vectors, labels in (
            (0.4, self._words.places, lesson.places),
            (0.2, self._words.lights, lesson.moods[0]),
            (0.2, self._words.skies, lesson.moods[1]),
        ):
            loss = loss + weight * _one(scale * seen @ self._drawn(vectors).T, labels)
        thing, colour = lesson.tinted
        phrases = self._tinted[torch.from_numpy(thing).clamp(min=0)]
        return loss + 0.5 * _one(scale * torch.einsum("bd,bcd->bc", seen, phrases), colour)

    def _meant(self, lesson: Lesson) -> Tensor:
        """Where a picture should lie: amid its captions and the words for its things.

        To tell the trained words apart is not enough: words that were never trained lie beside these.
        """
        full, part = torch.from_numpy(lesson.captions)
        return F.normalize(full + part + 1.5 * torch.from_numpy(lesson.things) @ self._middles, dim=1)

    def _contrast(self, seen: Tensor, captions: Tensor) -> Tensor:
        """Contrastive (Radford et al., 2021), with a share for captions that mean nearly the same."""
        alike = captions @ captions.T
        wanted = 0.6 * torch.eye(len(captions)) + 0.4 * (12 * alike).softmax(dim=1)
        logits = self.caption_scale.exp().clamp(max=40) * seen @ captions.T
        return (_soft(logits, wanted) + _soft(logits.T, wanted)) / 2

    def _drawn(self, words: list[np.ndarray]) -> Tensor:
        """One word of each, by chance; half the time the first, which is its name."""
        picks = [0 if self._rng.random() < 0.4 else int(self._rng.integers(len(each))) for each in words]
        return torch.from_numpy(np.stack([each[pick] for each, pick in zip(words, picks, strict=True)]))


def middles(words: list[Vectors]) -> Tensor:
    """The meaning of each: the mean of its words, unit vectors of shape (n, 256)."""
    return F.normalize(torch.from_numpy(np.stack([each.mean(axis=0) for each in words])))


def placed(tower: PictureTower, features: Tensor, lesson: Lesson) -> Tensor:
    """How far the tower is from naming the place; a plain ground is none, the last number."""
    scores = tower.placer(tower.pooled(features))
    wanted = np.where(lesson.places < 0, scores.shape[1] - 1, lesson.places)
    return 0.5 * F.cross_entropy(scores, torch.from_numpy(wanted))


def _soft(logits: Tensor, wanted: Tensor) -> Tensor:
    return -(wanted * logits.log_softmax(dim=1)).sum(dim=1).mean()


def _spread(logits: Tensor, wanted: Tensor) -> Tensor:
    return -(wanted * logits.log_softmax(dim=1)).sum() / wanted.sum().clamp(min=1)


def _one(logits: Tensor, labels: np.ndarray) -> Tensor:
    wanted = torch.from_numpy(labels)
    return F.cross_entropy(logits, wanted, ignore_index=-1) if bool((wanted >= 0).any()) else logits.sum() * 0


def scaled(pictures: np.ndarray) -> Tensor:
    """uint8 (batch, height, width, 3) as the network takes them: -1 to 1, channels first."""
    values = torch.from_numpy(pictures).permute(0, 3, 1, 2)
    return (values.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def train_pictures(lessons: Lessons, words: Bank, schedule: Schedule) -> PictureTower:
    """The trained picture tower, in evaluation mode."""
    torch.manual_seed(1)
    tower = PictureTower(middles(words.things), middles(words.places)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    objective = Objective(words, tower.namer.in_channels)
    optimizers = _optimizers(tower, objective)
    begun, running, right = time.monotonic(), 0.0, 0.0
    for step, lesson in enumerate(lessons.stream()):
        progress = max(step / schedule.steps, (time.monotonic() - begun) / schedule.limit_s)
        if progress >= 1:
            break
        rate = RATE * min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * np.cos(np.pi * progress))
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            features = tower.body(scaled(lesson.pictures)).float()
        named = tower.namer(features)
        loss = objective(tower.told(features, named), named, features, lesson)
        loss = loss + placed(tower, features, lesson)
        tower.zero_grad()
        objective.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        running += float(loss.detach())
        right += objective.right
        if (step + 1) % REPORT_EVERY == 0:
            spent = time.monotonic() - begun
            means = f"loss {running / REPORT_EVERY:.3f}, squares {right / REPORT_EVERY:.2f}"
            print(f"step {step + 1} of {schedule.steps}: {means}, {spent:.0f} s", flush=True)
            running = right = 0.0
    return tower.eval()


def _optimizers(tower: PictureTower, objective: Objective) -> list[torch.optim.Optimizer]:
    """Muon for the convolutions, AdamW for everything else."""
    convolutions = [weight for weight in tower.body.parameters() if weight.ndim == 4]
    scales = [weight for weight in [*tower.parameters(), *objective.parameters()] if weight.ndim < 2]
    layers = [tower.head.weight, tower.namer.weight, tower.placer.weight, objective.hues.weight]
    groups = [{"params": layers, "weight_decay": 0.03}, {"params": scales, "weight_decay": 0.0}]
    return [Muon(convolutions, RATE, 0.03), torch.optim.AdamW(groups, lr=RATE)]
