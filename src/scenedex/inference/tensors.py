"""What a graph declares, matched with what a family gives: by name, by alias, never by position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import GraphError

Array = NDArray[Any]
Feeds = Mapping[str, Array]

_ALIASES = {
    "pixel_values": ("pixel_values", "image", "images", "input"),
    "input_ids": ("input_ids", "text", "input"),
    "input_features": ("input_features", "input"),
}
_OUTPUTS = (
    "image_embeds", "text_embeds", "audio_embeds", "pooler_output",
    "sentence_embedding", "embedding", "last_hidden_state",
)  # fmt: skip
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(uint8)": np.uint8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """An input or output that a graph declares."""

    name: str
    dtype: str  #: as ONNX Runtime names it: `tensor(float)`
    shape: tuple[int | str | None, ...]  #: a name or None where it is free


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Inputs and outputs of a graph."""

    name: str  #: of its file, for messages
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def fixed_batch(self) -> int | None:
        """How many items it takes at once, where it does not take any number."""
        first = self.inputs[0].shape[0] if self.inputs and self.inputs[0].shape else None
        return first if isinstance(first, int) else None

    def takes_bytes(self, name: str) -> bool:
        """Whether the input that goes by that name takes pictures as bytes, (items, height, width, 3)."""
        known = _ALIASES.get(name, (name,))
        found = next((tensor for tensor in self.inputs if tensor.name in known), None)
        return found is not None and found.dtype == "tensor(uint8)" and found.shape[-1:] == (3,)

    def output(self, asked: str) -> str:
        """The output of that name, or for "" the one that is an embedding. Raises GraphError."""
        names = [tensor.name for tensor in self.outputs]
        if asked in names:
            return asked
        known = [name for name in _OUTPUTS if name in names]
        if not asked and (known or len(names) == 1):
            return (known or names)[0]
        wanted = asked or "that is an embedding"
        raise GraphError(f"{self.name} has no output {wanted}: it has {', '.join(names)}.")

    def feeds(self, given: Feeds) -> dict[str, Array]:
        """Each declared input with its array, cast to the declared type. Raises GraphError."""
        found: dict[str, Array] = {}
        for tensor in self.inputs:
            names = (name for name in given if tensor.name in _ALIASES.get(name, (name,)))
            array = next((given[name] for name in names), None)
            if array is None:
                raise GraphError(
                    f"{self.name} asks for an input {tensor.name!r} that its family does not have."
                )
            found[tensor.name] = np.ascontiguousarray(array, dtype=_DTYPES.get(tensor.dtype, array.dtype))
        return found


def tensors(declared: Sequence[Any]) -> tuple[Tensor, ...]:
    """What ONNX Runtime says of inputs or outputs."""
    return tuple(Tensor(name=each.name, dtype=each.type, shape=tuple(each.shape)) for each in declared)
