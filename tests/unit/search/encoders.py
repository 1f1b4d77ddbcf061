"""Encoders of texts that behave and misbehave as told."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scenedex.types import Space, Vector

WAIT_S = 60.0  #: longer than any test waits for an encoder


def space(name: str, dim: int = 8, number: int = 0) -> Space:
    return Space(name=name, model=name, revision="1", modality="text", dim=dim, id=number)


def direction(text: str, dim: int) -> Vector:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])
    vector = np.random.default_rng(seed).normal(size=dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Good:
    """Gives every text its direction, and remembers what it was asked."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        self.asked += texts
        return [direction(text, self.space.dim) for text in texts]


class Does(Good):
    """Does this with the texts."""

    def __init__(self, space: Space, does: Callable[[Sequence[str]], Any]) -> None:
        super().__init__(space)
        self.does = does

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        self.asked += texts
        return self.does(texts)  # type: ignore[no-any-return]


class Hangs(Good):
    """Answers when it is let go."""

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        self.inside = threading.Event()
        self.go = threading.Event()
        self.threads = 0

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        self.threads += 1
        self.inside.set()
        self.go.wait(WAIT_S)
        self.threads -= 1
        return super().embed(texts)


def raises(error: BaseException) -> Callable[[Sequence[str]], Any]:
    def fail(texts: Sequence[str]) -> Any:
        raise error

    return fail
