"""The two halves of an encoder: something → tensor → network → unit vector with its metadata.

A family (clip.py, siglip.py, clap.py, e5.py) puts towers together; what differs between models is data on
their cards.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.tokenize import Tokenizer
from scenedex.errors import EncoderError, GraphError
from scenedex.inference.pool import process_sessions
from scenedex.inference.registry import ModelCard, TextInput
from scenedex.inference.session import RunOptions, Session
from scenedex.inference.weights import LocalModel
from scenedex.types import Vector

log = logging.getLogger(__name__)

_Item = NDArray[Any] | EncoderError

BATCH = 8
"""Items that go through a network together: on a CPU more gains nothing."""


class Tower:
    """Tensors of one kind → embeddings."""

    def __init__(
        self,
        model: LocalModel,
        role: str,
        options: RunOptions | None = None,
        *,
        normalize: bool = True,
        runs: int = 1,
    ) -> None:
        """`runs`: of it at once, which share the processors: each may take so many times as long."""
        self.card: ModelCard = model.card
        self.file, self._options = model.files[role], options or RunOptions()
        self.session: Session = process_sessions().open(self.file, options)
        self._output = model.card.outputs.get(role, "")
        self._normalize = normalize
        self._limit_s = self._options.timeout_s * runs

    def on_threads(self, threads: int) -> None:
        """From now on run on so many threads; 0: on as many as it was made with. What ran before unloads when idle."""
        wanted = replace(self._options, threads=threads or self._options.threads)
        if wanted != self.session.options:
            self.session = process_sessions().open(self.file, wanted)

    def embed(self, items: Iterable[_Item], feed: str, batch: int = BATCH) -> list[Embedding]:
        """One embedding an item, in order; an item that is an error already stays one.

        The next batch is prepared in a thread of its own while the network works on this one.
        """
        batches = _batches(items, batch)
        first = next(batches)
        if len(first) < batch:
            return self._batch(first, feed)
        found: list[Embedding] = []
        with ThreadPoolExecutor(1, thread_name_prefix="prepare") as ahead:
            while first:
                following = ahead.submit(next, batches)
                found += self._batch(first, feed)
                first = following.result()
        return found

    def _batch(self, items: Sequence[_Item], feed: str) -> list[Embedding]:
        good = [item for item in items if not isinstance(item, EncoderError)]
        started = time.perf_counter()
        rows: list[_Item] = []
        if good:
            tensor = np.stack(good)
            feeds = {feed: tensor, "is_longer": np.zeros((len(good), 1), np.bool_)}
            try:
                rows = self.session.run_items(feeds, output=self._output, timeout_s=self._limit_s)
            except EncoderError as exc:
                rows = [exc] * len(good)
        each_ms = (time.perf_counter() - started) * 1000.0 / max(1, len(good))
        failed = sum(isinstance(row, EncoderError) for row in rows) + len(items) - len(good)
        log.debug("%s: %d items, %d failed, %.1f ms each", self.card.key, len(items), failed, each_ms)
        results = iter(rows)
        return [
            self._embedding(item, 0.0)
            if isinstance(item, EncoderError)
            else self._embedding(next(results), each_ms)
            for item in items
        ]

    def _embedding(self, row: _Item, took_ms: float) -> Embedding:
        vector = (
            row if isinstance(row, EncoderError) else as_vector(row, self.card, normalize=self._normalize)
        )
        device = self.session.device if self.session.loaded else ""
        return described(self.card, vector, device=device, took_ms=took_ms, normalized=self._normalize)


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in lists of `size`; the last list is shorter, or empty."""
    remaining = iter(items)
    while True:
        yield list(islice(remaining, size))


class TextTower:
    """Texts → unit vectors."""

    def __init__(
        self, model: LocalModel, options: RunOptions | None = None, *, normalize: bool = True
    ) -> None:
        if model.card.text is None:
            raise GraphError(f"The model {model.card.key} reads no text.")
        self.card: ModelCard = model.card
        # texts have many lengths, and TensorRT would build an engine for each range of them
        options = replace(options or RunOptions(), tensorrt=False)
        self.session: Session = process_sessions().open(model.files["text"], options)
        self.tokenizer = Tokenizer(model.files["tokenizer"], model.card.text)
        self._rules: TextInput = model.card.text
        self._output = model.card.outputs.get("text", "")
        self._normalize = normalize

    def prepare(self) -> None:
        """Load the network, if it is not loaded. Raises EncoderError."""
        self.session.load()

    def embed(self, texts: Sequence[str], prefix: str = "", batch: int = 2 * BATCH) -> list[Vector | None]:
        """One unit vector a text; None for a blank one. Raises EncoderError."""
        found: list[Vector | None] = [None] * len(texts)
        filled = [index for index, text in enumerate(texts) if text.strip()]
        filled.sort(key=lambda index: len(texts[index]))  # equal lengths together: less padding
        for start in range(0, len(filled), batch):
            part = filled[start : start + batch]
            for index, row in zip(part, self._rows([prefix + texts[i] for i in part]), strict=True):
                found[index] = row
        return found

    def _rows(self, texts: Sequence[str]) -> list[Vector]:
        ids, mask = self.tokenizer.batch(texts)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        log.debug("%s: %d texts of %d ids", self.card.key, *ids.shape)
        rows = self.session.run_items(feeds, output=self._output)
        return [self._vector(row, marks) for row, marks in zip(rows, mask, strict=True)]

    def _vector(self, row: _Item, mask: NDArray[np.int64]) -> Vector:
        if isinstance(row, EncoderError):
            raise row
        pooled = _pooled(row, mask, self._rules.pooling) if row.ndim == 2 else row
        vector = as_vector(pooled, self.card, normalize=self._normalize)
        if isinstance(vector, EncoderError):
            raise vector
        return vector


def _pooled(tokens: NDArray[Any], mask: NDArray[np.int64], pooling: str) -> NDArray[Any]:
    if pooling == "cls":
        return np.asarray(tokens[0])
    weights = mask[: len(tokens), None].astype(np.float64)
    return np.asarray((tokens.astype(np.float64) * weights).sum(axis=0) / weights.sum())


def as_vector(row: NDArray[Any], card: ModelCard, *, normalize: bool = True) -> Vector | EncoderError:
    """A row of a network's output as a unit vector, or the reason why it is none."""
    if row.shape != (card.dim,):
        return GraphError(f"The model {card.key} gives the shape {row.shape}, ({card.dim},) is expected.")
    norm = float(np.linalg.norm(row.astype(np.float64)))
    if not np.isfinite(norm) or norm < 1e-12:
        return GraphError(f"The model {card.key} gives numbers that are no direction (norm {norm:g}).")
    return (row / norm if normalize else row).astype(np.float32)


def described(
    card: ModelCard, vector: Vector | EncoderError, *, device: str, took_ms: float, normalized: bool = True
) -> Embedding:
    """An embedding with its metadata."""
    error = vector if isinstance(vector, EncoderError) else None
    metadata = {
        "model_name": card.model_name,
        "pretrained": card.pretrained,
        "embed_dim": card.dim,
        "normalized": normalized,
        "device": device,
        "inference_time_ms": round(took_ms, 3),
        "created_at": datetime.now(UTC).isoformat(),
        "error": f"{type(error).__name__}: {error}" if error else None,
    }
    return Embedding(
        vector=None if isinstance(vector, EncoderError) else vector, error=error, metadata=metadata
    )
