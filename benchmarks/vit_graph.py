"""A vision transformer of any size as an ONNX graph with random weights: no torch, no download.

Queries, keys and values are a product each, as transformers exports them (the file of clip-b32 is such an
export). The patches are cut by a reshape and a product: a convolution whose steps do not overlap is just that,
and a product can be quantised.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


@dataclass(frozen=True, kw_only=True)
class Shape:
    """CLIP's vision tower ViT-B/32 at 224 pixels."""

    size: int = 224
    patch: int = 32
    width: int = 768
    layers: int = 12
    heads: int = 12
    dim: int = 512


class Graph:
    """Nodes and weights, put together one after the other."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, array: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def random(self, *shape: int, scale: float = 0.02) -> str:
        return self.constant(self.rng.normal(0, scale, shape).astype(np.float32))

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def linear(self, x: str, inside: int, outside: int) -> str:
        scale = 0.5 / np.sqrt(inside)
        return self.add(
            "Add",
            self.add("MatMul", x, self.random(inside, outside, scale=scale)),
            self.random(outside),
        )

    def norm(self, x: str, width: int) -> str:
        scale = self.constant(np.ones(width, np.float32))
        return self.add("LayerNormalization", x, scale, self.random(width), axis=-1, epsilon=1e-5)

    def attention(self, x: str, shape: Shape, mask: str | None = None) -> str:
        each = shape.width // shape.heads
        parts = []
        for turn in ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3)):  # queries, keys, values: one product each
            linear = self.linear(x, shape.width, shape.width)
            heads = self.add("Reshape", linear, self.ints(0, -1, shape.heads, each))
            parts.append(self.add("Transpose", heads, perm=turn))
        scores = self.add("Mul", self.add("MatMul", parts[0], parts[1]), self.scalar(each**-0.5))
        if mask is not None:
            scores = self.add("Add", scores, mask)
        mixed = self.add("MatMul", self.add("Softmax", scores, axis=-1), parts[2])
        joined = self.add(
            "Reshape", self.add("Transpose", mixed, perm=(0, 2, 1, 3)), self.ints(0, -1, shape.width)
        )
        return self.linear(joined, shape.width, shape.width)

    def scalar(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def mlp(self, x: str, width: int) -> str:
        inner = self.linear(x, width, 4 * width)
        gate = self.add("Sigmoid", self.add("Mul", inner, self.scalar(1.702)))  # OpenAI's quick GELU
        return self.linear(self.add("Mul", inner, gate), 4 * width, width)


def vision_tower(path: Path, shape: Shape) -> Path:
    """pixel_values [b, 3, size, size] → image_embeds [b, dim], written to `path`."""
    graph = Graph()
    side, patch = shape.size // shape.patch, shape.patch
    grid = graph.add("Reshape", "pixel_values", graph.ints(0, 3, side, patch, side, patch))
    flat = graph.add("Transpose", grid, perm=(0, 2, 4, 1, 3, 5))
    patches = graph.add("Reshape", flat, graph.ints(0, side * side, 3 * patch * patch))
    tokens = graph.add("MatMul", patches, graph.random(3 * patch * patch, shape.width))
    batch = graph.add("Shape", "pixel_values", start=0, end=1)
    whole = graph.add("Concat", batch, graph.ints(1, shape.width), axis=0)
    marker = graph.add("Expand", graph.random(1, 1, shape.width), whole)
    places = (shape.size // shape.patch) ** 2 + 1
    x = graph.add("Concat", marker, tokens, axis=1)
    x = graph.norm(graph.add("Add", x, graph.random(1, places, shape.width)), shape.width)
    for _ in range(shape.layers):
        x = graph.add("Add", x, graph.attention(graph.norm(x, shape.width), shape))
        x = graph.add("Add", x, graph.mlp(graph.norm(x, shape.width), shape.width))
    first = graph.add("Gather", x, graph.constant(np.array(0, np.int64)), axis=1)
    last = graph.add("MatMul", graph.norm(first, shape.width), graph.random(shape.width, shape.dim))
    graph.nodes.append(helper.make_node("Identity", [last], ["image_embeds"]))
    pixels = helper.make_tensor_value_info(
        "pixel_values", TensorProto.FLOAT, ["b", 3, shape.size, shape.size]
    )
    embeds = helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["b", shape.dim])
    made = helper.make_graph(graph.nodes, "vision", [pixels], [embeds], graph.weights)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path
