"""Embeddings, and the spaces in which they may be compared."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One embedding: shape (dim,), unit length."""

Vectors = NDArray[np.float32]
"""Embeddings, one a row: shape (n, dim), unit length."""

Modality = Literal["visual", "audio", "text", "scene", "region"]
SpaceState = Literal["building", "live", "retired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The embeddings that may be compared with one another."""

    name: str  #: unique; model, revision and preprocessing in one word
    model: str
    revision: str
    modality: Modality
    dim: int
    id: int = 0  #: 0 until the store has given it one
    state: SpaceState = "live"


_DESCRIBED = ":description"


def description_space(words: Space) -> Space:
    """The space of descriptions that are embedded by the model of this space of texts."""
    return replace(words, name=words.name + _DESCRIBED, id=0)


def words_space(space: Space) -> Space:
    """The space whose queries are asked in this one: of texts for one of descriptions, else itself."""
    return replace(space, name=space.name.removesuffix(_DESCRIBED))


def is_of_descriptions(space: Space) -> bool:
    """Whether it holds descriptions."""
    return space.name.endswith(_DESCRIBED)


_PARTS = ":parts-"


def region_space(eyes: Space, layout: str) -> Space:
    """The space of the parts, laid out so, of pictures that are embedded by the model of this visual space."""
    return replace(eyes, name=f"{eyes.name}{_PARTS}{layout}", modality="region", id=0, state="live")


def is_of_parts(name: str) -> bool:
    """Whether a space of this name holds parts of pictures."""
    return _PARTS in name


def seeing_name(name: str) -> str:
    """Of the visual space whose model embedded what is in the space of this name: of one of parts, else itself."""
    return name.partition(_PARTS)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingDraft:
    """An embedding of a part of a scene, or the reason why there is none."""

    scene_index: int
    ordinal: int  #: counts within the scene
    t_s: float  #: time of the keyframe, or start of the window
    vector: Vector | None
    metadata: dict[str, Any] = field(default_factory=dict)  #: has `error` where vector is None
    region: int = 0  #: 0: the whole picture; else which part of it, 1 the left or the upper one
