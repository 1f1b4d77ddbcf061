"""E5 (Wang et al. 2022, 2024): texts for retrieval; a question and a passage are marked as what they are.

Its cosines crowd between 0.7 and 1: they order, they do not decide.
"""

from collections.abc import Sequence

from scenedex.embeddings.towers import TextTower
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel
from scenedex.types import Space, Vector


class E5Encoder:
    """A TextEncoder of passages; `queries` is the TextEncoder of what is looked for, in the same space."""

    def __init__(self, model: LocalModel, options: RunOptions | None = None) -> None:
        self.space: Space = model.card.space(model.revision)
        self._texts = TextTower(model, options)
        rules = model.card.text
        self._prefix = rules.passage_prefix if rules else ""
        self.queries = _Queries(self.space, self._texts, rules.query_prefix if rules else "")

    def prepare(self) -> None:
        """Load what texts need. Raises EncoderError."""
        self._texts.prepare()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a passage; None for a blank one. Raises EncoderError."""
        return self._texts.embed(texts, self._prefix)


class _Queries:
    def __init__(self, space: Space, texts: TextTower, prefix: str) -> None:
        self.space = space
        self._texts = texts
        self._prefix = prefix

    def prepare(self) -> None:
        """Load what texts need. Raises EncoderError."""
        self._texts.prepare()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a query; None for a blank one. Raises EncoderError."""
        return self._texts.embed(texts, self._prefix)
