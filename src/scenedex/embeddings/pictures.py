"""Pictures → embeddings, for every family that sees."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

import numpy as np

from scenedex.embeddings.images import Tensor, WideRule, fitted, pixels_of, preprocess, views
from scenedex.embeddings.pace import Pace, Paces, Pacing
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import BATCH, Tower, as_vector, described
from scenedex.errors import EncoderError, GraphError
from scenedex.inference.machine import machine
from scenedex.inference.registry import ImageInput, ModelCard
from scenedex.inference.session import RUNS, RunOptions, shared_threads, surely_cpu, usable_cpus
from scenedex.inference.weights import LocalModel
from scenedex.types import Pixels

ENOUGH = 4
"""Times what a network sees: a longest side of this keeps the detail of crops."""


class PictureTower:
    """The seeing half of a model.

    Where networks run on the CPU alone, RUNS batches are in it at once, which share the cores, and a picture may take
    RUNS times as long as `options` say; unless they say on how many threads a run is to be.
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
        if model.card.image is None:
            raise GraphError(f"The model {model.card.key} sees no pictures.")
        self.card = model.card
        given, cpus = options or RunOptions(), usable_cpus()
        self._runs = 1 if given.threads or not surely_cpu(given.device) else min(RUNS, cpus)
        if self._runs > 1:
            given = replace(given, threads=shared_threads(cpus))
        self.tower = Tower(model, "vision", given, normalize=normalize, runs=self._runs)
        self._spec: ImageInput = model.card.image
        self._wide: WideRule = wide
        self._normalize = normalize
        self._max_side = max_side or ENOUGH * model.card.image.size
        self._batch = batch
        self._revision = model.revision
        self._pacing: Pacing | None = None

    def pace_by(self, paces: Paces) -> None:
        """From now on many pictures at once are seen at the pace that is remembered there, or found out with them."""
        size = self.tower.file.stat().st_size
        key = f"{self.card.key}@{self._revision} {size} bytes, {self._runs} at once, {machine()}"
        self._pacing = Pacing(paces, key, usable_cpus())

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture: of a picture seen in two parts, the direction between them."""
        return [self.joined(parts) for parts in self.embed_views(pictures)]

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """One embedding for each part of each picture."""
        if not pictures:
            return []
        pace, began = self._pace(len(pictures)), time.perf_counter()
        if self._runs == 1:
            seen = self._seen(pictures, pace.batch)
        elif len(pictures) == 1:
            seen = [self._one(pictures[0])]
        else:
            seen = self._side_by_side(pictures, pace.batch)
        if self._pacing:
            self._pacing.took(pace, sum(map(len, seen)), time.perf_counter() - began)
        return seen

    def _one(self, picture: Pixels | bytes) -> tuple[Embedding, ...]:
        """Its parts side by side: they take no longer than one of them."""
        parts = [*self._tensors([picture], [])]
        if len(parts) == 1:
            return tuple(self.tower.embed(parts, "pixel_values"))
        with ThreadPoolExecutor(len(parts), thread_name_prefix="see") as pool:
            seen = pool.map(lambda part: self.tower.embed([part], "pixel_values"), parts)
            return tuple(chain.from_iterable(seen))

    def _side_by_side(self, pictures: Sequence[Pixels | bytes], batch: int) -> list[tuple[Embedding, ...]]:
        """The same in RUNS threads, each of which prepares a batch and runs it."""
        parts = 2 if self._spec.resize == "shortest" and self._wide == "crops" else 1
        size = max(1, min(batch // parts, -(-len(pictures) // self._runs)))
        groups = [pictures[first : first + size] for first in range(0, len(pictures), size)]
        # one more than there are: nothing comes after them that could be prepared meanwhile
        together = batch + 1 if size * parts <= batch else batch
        with ThreadPoolExecutor(self._runs, thread_name_prefix="see") as pool:
            seen = pool.map(lambda group: self._seen(group, together), groups)
            return list(chain.from_iterable(seen))

    def _seen(self, pictures: Sequence[Pixels | bytes], batch: int) -> list[tuple[Embedding, ...]]:
        """One embedding for each part of each picture; so many parts go through the network together."""
        counts: list[int] = []
        parts = iter(self.tower.embed(self._tensors(pictures, counts), "pixel_values", batch))
        return [tuple(next(parts) for _ in range(count)) for count in counts]

    def _pace(self, pictures: int) -> Pace:
        """How so many pictures are seen. Another pace is for many of them, on a CPU."""
        if self._pacing is None or pictures < self._batch or self._on_device():
            return Pace(self._batch)
        pace = self._pacing.next()
        self.tower.on_threads(shared_threads(pace.threads, self._runs) if pace.threads else 0)
        return pace

    def _on_device(self) -> bool:
        try:
            return self.device != "cpu"
        except EncoderError:  # told by the batch, for each picture
            return True

    @property
    def device(self) -> str:
        """Where the network runs: cpu, cuda … Loads it. Raises EncoderError."""
        return self.tower.session.device

    def parts(self, picture: Pixels | bytes) -> list[Tensor | Pixels]:
        """The tensor of each part in which a picture is seen. Raises PictureError."""
        prepared = fitted if self._takes_bytes() else preprocess
        seen = views(pixels_of(picture, max_side=self._max_side), self._spec, self._wide)
        return [prepared(part, self._spec) for part in seen]

    def embed_parts(self, parts: Sequence[Tensor | Pixels]) -> list[Embedding]:
        """One embedding a part, of any pictures, in one run; what fails is a value."""
        return self.tower.embed(parts, "pixel_values", len(parts) + 1)

    def _tensors(
        self, pictures: Sequence[Pixels | bytes], counts: list[int]
    ) -> Iterator[Tensor | Pixels | EncoderError]:
        """The tensors of all parts, one after the other; `counts` gets how many each picture has."""
        for picture in pictures:
            parts: list[Tensor | Pixels | EncoderError]
            try:
                parts = [*self.parts(picture)]
            except EncoderError as exc:
                parts = [exc]
            counts.append(len(parts))
            yield from parts

    def _takes_bytes(self) -> bool:
        """Whether the graph normalises by itself: what int8 does to a graph of ours."""
        try:
            return self.tower.session.takes_bytes()
        except EncoderError:  # told by the batch, for each picture
            return False

    def joined(self, parts: Sequence[Embedding]) -> Embedding:
        """The embedding of a picture: the direction between those of its parts, or what failed."""
        vectors = [part.vector for part in parts if part.vector is not None]
        if len(parts) == 1 or len(vectors) < len(parts):
            return next((part for part in parts if part.error), parts[0])
        between = as_vector(np.mean(vectors, axis=0), self.card, normalize=self._normalize)
        first = parts[0].metadata
        took_ms = sum(part.metadata["inference_time_ms"] for part in parts)
        return described(
            self.card, between, device=first["device"], took_ms=took_ms, normalized=self._normalize
        )


def shrunk(card: ModelCard, max_side: int) -> str:
    """How a space is told apart whose pictures lose detail before they are prepared; "" where they lose none."""
    if card.image is None or not 0 < max_side < ENOUGH * card.image.size:
        return ""
    return f"side{max_side}"
