"""The public seam of seeing: one picture in, one embedding out, whatever network stands behind it."""

from pathlib import Path

import numpy as np
from PIL import Image

from scenedex.embeddings.encoders import visual_encoder
from scenedex.embeddings.images import WideRule
from scenedex.embeddings.protocols import Embedding, ImageEncoder
from scenedex.embeddings.towers import described
from scenedex.errors import EncoderError, PictureError, WeightsError
from scenedex.inference.registry import ModelCard
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.types import Pixels


class VisualEmbedder:
    """A model of the registry that sees, whether its weights are here or not."""

    def __init__(
        self,
        card: ModelCard,
        store: WeightStore,
        options: RunOptions | None = None,
        *,
        wide: WideRule = "crops",
        normalize: bool = True,
        max_side: int = 0,
    ) -> None:
        """`normalize` false gives raw vectors. `max_side`: longest side of a picture before it is prepared."""
        self.card = card
        self._store = store
        self._options = options
        self._wide: WideRule = wide
        self._normalize = normalize
        self._max_side = max_side
        self._encoder: ImageEncoder | None = None

    def create_visual_embedding(self, image: Pixels | bytes | Path | Image.Image) -> Embedding:
        """The embedding of one picture: pixels, an encoded file, its path, or Pillow's. Never raises."""
        try:
            return self.encoder().embed_pictures([_picture(image)])[0]
        except EncoderError as exc:
            return described(self.card, exc, device="", took_ms=0.0)

    def is_available(self) -> bool:
        """Whether the weights are on this machine, and are what they should be."""
        try:
            self.encoder()
        except WeightsError:
            return False
        return True

    def get_embedding_dim(self) -> int:
        """Numbers of an embedding."""
        return self.card.dim

    def encoder(self) -> ImageEncoder:
        """The encoder itself. Raises WeightsError when the weights are not here, with what to do about it."""
        if self._encoder is None:
            self._encoder = visual_encoder(
                self._store.find(self.card),
                self._options,
                wide=self._wide,
                normalize=self._normalize,
                max_side=self._max_side,
            )
        return self._encoder


def _picture(image: Pixels | bytes | Path | Image.Image) -> Pixels | bytes:
    if isinstance(image, Path):
        try:
            return image.read_bytes()
        except OSError as exc:
            raise PictureError(f"The picture {image} cannot be read: {exc.strerror or exc}") from exc
    if isinstance(image, Image.Image):
        return np.asarray(image.convert("RGB"))
    return image
