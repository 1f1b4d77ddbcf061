"""SigLIP 2 (Tschannen et al. 2025): pictures and texts of many languages in one space.

It sees the whole picture, pressed into a square. Its text-to-text cosines say little: texts are for finding
pictures.
"""

from collections.abc import Sequence

from scenedex.embeddings.pictures import PictureTower, shrunk
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import BATCH, TextTower
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel
from scenedex.types import Pixels, Space, Vector


class SiglipEncoder:
    """An ImageEncoder and a TextEncoder."""

    def __init__(
        self,
        model: LocalModel,
        options: RunOptions | None = None,
        *,
        normalize: bool = True,
        max_side: int = 0,
        batch: int = BATCH,
    ) -> None:
        self.space: Space = model.card.space(model.revision, shrunk(model.card, max_side))
        self._pictures = PictureTower(model, options, normalize=normalize, max_side=max_side, batch=batch)
        self._texts = TextTower(model, options, normalize=normalize)

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        return self._pictures.embed_pictures(pictures)

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same, each in a tuple of its own: SigLIP sees every picture whole."""
        return self._pictures.embed_views(pictures)

    @property
    def stages(self) -> PictureTower:
        """How it sees, step by step."""
        return self._pictures

    def tokens(self, text: str) -> int:
        """How many ids of a text the network is given. Raises EncoderError."""
        return len(self._texts.tokenizer.ids(text))

    def prepare(self) -> None:
        """Load what texts need. Raises EncoderError."""
        self._texts.prepare()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for a blank one. Raises EncoderError.

        The network reads no attention mask and looks at the last of its 64 places: texts are padded to just
        that.
        """
        return self._texts.embed(texts)
