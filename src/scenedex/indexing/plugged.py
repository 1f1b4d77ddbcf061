"""Pictures of a scene → words about it, by a plug-in."""

from collections.abc import Sequence
from typing import Any, Protocol

from scenedex import plugins
from scenedex.annotations.description import kept
from scenedex.embeddings.images import decode
from scenedex.errors import DescriptionError, PictureError
from scenedex.types import Description, Pixels

MAX_SIDE = 1024
"""Longest side of a picture that a plug-in is given, in pixels."""


class AnnotationPlugin(Protocol):
    """What the entry point of an annotation gives when it is called without arguments: one for each run."""

    scenedex_api: int  #: scenedex.plugins.API

    def describe(self, pictures: Sequence[Pixels]) -> str | Description:
        """What is to be said about a scene, of which these are the keyframes in order. What it raises is the reason why
        this scene has no description."""


class PluggedDescriber:
    """A `scenedex.indexing.description.Describes`. Raises NotFoundError and PluginError."""

    def __init__(self, name: str) -> None:
        self._plugin, self._made = plugins.make("annotation", name)
        if not callable(getattr(self._made, "describe", None)):
            raise self._plugin.says("has no method `describe`.")
        self.model = f"plugin/{name}@{self._plugin.version}"

    def describe(self, pictures: list[bytes]) -> Description:
        """What the plug-in says, no longer than any description. Raises DescriptionError."""
        try:
            shown = [decode(picture, max_side=MAX_SIDE) for picture in pictures]
        except PictureError as exc:
            raise DescriptionError(str(exc)) from exc
        try:
            said: Any = self._made.describe(shown)
        except Exception as exc:
            raise self._wrong(f"failed: {plugins.said(exc)}") from exc
        found = Description(description=said) if isinstance(said, str) else said
        if not isinstance(found, Description):
            raise self._wrong(f"gives {type(said).__name__}, a text or a Description is expected.")
        parts = (found.description, found.summary, *found.tags)
        if not all(isinstance(part, str) for part in parts) or not found.description.strip():
            raise self._wrong("gives a description without a text.")
        return kept(found)

    def answer(self) -> None:
        """Nothing: it is here."""

    def close(self) -> None:
        """Nothing is held but memory."""

    def _wrong(self, what: str) -> DescriptionError:
        return DescriptionError(str(self._plugin.says(what)))
