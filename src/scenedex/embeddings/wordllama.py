"""wordllama: static word vectors, averaged. English, 256 dimensions, its weights are in its wheel.

The mean and the norm are made here and not by the library: it pads a batch to its longest text (a text of
a megabyte would cost gigabytes) and gives NaN for a text without tokens. Subtracting a mean vector before
the norm was tried and left out: 48 questions in other words than the caption's, and 400 first sentences of
documentation, find their passage no better with the mean of the vocabulary taken away (MRR 0.683 → 0.688
and 0.432 → 0.432). A mean of the same collection does help, but no two libraries have the same.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from scenedex.errors import EncoderError
from scenedex.types import Space, Vector

MAX_CHARACTERS = 20_000
"""Characters of a text that are read; a mean over more words says nothing about any."""

LATIN_END = "\u0250"
"""Latin letters of Unicode lie below this one, but for rare extensions."""

WORDLLAMA_SPACE = Space(
    name="wordllama-256",
    model="wordllama/l2_supercat",
    revision="64b47a2dc493",  # sha256 of l2_supercat_256.safetensors
    modality="text",
    dim=256,
)


TOKENIZER, WEIGHTS = "tokenizers/l2_supercat_tokenizer_config.json", "weights/l2_supercat_256.safetensors"

_Table = np.ndarray[Any, np.dtype[np.float16]]
_Model = tuple[Any, _Table]

_LOADING = threading.Lock()


class WordLlamaEncoder:
    """A TextEncoder. Its tokenizer is read at the first text, which takes 0.1 s, once for all encoders of a process."""

    space = WORDLLAMA_SPACE
    static = True  #: microseconds a text

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector of shape (256,) a text; None for a text without tokens, or in another script than Latin.

        The vocabulary falls back to single bytes for Hangul and its like: vectors of bytes are near one another
        whatever they say.

        Raises EncoderError when wordllama is not installed, or lacks its weights.
        """
        tokenizer, table = self._model()
        readable = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        encoded = tokenizer.encode_batch(readable, add_special_tokens=False)
        return [
            _mean(table, np.asarray(item.ids, dtype=np.int64)) if _is_latin(text) else None
            for text, item in zip(readable, encoded, strict=True)
        ]

    def tokens(self, text: str) -> int:
        """How many tokens of a text are read. Raises EncoderError."""
        readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
        return len(self._model()[0].encode(readable, add_special_tokens=False).ids)

    def _model(self) -> _Model:
        with _LOADING:
            return _load()


def _is_latin(text: str) -> bool:
    """At least half of the letters are Latin; a text without letters counts as well."""
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < LATIN_END for c in letters) >= len(letters)


@lru_cache(maxsize=1)
def _load() -> _Model:
    """Tokenizer, and table of shape (tokens, 256), of the package, whose code brings an HTTP client and is not run."""
    spec = find_spec("wordllama")
    try:
        if spec is None or not spec.submodule_search_locations:
            raise ImportError("it is not installed")
        from safetensors import safe_open
        from tokenizers import Tokenizer

        folder = Path(next(iter(spec.submodule_search_locations)))
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        with safe_open(folder / WEIGHTS, framework="numpy") as weights:
            return tokenizer, weights.get_tensor("embedding.weight")
    except Exception as exc:  # tokenizers raises bare Exception for a file that is none
        raise EncoderError(
            f"The text encoder wordllama cannot be loaded ({exc}): install the package wordllama again."
        ) from exc


def _mean(table: _Table, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Vector | None:
    if not ids.size:
        return None
    pooled = table[np.minimum(ids, len(table) - 1)].mean(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(pooled))
    return (pooled / norm).astype(np.float32) if norm > 1e-9 else None
