"""Attention written out in products and transposes → ONNX's operator for it, which moves nothing around."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenedex.inference.graph_edits import attribute, values

log = logging.getLogger(__name__)

_OPSET = 23  # the first that has Attention
_BY_HEAD, _BY_COLUMN = [0, 2, 1, 3], [0, 2, 3, 1]


@dataclass(frozen=True, slots=True)
class _Attention:
    """softmax(scale · q·kᵀ)·v for each head."""

    nodes: list[Any]
    inputs: list[str]  #: queries, keys, values, each (item, token, feature)
    result: str  #: (item, token, feature)
    heads: int
    scale: float


def attention_as_one(model: Any) -> tuple[Any, int]:
    """Put one node in place of each attention without a mask; the graph, in an opset that has the node, and how
    many there were. The values stay what they were.

    Where one token alone is picked from the result, a query is made for that token alone. Expects constants as
    initializers, and a product each for queries, keys and values.
    """
    from onnx import helper

    newer = _converted(model) if any(_Graph(model.graph).attentions()) else None
    if newer is None:
        return model, 0
    found = list(_Graph(newer.graph).attentions())
    nodes = newer.graph.node
    for each in found:
        one = helper.make_node(
            "Attention", each.inputs, [each.result], name=f"{each.result}_attention", scale=each.scale,
            q_num_heads=each.heads, kv_num_heads=each.heads,
        )  # fmt: skip
        nodes.insert(list(nodes).index(each.nodes[0]), one)
        for node in each.nodes:
            nodes.remove(node)
    _Graph(newer.graph).ask_once()
    del newer.graph.value_info[:]  # shapes that changed
    return newer, len(found)


def _converted(model: Any) -> Any:
    """The graph in an opset that has Attention; None where onnx cannot convert it."""
    from onnx import version_converter

    if any(each.domain == "" and each.version >= _OPSET for each in model.opset_import):
        return model
    try:
        return version_converter.convert_version(model, _OPSET)
    except (RuntimeError, ValueError) as exc:
        log.info("attention stays as it is: %s", " ".join(str(exc).split())[:200])
        return None


class _Graph:
    """Who makes a tensor, who takes it, and the weights."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.made: dict[str, Any] = {name: node for node in graph.node for name in node.output}
        self.weights: dict[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
        self.taker: dict[str, Any] = {name: node for node in graph.node for name in node.input}
        self.uses = Counter(name for node in graph.node for name in node.input)
        self.uses.update(output.name for output in graph.output)

    def attentions(self) -> Iterator[_Attention]:
        """Those that can be put in one node, in order."""
        for softmax in self.graph.node:
            if softmax.op_type == "Softmax" and attribute(softmax, "axis", -1) in {-1, 3}:
                found = self._attention(softmax)
                if found is not None:
                    yield found

    def ask_once(self) -> None:
        """Where an attention's result is asked for one token, the same always, make the query of that one alone."""
        from onnx import helper, numpy_helper

        for pick in [node for node in self.graph.node if node.op_type == "Gather"]:
            one, index = self._own(pick.input[0], "Attention"), self._number(pick.input[1])
            add = self._own(one.input[0], "Add") if one is not None else None
            products = [self._own(name, "MatMul") for name in add.input] if add is not None else []
            product = next((node for node in products if node is not None), None)
            if product is None or index is None or attribute(pick, "axis", 0) != 1:
                continue
            name = pick.output[0]
            constants = {f"{name}_index": int(index), f"{name}_axis": 1}
            self.graph.initializer.extend(
                numpy_helper.from_array(np.array([value], np.int64), key) for key, value in constants.items()
            )
            place = list(self.graph.node).index(product)
            asked = helper.make_node("Gather", [product.input[0], f"{name}_index"], [f"{name}_asked"], axis=1)
            product.input[0] = f"{name}_asked"
            self.graph.node.insert(place, asked)
            place = list(self.graph.node).index(pick)
            self.graph.node.remove(pick)
            alone = helper.make_node("Squeeze", [one.output[0], f"{name}_axis"], [name])
            self.graph.node.insert(place, alone)

    def _attention(self, softmax: Any) -> _Attention | None:
        mixed = self._only_taker(softmax.output[0], "MatMul")
        turned = self._only_taker(mixed.output[0], "Transpose") if mixed is not None else None
        joined = self._only_taker(turned.output[0], "Reshape") if turned is not None else None
        product, scaling, scale = self._scores(softmax.input[0])
        if joined is None or product is None or mixed.input[0] != softmax.output[0]:
            return None
        asked = zip((*product.input, mixed.input[1]), (_BY_HEAD, _BY_COLUMN, _BY_HEAD), strict=True)
        parts = [self._split(name, turn) for name, turn in asked]
        widths = {(heads, width) for _, _, heads, width in parts}
        heads, width = widths.pop()
        if widths or not heads or list(attribute(turned, "perm", [])) != _BY_HEAD:
            return None
        if self._ends(joined.input[1]) not in {(3, -1), (3, width)}:
            return None
        inside = [node for nodes, *_ in parts for node in nodes]
        return _Attention(
            nodes=[joined, turned, mixed, softmax, *scaling, product, *inside],
            inputs=[name for _, name, *_ in parts], result=joined.output[0], heads=heads, scale=scale,
        )  # fmt: skip

    def _scores(self, name: str) -> tuple[Any, list[Any], float]:
        """The product of queries and keys, what scales it, and by how much."""
        scaled = self._own(name, "Mul") or self._own(name, "Div")
        if scaled is None:
            return self._own(name, "MatMul"), [], 1.0
        by = self._number(scaled.input[1])
        if by is None or by <= 0:
            return None, [], 1.0
        factor = by if scaled.op_type == "Mul" else 1.0 / by
        return self._own(scaled.input[0], "MatMul"), [scaled], factor

    def _split(self, name: str, turn: list[int]) -> tuple[list[Any], str, int, int]:
        """What splits a product's features into heads, the product, the number of heads and of features: 0 heads
        where it is something else.
        """
        turned = self._own(name, "Transpose")
        split = self._own(turned.input[0], "Reshape") if turned is not None else None
        if split is None or list(attribute(turned, "perm", [])) != turn:
            return [], "", 0, 0
        (axes, each), width = self._ends(split.input[1]), self._width(split.input[0])
        if axes != 4 or each < 1 or width % each:
            return [], "", 0, 0
        return [turned, split], split.input[0], width // each, width

    def _own(self, name: str, kind: str) -> Any:
        """The node of that kind that makes a tensor for one taker alone; None where it is another."""
        node = self.made.get(name)
        return node if node is not None and node.op_type == kind and self.uses[name] == 1 else None

    def _only_taker(self, name: str, kind: str) -> Any:
        node = self.taker.get(name)
        return node if node is not None and node.op_type == kind and self.uses[name] == 1 else None

    def _ends(self, name: str) -> tuple[int, int]:
        """How many numbers a shape has, and its last; (0, 0) where that is not known."""
        node = self.made.get(name)
        parts = list(node.input) if node is not None and node.op_type == "Concat" else [name]
        last = values(self.weights[parts[-1]]).reshape(-1) if parts[-1] in self.weights else np.zeros(0)
        return (len(parts) - 1 + last.size, int(last[-1])) if last.size else (0, 0)

    def _width(self, name: str) -> int:
        """Features of a product with a bias; 0 where it is none."""
        node = self.made.get(name)
        inputs = node.input if node is not None and node.op_type == "Add" else []
        dims = [list(self.weights[each].dims) for each in inputs if each in self.weights]
        return int(dims[0][0]) if dims and len(dims[0]) == 1 else 0

    def _number(self, name: str) -> float | None:
        """The value of a weight that is one number."""
        array = values(self.weights[name]) if name in self.weights else np.zeros(0)
        return float(array.reshape(())) if array.size == 1 else None
