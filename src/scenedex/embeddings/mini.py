"""The mini models: small networks of our own for drawn pictures and synthesised sounds, in the text space of wordllama.

They ship in the package (`mini/`; `training/` says how they are made), so that seeing and hearing can be tried without
a download. On real footage they guess.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.spectrogram import RATE, spectrogram
from scenedex.embeddings.towers import Tower
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.errors import EncoderError, WeightsMissingError
from scenedex.inference.registry import ModelCard, ModelFile
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel
from scenedex.types import Modality, Pixels, Space, Vector, Waveform

PICTURES, SOUNDS = "mini-pictures", "mini-sounds"
PARTS: dict[Modality, tuple[str, str, str]] = {
    "visual": (PICTURES, "vision", "pictures"),
    "audio": (SOUNDS, "audio", "sounds"),
}
"""Modality: key of the model, role of its file, its name on the card."""
SCALE = 40.0
"""Factor of cosines before a softmax: the most that the training lets it become."""
STRETCHED = (1.6, 2.0)
"""A picture whose width by height lies between these is stretched a little; another one gets grey borders."""


def is_here() -> bool:
    """Whether the package has the networks: a source tree in which nobody has trained them has not."""
    return all((folder() / f"{name}.onnx").is_file() for *_, name in PARTS.values())


def folder() -> Path:
    """Where the networks and their card lie."""
    return Path(str(files("scenedex.embeddings"))) / "mini"


class MiniText:
    """Texts in the space of the mini models: wordllama's vectors, less their mean, at unit length again."""

    static = True  #: microseconds a text

    def __init__(self, space: Space, words: WordLlamaEncoder | None = None) -> None:
        self.space = space
        self._words = words or WordLlamaEncoder()
        self._mean = np.asarray(_card()["text"]["mean"], dtype=np.float32)

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector of shape (256,) a text; None for a text without English words."""
        return [self._centred(vector) for vector in self._words.embed(texts)]

    def tokens(self, text: str) -> int:
        """How many tokens of a text are read. Raises EncoderError."""
        return self._words.tokens(text)

    def _centred(self, vector: Vector | None) -> Vector | None:
        if vector is None:
            return None
        moved = vector - self._mean
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


class MiniPictures(MiniText):
    """An ImageEncoder and a TextEncoder."""

    def __init__(self, options: RunOptions | None = None) -> None:
        model = _model("visual")
        super().__init__(model.card.space(model.revision))
        self._tower = Tower(model, "vision", options)

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        return self._tower.embed(map(_prepared, pictures), "pixels")

    @property
    def stages(self) -> "MiniPictures":
        """How it sees, step by step."""
        return self

    @property
    def device(self) -> str:
        """Where the network runs. Loads it."""
        return self._tower.session.device

    def parts(self, picture: Pixels | bytes) -> list[np.ndarray[Any, Any]]:
        """The one array that the tower is given of a picture. Raises PictureError."""
        return [prepared(Image.fromarray(pixels_of(picture)), _card()["pictures"])]

    def embed_parts(self, parts: Sequence[np.ndarray[Any, Any]]) -> list[Embedding]:
        """One embedding a part, in one run; what fails is a value."""
        return self._tower.embed(parts, "pixels", len(parts) + 1)

    def joined(self, parts: Sequence[Embedding]) -> Embedding:
        """The one."""
        return parts[0]

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same: the mini tower sees a wide picture whole."""
        return [(embedding,) for embedding in self.embed_pictures(pictures)]


class MiniSounds(MiniText):
    """An AudioEncoder and a TextEncoder."""

    sample_rate = RATE
    window_s = 10.0

    def __init__(self, options: RunOptions | None = None) -> None:
        model = _model("audio")
        super().__init__(model.card.space(model.revision))
        self._tower = Tower(model, "audio", options)

    def embed_sounds(self, windows: Sequence[Waveform]) -> list[Embedding]:
        """One embedding a window of at most ten seconds at 16 kHz, mono; what fails is a value."""
        return [self._tower.embed([_bands(window)], "bands")[0] for window in windows]


def _prepared(picture: Pixels | bytes) -> np.ndarray[Any, Any] | EncoderError:
    try:
        return prepared(Image.fromarray(pixels_of(picture)), _card()["pictures"])
    except EncoderError as exc:
        return exc


def prepared(image: Image.Image, spec: dict[str, Any]) -> np.ndarray[Any, Any]:
    """An RGB picture of any size as the tower takes it: uint8 (height, width, 3); `spec` is of the card."""
    width, height = spec["width"], spec["height"]
    size = (width, height)
    if not STRETCHED[0] <= image.width / image.height <= STRETCHED[1]:
        share = min(width / image.width, height / image.height)
        size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    canvas = Image.new("RGB", (width, height), tuple(spec["padding"]))
    small = image.resize(size, Image.Resampling.BILINEAR)
    canvas.paste(small, ((width - size[0]) // 2, (height - size[1]) // 2))
    return np.asarray(canvas)


def _bands(window: Waveform) -> np.ndarray[Any, Any] | EncoderError:
    if not np.isfinite(window).all():
        return EncoderError("This sound holds numbers that are no sound.")
    return spectrogram(window[: int(MiniSounds.window_s * RATE)])


@cache
def _card() -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads((folder() / "mini.json").read_text(encoding="utf-8"))
    except OSError as exc:
        raise WeightsMissingError(
            "The mini models are not in this package: install scenedex from its wheel, or run `python -m training`."
        ) from exc
    return card


def _model(modality: Modality) -> LocalModel:
    card = _card()
    key, role, name = PARTS[modality]
    path = folder() / card[name]["file"]
    try:
        revision = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as exc:
        raise WeightsMissingError(
            f"The mini model {path.name} is not in this package: install scenedex again."
        ) from exc
    made = ModelCard(
        key=key,
        family="mini",
        modality=modality,
        model_name=key,
        pretrained="drawings and synthesised sounds",
        repository="",
        revision=revision,
        dim=card["dim"],
        logit_scale=SCALE,
        licence=card["licence"],
        languages=("en",),
        files=(ModelFile(role=role, path=path.name),),
        outputs={role: card[name]["output"]},
    )
    return LocalModel(card=made, files={role: path}, revision=revision)
