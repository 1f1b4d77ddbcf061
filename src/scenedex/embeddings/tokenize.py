"""Texts → ids, by the rules of each family: how a text is cleaned, what ends it, how it is padded and cut."""

import html
import string
import threading
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as Engine

from scenedex.errors import WeightsDamagedError
from scenedex.inference.registry import TextInput

Ids = NDArray[np.int64]

MAX_CHARACTERS = 20_000
"""Characters of a text that are read; no context is longer."""

_CURLY = {"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"'}
_FULL_WIDTH = "".join(map(chr, (0x3000, *range(0xFB00, 0xFB07), *range(0xFF01, 0xFFF0))))
_PLAIN = str.maketrans(_CURLY | {each: unicodedata.normalize("NFKC", each) for each in _FULL_WIDTH})
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Tokenizer:
    """A `tokenizer.json`. Read at the first text; safe to share between threads."""

    def __init__(self, path: Path, rules: TextInput) -> None:
        self.path = path
        self.rules = rules
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._around: tuple[list[int], list[int]] = ([], [])

    def ids(self, text: str) -> list[int]:
        """The ids of a text, at most `context`: what is too long loses its end, never its end-of-text id.

        Raises WeightsDamagedError when the file is no tokenizer.
        """
        engine, (before, after) = self._ready()
        readable = clean(text[:MAX_CHARACTERS].encode("utf-8", "replace").decode(), self.rules.clean)
        bare = engine.encode(readable, add_special_tokens=False).ids
        return before + bare[: self.rules.context - len(before) - len(after)] + after

    def batch(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Ids and attention mask (1: a token, 0: padding) of several texts, each of shape (n, length)."""
        rows = [self.ids(text) for text in texts]
        length = self.rules.context if self.rules.pad_to == "context" else max(map(len, rows), default=0)
        ids = np.full((len(rows), length), self.rules.pad_id, np.int64)
        mask = np.zeros((len(rows), length), np.int64)
        for index, row in enumerate(rows):
            place = slice(0, len(row)) if self.rules.pad_side == "right" else slice(length - len(row), length)
            ids[index, place] = row
            mask[index, place] = 1
        return ids, mask

    def _ready(self) -> tuple[Engine, tuple[list[int], list[int]]]:
        with self._lock:
            if self._engine is None:
                self._engine, self._around = _read(self.path)
            return self._engine, self._around


def clean(text: str, rule: str) -> str:
    """A text as its family reads it.

    `clip`: HTML entities, white space, curly quotes, full width and ligatures as in the original tokenizer's
    clean-up (ftfy's other repairs, of text in a wrong encoding, are left out), lower case. `canonicalize`:
    lower case without ASCII punctuation (big_vision's and open_clip's rule for SigLIP).
    """
    if rule == "lower":
        return text.lower()
    if rule == "canonicalize":
        return " ".join(text.replace("_", " ").translate(_NO_PUNCTUATION).lower().split())
    if rule == "clip":
        unescaped = html.unescape(html.unescape(text)).translate(_PLAIN)
        return " ".join(unicodedata.normalize("NFC", unescaped).split()).lower()
    return text


def _read(path: Path) -> tuple[Engine, tuple[list[int], list[int]]]:
    try:
        engine = Engine.from_file(str(path))
        engine.no_padding()
        engine.no_truncation()
        bare = engine.encode("a", add_special_tokens=False).ids
        full = engine.encode("a", add_special_tokens=True).ids
    except Exception as exc:
        raise WeightsDamagedError(f"{path} is no tokenizer that can be read: {exc}") from exc
    start = next((i for i in range(len(full)) if full[i : i + len(bare)] == bare), None)
    if start is None:
        raise WeightsDamagedError(f"{path} changes a text when it marks its ends: it cannot be used.")
    return engine, (full[:start], full[start + len(bare) :])
