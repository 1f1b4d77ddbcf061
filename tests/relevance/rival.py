"""bm25s, over the tokens that it is given."""

from collections.abc import Sequence

import bm25s


class Rival:
    """An index in memory. Variant (lucene) and constants (1.5, 0.75) are the library's own defaults."""

    def __init__(self, passages: Sequence[str], tokens: Sequence[Sequence[str]]) -> None:
        self._passages = list(passages)
        self._index = bm25s.BM25()
        self._index.index([list(one) for one in tokens], show_progress=False)

    def scored(self, tokens: Sequence[str]) -> dict[str, float]:
        """The score of every passage that has any of the tokens."""
        scores = self._index.get_scores(list(tokens)).tolist()
        return {passage: score for passage, score in zip(self._passages, scores, strict=True) if score > 0}

    def best(self, tokens: Sequence[str], k: int) -> list[str]:
        """The best `k`, by the library's own way to retrieve."""
        numbers = self._index.retrieve([list(tokens)], k=k, show_progress=False, return_as="documents")
        return [self._passages[number] for number in numbers[0]]
