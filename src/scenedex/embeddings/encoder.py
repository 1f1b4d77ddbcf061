"""What an encoder of texts can do; indexing and search ask for no more."""

from collections.abc import Sequence
from typing import Protocol

from scenedex.types import Space, Vector


class TextEncoder(Protocol):
    """Texts → unit vectors of one space. Safe to share between threads."""

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector of shape (space.dim,) a text; None for a text without anything to embed.

        Raises EncoderError when the encoder itself does not work.
        """
