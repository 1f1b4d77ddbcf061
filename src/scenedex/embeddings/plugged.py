"""Encoders of other packages, held to what encoders of scenedex are held to."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenedex import plugins
from scenedex.embeddings.elsewhere import MAX_DIM
from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.towers import as_vector, described
from scenedex.errors import EncoderError, EncoderPausedError, EncoderTimeoutError, PluginError
from scenedex.inference.registry import ModelCard
from scenedex.types import Modality, Pixels, Space, Vector

BATCH = 16
"""Pictures, or texts, that a plug-in is given together at most."""

FIRST_S = 300.0
"""Time for the first batch, within which a network may be loaded."""

MAX_SIDE = 1024
"""Longest side of a picture that a plug-in is given, unless CLIP_MAX_IMAGE_SIZE says something else."""

REVISION = re.compile(r"[a-z0-9][a-z0-9_-]{0,7}")
"""As much as the name of a space holds of it."""

SEES: Modality = "visual"
READS: Modality = "text"


class EncoderPlugin(Protocol):
    """What the entry point of an encoder gives when it is called without arguments: one for each process.

    It is asked one thing at a time. Rows need no unit length.
    """

    scenedex_api: int  #: scenedex.plugins.API
    modality: Modality  #: `visual`: pictures, and texts to find them by; `text`: texts alone
    revision: (
        str  #: 8 characters at most; another one where its vectors cannot be compared with those of before
    )
    dim: int  #: numbers of a vector, 1 to 4000

    def embed_pictures(self, pictures: Sequence[Pixels]) -> ArrayLike:
        """Shape (pictures, dim). Of the modality `visual` alone."""

    def embed_texts(self, texts: Sequence[str]) -> ArrayLike:
        """Shape (texts, dim); a row of zeros for a text without anything to embed. Of passages, where
        `embed_queries` is there too, which does the same for what is asked."""


class PluggedTexts:
    """A TextEncoder: the texts of a plug-in. Safe to share between threads."""

    def __init__(self, engine: "Engine", method: str = "embed_texts") -> None:
        self._engine, self._method = engine, method
        self.space: Space = engine.card.space()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for one without anything to embed. Raises EncoderError."""
        found: list[Vector | None] = []
        for start in range(0, len(texts), BATCH):
            part = list(texts[start : start + BATCH])
            rows = self._engine.run(self._method, part)
            found += [self._vector(text, row) for text, row in zip(part, rows, strict=True)]
        return found

    def _vector(self, text: str, row: NDArray[np.float64]) -> Vector | None:
        if not text.strip() or not row.any():
            return None
        vector = as_vector(row, self._engine.card)
        if isinstance(vector, EncoderError):
            raise vector
        return vector


