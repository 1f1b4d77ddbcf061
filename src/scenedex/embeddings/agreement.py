"""How near a graph comes to the checkpoint that it was made from, on the same pictures, sounds and texts.

The graph is run by the very encoder that will use it, with our preparation; the checkpoint's vectors come from
its own tools. So a wrong tokenizer or resize rule shows as well as a wrong number.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.embeddings.clap import ClapEncoder
from scenedex.embeddings.e5 import E5Encoder
from scenedex.embeddings.images import decode
from scenedex.embeddings.pictures import PictureTower
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import TextTower
from scenedex.errors import EncoderError, ExportError, PictureError, UsageError
from scenedex.inference.pool import process_sessions
from scenedex.inference.registry import ModelCard
from scenedex.inference.session import RunOptions, usable_cpus
from scenedex.inference.weights import LocalModel
from scenedex.types import Pixels, Vector, Waveform

log = logging.getLogger(__name__)

FLOOR = {"fp32": 0.99, "fp16": 0.99, "int8": 0.98}
"""Lowest cosine between a graph's vector and the checkpoint's, over all samples, with which a file is kept."""

MAX_PICTURES = 64
"""Pictures of a folder that are compared."""

Answer = Callable[[Sequence[Any]], NDArray[np.float32]]
"""Samples → the checkpoint's own vectors, shape (n, dim)."""

_UNTOUCHED = 1 << 14  # pixels: shrinking large pictures first is our own step, not the model's
_OPTIONS = RunOptions(device="cpu", threads=usable_cpus(), timeout_s=120.0)
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif"}
_SIZES = ((240, 427), (300, 300), (427, 240), (224, 224), (180, 320), (512, 384), (96, 128), (360, 640))
_TEXTS = (
    "a photo of a dog", "two people walk along a beach at sunset", "a red car", "the skyline of a city at night",
    "he explains how the engine works", "a close-up of a flower with water drops on its leaves", "snow",
    "an old man plays the violin in front of a church while children dance around him", "music and applause",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a graph is compared with its checkpoint on."""

    pictures: Sequence[Pixels]
    texts: Sequence[str]
    sounds: Sequence[Waveform]  #: at 48 kHz, at most ten seconds


def drawn_samples() -> Samples:
    """Pictures and sounds drawn from a seed, and a few texts: where no real ones are given."""
    rng = np.random.default_rng(20261120)
    pictures = []
    for height, width in _SIZES:
        y, x = np.mgrid[0:height, 0:width] / min(height, width)
        waves = [np.sin(rng.uniform(2, 30) * (x * np.cos(a) + y * np.sin(a))) for a in rng.uniform(0, 6, 3)]
        noise = rng.normal(0, rng.uniform(2, 40), (height, width, 3))
        shade = rng.uniform(40, 200, 3) + rng.uniform(20, 90) * np.stack(waves, axis=-1) + noise
        pictures.append(np.clip(shade, 0, 255).astype(np.uint8))
    t = np.arange(480_000) / 48_000
    sweep = 0.5 * np.sin(2 * np.pi * (100 * t + 300 * t * t))
    bursts = rng.normal(0, 0.2, t.size) * (np.sin(4 * np.pi * t) > 0)
    tone = 0.3 * np.sin(2 * np.pi * 440 * t[:150_000])
    sounds = [each.astype(np.float32) for each in (sweep, bursts, tone)]
    return Samples(pictures=pictures, texts=_TEXTS, sounds=sounds)


def pictures_in(folder: Path) -> list[Pixels]:
    """The first MAX_PICTURES pictures in a folder, by name. Raises UsageError where none can be read."""
    found: list[Pixels] = []
    paths = sorted(folder.rglob("*")) if folder.is_dir() else []
    for path in paths:
        if len(found) < MAX_PICTURES and path.suffix.lower() in _SUFFIXES and path.is_file():
            try:
                found.append(decode(path.read_bytes(), max_side=1024))
            except (PictureError, OSError) as exc:
                log.warning("%s is left out: %s", path, exc)
    if not found:
        raise UsageError(f"There are no pictures that can be read in {folder}.")
    return found


class Gate:
    """Lets pass what agrees with a checkpoint."""

    def __init__(
        self, card: ModelCard, answers: Mapping[str, Answer], samples: Samples, *, batch: int = 8
    ) -> None:
        size = card.image.size if card.image is not None and card.image.resize == "shortest" else 0
        self._samples: dict[str, Sequence[Any]] = {
            "vision": [_evened(picture, size) if size else picture for picture in samples.pictures],
            "audio": samples.sounds,
            "text": [text for text in samples.texts if text.strip()],
        }
        self._right = {role: answer(self._samples[role]) for role, answer in answers.items()}
        self._batch = batch

    def cosine(self, model: LocalModel, role: str) -> float:
        """The lowest cosine over the samples. Raises ExportError where the graph gives no vectors at all."""
        try:
            made = self._encoded(model, role)
        except EncoderError as exc:
            raise ExportError(f"The {role} part of {model.card.key} does not run: {exc}") from exc
        finally:
            process_sessions().unload()
        return min(_cosine(right, mine) for right, mine in zip(self._right[role], made, strict=True))

    def _encoded(self, model: LocalModel, role: str) -> list[Vector]:
        items = self._samples[role]
        if role == "text":
            e5 = model.card.family == "e5"
            encoder = E5Encoder(model, _OPTIONS) if e5 else TextTower(model, _OPTIONS)
            return [vector for vector in encoder.embed(items) if vector is not None]
        if role == "vision":
            tower = PictureTower(model, _OPTIONS, wide="crop", max_side=_UNTOUCHED, batch=self._batch)
            return _vectors(tower.embed_pictures(items))
        return _vectors(ClapEncoder(model, _OPTIONS).embed_sounds(items))


def refusal(model: str, role: str, precision: str, cosine: float) -> ExportError:
    """The error for a graph that does not pass."""
    hint = " To go without it: --no-int8." if precision == "int8" else ""
    return ExportError(
        f"The {role} part of {model} differs from its source in {precision}: cosine {cosine:.4f} at the lowest, "
        f"{FLOOR[precision]} is needed. It is not kept.{hint}"
    )


def _evened(pixels: Pixels, size: int) -> Pixels:
    """A picture whose centre crop has no half pixel: transformers rounds it down, torchvision and we to even."""
    along = int(pixels.shape[1] >= pixels.shape[0])
    short, long = sorted(pixels.shape[:2])
    while (int(size * long / short) - size) % 2:
        long -= 1
    return pixels[:, :long] if along else pixels[:long]


def _vectors(embeddings: Sequence[Embedding]) -> list[Vector]:
    for each in embeddings:
        if each.error is not None:
            raise each.error
    return [each.vector for each in embeddings if each.vector is not None]


def _cosine(right: NDArray[np.float32], mine: Vector) -> float:
    """-1 where one of them is no direction, or of another space."""
    if right.shape != mine.shape:
        return -1.0
    one, two = right.astype(np.float64), mine.astype(np.float64)
    cosine = float(one @ two / max(float(np.linalg.norm(one) * np.linalg.norm(two)), 1e-12))
    return cosine if np.isfinite(cosine) else -1.0
