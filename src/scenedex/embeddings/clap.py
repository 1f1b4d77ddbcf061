"""CLAP (Wu et al. 2023, LAION): sounds and English texts in one space."""

from collections.abc import Iterator, Sequence

import numpy as np

from scenedex.embeddings.mel import SAMPLE_RATE, WINDOW_SAMPLES, Features, clap_features
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import TextTower, Tower
from scenedex.errors import EncoderError
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel
from scenedex.types import Space, Vector, Waveform


class ClapEncoder:
    """An AudioEncoder and a TextEncoder."""

    sample_rate = SAMPLE_RATE
    window_s = WINDOW_SAMPLES / SAMPLE_RATE

    def __init__(
        self, model: LocalModel, options: RunOptions | None = None, *, normalize: bool = True
    ) -> None:
        self.space: Space = model.card.space(model.revision)
        self._sounds = Tower(model, "audio", options, normalize=normalize)
        self._texts = TextTower(model, options, normalize=normalize)

    def embed_sounds(self, windows: Sequence[Waveform]) -> list[Embedding]:
        """One embedding a window of at most ten seconds at 48 kHz, mono; what fails is a value."""
        return self._sounds.embed(_features(windows), "input_features", batch=4)

    def prepare(self) -> None:
        """Load what texts need. Raises EncoderError."""
        self._texts.prepare()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for a blank one. Raises EncoderError."""
        return self._texts.embed(texts)


def _features(windows: Sequence[Waveform]) -> Iterator[Features | EncoderError]:
    for window in windows:
        try:
            features = clap_features(window)
        except ValueError as exc:
            yield EncoderError(f"This sound cannot be embedded: {exc}.")
            continue
        yield (
            features
            if np.isfinite(features).all()
            else EncoderError("This sound holds numbers that are no sound.")
        )
