"""CLIP (Radford et al. 2021) and its open_clip kin: pictures and English texts in one space."""

from collections.abc import Sequence
from dataclasses import replace

from scenedex.embeddings.images import WideRule
from scenedex.embeddings.pictures import PictureTower, shrunk
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import BATCH, TextTower
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel
from scenedex.types import Pixels, Space, Vector

QUERY_THREADS = 1
"""Where nobody says how many: a query of a dozen ids takes as long in two (3.8 ms for ViT-B/32 in int8), in which it
also waits for the second while a database works beside it."""


class ClipEncoder:
    """An ImageEncoder and a TextEncoder.

    CLIP sees a square: its own centre crop loses 44 % of a 16:9 picture. `wide` says what is done about it.
    """

    def __init__(
        self,
        model: LocalModel,
        options: RunOptions | None = None,
        *,
        wide: WideRule = "crops",
        normalize: bool = True,
        max_side: int = 0,
        batch: int = BATCH,
    ) -> None:
        ways = ["" if wide == "crop" else wide, shrunk(model.card, max_side)]
        self.space: Space = model.card.space(model.revision, "+".join(filter(None, ways)))
        self._pictures = PictureTower(
            model, options, wide=wide, normalize=normalize, max_side=max_side, batch=batch
        )
        chosen = options or RunOptions()
        alone = replace(chosen, threads=chosen.threads or QUERY_THREADS)
        self._texts = TextTower(model, alone, normalize=normalize)

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        return self._pictures.embed_pictures(pictures)

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """One embedding for each part that a wide picture is seen in."""
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
        """One unit vector a text; None for a blank one. Raises EncoderError."""
        return self._texts.embed(texts)
