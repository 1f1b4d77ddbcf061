"""What an encoder of texts can do; indexing and search ask for no more."""

from collections.abc import Sequence
from typing import Protocol

from scenedex.types import Space, Vector


class TextEncoder(Protocol):
    """Texts → unit vectors of one space. Safe to share between threads.

    It may have two things more, which search looks for. `static = True`: it only looks words up, in microseconds, so
    it needs no deadline and no cache. `prepare()`: loads its network, which does not count towards a deadline.
    """

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector of shape (space.dim,) a text; None for a text without anything to embed.

        Raises EncoderError when the encoder itself does not work.
        """
