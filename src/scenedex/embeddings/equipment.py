"""The encoders that this machine can run, each made once: by profile for indexing, by space for search."""

import threading
from collections.abc import Callable
from typing import TypeVar

from scenedex.embeddings import mini
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.encoders import audio_encoder, text_encoders, visual_encoder
from scenedex.embeddings.protocols import AudioTextEncoder, ImageTextEncoder
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE, WordLlamaEncoder
from scenedex.errors import NotFoundError, WeightsMissingError
from scenedex.inference.registry import ModelCard, Registry
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.types import Space

WORDS = "wordllama"
"""Key of the text model that is always here."""

_T = TypeVar("_T")


class Equipment:
    """Encoders by the key of their model. Safe to share between threads; nothing is fetched."""

    def __init__(self, registry: Registry, store: WeightStore, options: RunOptions | None = None) -> None:
        self.registry = registry
        self.store = store
        self._options = options
        self._lock = threading.RLock()
        self._made: dict[tuple[str, str], object] = {}
        self.words = WordLlamaEncoder()

    def visual(self, key: str) -> ImageTextEncoder:
        """Pictures, and texts to find them by. Raises WeightsMissingError, with the command that fetches them."""

        def make() -> ImageTextEncoder:
            if key == mini.PICTURES:
                return mini.MiniPictures(self._options)
            return visual_encoder(self.store.find(self.registry.find(key)), self._options)

        return self._once("visual", key, make)

    def audio(self, key: str) -> AudioTextEncoder:
        """Sounds, and texts to find them by. Raises WeightsMissingError."""

        def make() -> AudioTextEncoder:
            if key == mini.SOUNDS:
                return mini.MiniSounds(self._options)
            return audio_encoder(self.store.find(self.registry.find(key)), self._options)

        return self._once("audio", key, make)

    def texts(self, key: str) -> tuple[TextEncoder, TextEncoder]:
        """The encoder of passages and the one of queries. Raises WeightsMissingError."""

        def make() -> tuple[TextEncoder, TextEncoder]:
            if key == WORDS:
                return self.words, self.words
            return text_encoders(self.store.find(self.registry.find(key)), self._options)

        return self._once("text", key, make)

    def queries(self, space: Space) -> TextEncoder:
        """What turns a query into a vector of this space.

        Raises WeightsMissingError when its model is not here, or only in another revision.
        """
        if space.model == WORDLLAMA_SPACE.model:
            encoder: TextEncoder = self.words
        elif space.modality == "visual":
            encoder = self.visual(space.model)
        elif space.modality == "audio":
            encoder = self.audio(space.model)
        else:
            encoder = self.texts(space.model)[1]
        if encoder.space.name != space.name:
            raise WeightsMissingError(
                f"The library was made with {space.name}, and this machine has {encoder.space.name}: index again."
            )
        return encoder

    def missing(self, keys: tuple[str, ...]) -> list[ModelCard]:
        """The models of these keys whose weights are not all here."""
        cards = []
        for key in keys:
            try:
                card = self.registry.find(key)
            except NotFoundError:
                continue  # ships in the package
            if self.store.missing(card):
                cards.append(card)
        return cards

    def _once(self, kind: str, key: str, make: Callable[[], _T]) -> _T:
        with self._lock:
            if (kind, key) not in self._made:
                self._made[kind, key] = make()
            return self._made[kind, key]  # type: ignore[return-value]
