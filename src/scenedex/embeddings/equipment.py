"""The encoders that this machine can run, each made once: by profile for indexing, by space for search."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar, cast, runtime_checkable

from scenedex import plugins
from scenedex.embeddings import mini
from scenedex.embeddings.elsewhere import OPENAI, Elsewhere, openai_model
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.encoders import audio_encoder, text_encoders, visual_encoder
from scenedex.embeddings.pace import Paces
from scenedex.embeddings.plugged import READS, SEES, Engine, PluggedEyes, PluggedTexts, plugged
from scenedex.embeddings.protocols import AudioTextEncoder, ImageTextEncoder
from scenedex.embeddings.scene_encoders import PictureScenes, SceneEncoder, VideoScenes
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE, WordLlamaEncoder
from scenedex.errors import EncoderError, NotFoundError, UsageError, WeightsMissingError
from scenedex.inference.registry import ModelCard, Registry
from scenedex.inference.session import RunOptions
from scenedex.inference.video_models import VideoOptions
from scenedex.inference.weights import WeightStore
from scenedex.types import Modality, Space

CLIP = "clip-b32"
"""Key of the model that `clip` means, where no CLIP is in use."""

WORDS = "wordllama"
"""Key of the text model that is always here."""

_T = TypeVar("_T")


@runtime_checkable
class Closes(Protocol):
    """An encoder that holds connections."""

    def close(self) -> None:
        """Close them."""


class Equipment:
    """Encoders by the key of their model. Safe to share between threads; nothing is fetched."""

    def __init__(  # noqa: PLR0913 (each is a setting)
        self,
        registry: Registry,
        store: WeightStore,
        options: RunOptions | None = None,
        *,
        elsewhere: Elsewhere | None = None,
        video: VideoOptions | None = None,
        max_side: int = 0,
        paces: Paces | None = None,
        permits: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """`max_side`: longest side of a picture before it is prepared; 0: four times what a network sees.
        `paces`: where it is remembered how networks run fastest here. `permits`: whether a plug-in may be imported."""
        self.registry = registry
        self.store = store
        self.options = options
        self._elsewhere = elsewhere or Elsewhere()
        self._max_side = max_side
        self._paces = paces
        self._permits = permits
        self._video = video or VideoOptions()
        self._lock = threading.RLock()
        self._made: dict[tuple[str, str], object] = {}
        self._are_plugins: dict[str, bool] = {}
        self.words = WordLlamaEncoder()

    def patient(self, timeout_s: float) -> "Equipment":
        """The same, but waiting this long for one picture. Raises UsageError for what is no time to wait."""
        if not 0 < timeout_s <= threading.TIMEOUT_MAX:
            raise UsageError(
                f"The longest time for one picture is some seconds, more than 0, not {timeout_s:g}."
            )
        return Equipment(
            self.registry,
            self.store,
            replace(self.options or RunOptions(), timeout_s=timeout_s),
            elsewhere=replace(self._elsewhere, clip_timeout_s=timeout_s),
            video=self._video,
            max_side=self._max_side,
            paces=self._paces,
            permits=self._permits,
        )

    def close(self) -> None:
        """Close the connections of encoders that run elsewhere. They can be used again, and open new ones."""
        with self._lock:
            made = list(self._made.values())
        for each in made:
            for encoder in each if isinstance(each, tuple) else (each,):
                if isinstance(encoder, Closes):
                    encoder.close()

    def visual(self, key: str) -> ImageTextEncoder:
        """Pictures, and texts to find them by: on the server that is named for it, else on this machine.

        Raises WeightsMissingError, with the command that fetches them.
        """
        return self._remote(key) or self._local(key)

    def _local(self, key: str) -> ImageTextEncoder:
        def make() -> ImageTextEncoder:
            if key == mini.PICTURES:
                return mini.MiniPictures(self.options)
            if self.is_plugin(key):
                return PluggedEyes(self._plugged(key, SEES), self._max_side)
            model = self.store.find(self.registry.find(key))
            return visual_encoder(model, self.options, max_side=self._max_side, paces=self._paces)

        return self._once("visual", key, make)

    def _remote(self, key: str) -> ImageTextEncoder | None:
        def make() -> ImageTextEncoder | None:
            here = key == mini.PICTURES or self.is_plugin(key)
            return None if here else self._elsewhere.sees(self.registry.find(key))

        return self._once("remote", key, make)

    def audio(self, key: str) -> AudioTextEncoder:
        """Sounds, and texts to find them by. Raises WeightsMissingError."""

        def make() -> AudioTextEncoder:
            if key == mini.SOUNDS:
                return mini.MiniSounds(self.options)
            return audio_encoder(self.store.find(self.registry.find(key)), self.options)

        return self._once("audio", key, make)

    def texts(self, key: str) -> tuple[TextEncoder, TextEncoder]:
        """The encoder of passages and the one of queries. Raises WeightsMissingError."""

        def make() -> tuple[TextEncoder, TextEncoder]:
            if key == WORDS:
                return self.words, self.words
            if key.startswith(OPENAI):
                return self._elsewhere.reads(key)
            if self.is_plugin(key):
                engine = self._plugged(key, READS)
                return PluggedTexts(engine), PluggedTexts(engine, engine.queries)
            return text_encoders(self.store.find(self.registry.find(key)), self.options)

        return self._once("text", key, make)

    def scenes(self, backend: str, visual: str) -> SceneEncoder | None:
        """What compares scenes with scenes; None where the visual channel's own model does it (`visual`, its key).

        Raises UsageError, WeightsMissingError and ProviderError, which say what to do.
        """
        if self.scene_model(backend, visual) == ("visual", visual):
            return None

        def make() -> SceneEncoder:
            if backend == "clip":
                return PictureScenes(self.visual(CLIP))
            return VideoScenes(backend, self._video)

        return self._once("scenes", backend, make)

    def scene_model(self, backend: str, visual: str) -> tuple[Modality, str]:
        """Modality and model of the space in which scenes are compared with scenes."""
        if backend == "clip":
            is_clip = visual in self.registry and self.registry.find(visual).family == "clip"
            return ("visual", visual) if is_clip else ("scene", CLIP)
        return ("visual", visual) if backend == "visual" else ("scene", backend)

    def text_key(self, name: str) -> str:
        """The key of the model of transcripts that someone means. Raises UsageError and NotFoundError."""
        if name == WORDS:
            return name
        if name.startswith(OPENAI):
            openai_model(name)
            return name
        if self.is_plugin(name):
            return name
        card = self.registry.find(name)
        if card.modality != "text":
            raise UsageError(f"The model {card.key} is not made to compare texts with texts.")
        return card.key

    def is_plugin(self, name: str) -> bool:
        """Whether a plug-in of this name is installed, and nothing that scenedex has. Imports nothing.

        It is looked up once: that reads the metadata of every package.
        """
        if name not in self._are_plugins:
            ours = name in self.registry or name in (mini.PICTURES, mini.SOUNDS, WORDS)
            self._are_plugins[name] = not ours and plugins.find("encoder", name) is not None
        return self._are_plugins[name]

    def permits(self, name: str) -> bool:
        """Whether a model of this name may run here: any but a plug-in that nobody here has chosen."""
        return not self.is_plugin(name) or self._permits(name)

    def plugin_modality(self, name: str) -> Modality:
        """What a plug-in is for: it is made now. Raises NotFoundError and EncoderPluginError."""
        return plugged(name, None, self._timeout_s).card.modality

    def _plugged(self, key: str, modality: Modality) -> Engine:
        if not self.permits(key):
            raise WeightsMissingError(
                f"Its model {key} is a plug-in that only an import has named, so it is not run: `scenedex models use "
                f"{key}` chooses it."
            )
        return plugged(key, modality, self._timeout_s)

    @property
    def _timeout_s(self) -> float:
        return (self.options or RunOptions()).timeout_s

    def queries(self, space: Space) -> TextEncoder:
        """What turns a query into a vector of this space.

        Raises WeightsMissingError when its model is not here, or only in another revision.
        """
        try:
            encoders = self._readers(space)
        except UsageError as exc:
            if isinstance(exc, EncoderError):
                raise
            raise WeightsMissingError(f"The library was made with {space.name}. {exc}") from exc
        for encoder in encoders:
            if encoder.space.name == space.name:
                return encoder
        raise WeightsMissingError(
            f"The library was made with {space.name}, and this machine has {encoders[-1].space.name}: index again with "
            "--force."
        )

    def _readers(self, space: Space) -> list[TextEncoder]:
        """The encoders of queries that could be of this space: the last is the one of this machine."""
        if space.model == WORDLLAMA_SPACE.model:
            return [self.words]
        if space.name.startswith("openai:"):
            # Nobody's words are sent to a service that is not chosen now.
            return [self.texts(self._elsewhere.text_model)[1] if self._elsewhere.text_model else self.words]
        if space.modality == "visual":
            eyes = self.visual(space.model)
            ours = eyes.space.name == space.name or not self._elsewhere.clip_url
            return [eyes if ours else self._local(space.model)]
        return [self.audio(space.model) if space.modality == "audio" else self.texts(space.model)[1]]

    def missing(self, keys: tuple[str, ...]) -> list[ModelCard]:
        """The models of these keys whose weights are not all here."""
        cards = []
        for key in keys:
            try:
                card = self.registry.find(key)
            except NotFoundError:
                continue  # ships in the package
            if card.modality == "visual" and self._elsewhere.clip_url:
                continue
            if self.store.missing(card):
                cards.append(card)
        return cards

    def _once(self, kind: str, key: str, make: Callable[[], _T]) -> _T:
        with self._lock:
            if (kind, key) not in self._made:
                self._made[kind, key] = make()
            return cast(_T, self._made[kind, key])