class PluggedEyes(PluggedTexts):
    """An ImageTextEncoder: the pictures and texts of a plug-in. Safe to share between threads."""

    def __init__(self, engine: "Engine", max_side: int = 0) -> None:
        super().__init__(engine)
        self._max_side = max_side or MAX_SIDE

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        found: list[Embedding] = []
        for start in range(0, len(pictures), BATCH):
            found += self._batch(pictures[start : start + BATCH])
        return found

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same: a plug-in sees a wide picture whole."""
        return [(embedding,) for embedding in self.embed_pictures(pictures)]

    def _batch(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        given = [self._pixels(picture) for picture in pictures]
        good = [pixels for pixels in given if not isinstance(pixels, EncoderError)]
        started = time.perf_counter()
        rows = self._rows(good)
        each_ms = (time.perf_counter() - started) * 1000.0 / max(1, len(good))
        results = iter(rows)
        return [
            self._embedding(pixels if isinstance(pixels, EncoderError) else next(results), each_ms)
            for pixels in given
        ]

    def _rows(self, pictures: Sequence[Pixels]) -> list[NDArray[np.float64] | EncoderError]:
        """A row a picture. One that makes the plug-in fail stands alone in the end."""
        try:
            return list(self._engine.run("embed_pictures", pictures)) if pictures else []
        except EncoderError as exc:
            if len(pictures) > 1 and isinstance(exc, PluginError):
                return [row for picture in pictures for row in self._rows([picture])]
            return [exc] * len(pictures)

    def _pixels(self, picture: Pixels | bytes) -> Pixels | EncoderError:
        try:
            return pixels_of(picture, max_side=self._max_side)
        except EncoderError as exc:
            return exc

    def _embedding(self, row: NDArray[np.float64] | EncoderError, took_ms: float) -> Embedding:
        vector = row if isinstance(row, EncoderError) else as_vector(row, self._engine.card)
        return described(self._engine.card, vector, device="plugin", took_ms=took_ms)


class Engine:
    """A plug-in that runs, one call at a time, and whoever asks waits no longer than it may."""

    def __init__(self, plugin: plugins.Plugin, made: Any, timeout_s: float) -> None:
        self.plugin = plugin
        self._made, self._timeout_s = made, timeout_s
        self.card: ModelCard = _card(plugin, made)
        self._busy = threading.Lock()
        self._used = False

    @property
    def queries(self) -> str:
        """The method that embeds what is asked."""
        own = callable(getattr(self._made, "embed_queries", None))
        return "embed_queries" if own else "embed_texts"

    def run(self, method: str, items: Sequence[Any]) -> NDArray[np.float64]:
        """Shape (items, dim), as the plug-in gives it. Raises EncoderError."""
        limit_s = self._timeout_s * len(items) if self._used else max(FIRST_S, self._timeout_s * len(items))
        if not self._busy.acquire(timeout=limit_s):
            raise EncoderPausedError("the encoder is still busy with an earlier call")
        found: list[NDArray[np.float64] | BaseException] = []
        ended = threading.Event()

        def work() -> None:
            try:
                found.append(self._rows(method, items))
            except BaseException as exc:  # noqa: BLE001  raised again in the caller's thread
                found.append(exc)
            finally:
                self._used = True
                self._busy.release()
                ended.set()

        threading.Thread(target=work, daemon=True, name="plugin").start()
        if not ended.wait(limit_s):
            raise EncoderTimeoutError(f"Timeout: the encoder took longer than {limit_s:g} s.")
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0]

    def _rows(self, method: str, items: Sequence[Any]) -> NDArray[np.float64]:
        call: Callable[[Sequence[Any]], ArrayLike] = getattr(self._made, method)
        try:
            rows = np.asarray(call(items), dtype=np.float64)
        except BaseException as exc:
            raise self.plugin.says(f"failed: {plugins.said(exc)}") from exc
        if rows.shape != (len(items), self.card.dim):
            raise self.plugin.says(
                f"gives the shape {rows.shape}, {(len(items), self.card.dim)} is expected."
            )
        return rows


def plugged(name: str, modality: Modality | None, timeout_s: float) -> Engine:
    """The plug-in of this name, for this modality or any. Raises NotFoundError and EncoderPluginError."""
    plugin, made = plugins.make("encoder", name)
    engine = Engine(plugin, made, timeout_s)
    if modality not in (None, engine.card.modality):
        raise plugin.says(f"is for {engine.card.modality}, not for {modality}.")
    return engine


def _card(plugin: plugins.Plugin, made: Any) -> ModelCard:
    modality, revision, dim = (getattr(made, name, None) for name in ("modality", "revision", "dim"))
    wrong = None
    if modality not in (SEES, READS):
        wrong = f"has the modality {modality!r}, `visual` or `text` is expected."
    elif not isinstance(revision, str) or not REVISION.fullmatch(revision):
        wrong = f"has the revision {revision!r}: lower case letters, digits, - and _ are expected, 8 at most."
    elif not isinstance(dim, int) or isinstance(dim, bool) or not 1 <= dim <= MAX_DIM:
        wrong = f"has the dimension {dim!r}, a number from 1 to {MAX_DIM} is expected."
    methods = ("embed_texts", "embed_pictures")[: 2 if modality == SEES else 1]
    missing = [name for name in methods if not callable(getattr(made, name, None))]
    if wrong or missing:
        raise plugin.says(wrong or f"has no method `{missing[0]}`.")
    kind: Modality = SEES if modality == SEES else READS
    return ModelCard(
        key=plugin.name,
        family="plugin",
        modality=kind,
        model_name=plugin.name,
        pretrained=f"{plugin.package} {plugin.version}",
        repository="",
        revision=str(revision),
        dim=int(dim or 0),
        licence="",
        languages=(),
        files=(),
    )
