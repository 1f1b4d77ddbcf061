"""Vectors of texts that were asked for lately: labels are the same for every picture of a camera."""

from collections import OrderedDict

from scenedex.types import Vector

MOST = 4096
"""Texts. 13 MB of vectors of 768 numbers."""

LONGEST = 1000
"""Characters of a text that is remembered."""


class RememberedTexts:
    """The least asked for is forgotten first. For one thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[str, Vector | None] = OrderedDict()

    def has(self, text: str) -> bool:
        """Whether it is known; from now on it is as if just asked for."""
        if text not in self._known:
            return False
        self._known.move_to_end(text)
        return True

    def get(self, text: str) -> Vector | None:
        """Its vector. Raises KeyError for one that is not known."""
        return self._known[text]

    def put(self, text: str, vector: Vector | None) -> None:
        """Know it."""
        if len(text) > LONGEST:
            return
        self._known[text] = vector
        while len(self._known) > self._most:
            self._known.popitem(last=False)
