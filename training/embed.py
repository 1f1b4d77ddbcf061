"""The exported mini models as they are used: numpy, Pillow and ONNX Runtime only."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from scenedex.embeddings.mini import prepared
from scenedex.embeddings.spectrogram import RATE, spectrogram
from training.text import Vectors, centred, plain

LONGEST_S = 10


class Mini:
    """The shipped files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.card = json.loads((folder / "mini.json").read_text(encoding="utf-8"))
        self._pictures = _session(folder / self.card["pictures"]["file"])
        self._sounds = _session(folder / self.card["sounds"]["file"])
        self._mean = np.array(self.card["text"]["mean"], np.float32)

    def pictures(self, images: Sequence[Image.Image]) -> Vectors:
        """Unit vectors, shape (images, 256)."""
        return self.pixels(np.stack([self.prepared(image) for image in images]))

    def pixels(self, pixels: np.ndarray) -> Vectors:
        """Unit vectors of prepared pictures, uint8 (pictures, 112, 192, 3)."""
        parts = [
            self._pictures.run(None, {"pixels": pixels[k : k + 32]})[0] for k in range(0, len(pixels), 32)
        ]
        return np.concatenate(parts)

    def prepared(self, image: Image.Image) -> np.ndarray:
        """A picture of any size as the tower takes it: uint8 (112, 192, 3)."""
        return prepared(image.convert("RGB"), self.card["pictures"])

    def sound(self, samples: np.ndarray) -> np.ndarray:
        """The unit vector of mono sound at 16 kHz, -1 to 1; at most its first 10 s are heard."""
        bands = spectrogram(samples[: LONGEST_S * RATE])
        return np.asarray(self._sounds.run(None, {"bands": bands[None]})[0][0])

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, 256)."""
        return centred(plain(texts), self._mean)


def _session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
