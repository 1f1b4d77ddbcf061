"""The text space of the mini models: wordllama's, centred."""

from collections.abc import Sequence

import numpy as np

from scenedex.embeddings.wordllama import WordLlamaEncoder

Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]

_ENCODER = WordLlamaEncoder()


def plain(texts: Sequence[str]) -> Vectors:
    """Unit vectors as wordllama gives them: shape (texts, 256)."""
    vectors = [vector for vector in _ENCODER.embed(texts) if vector is not None]
    assert len(vectors) == len(texts)
    return np.stack(vectors)


def centred(vectors: Vectors, mean: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Vectors:
    """The mini models' text vectors: the mean taken away, unit length again."""
    moved = vectors - mean
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)
