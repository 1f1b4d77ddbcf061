"""Graphs put into another form that says the same: what a quantiser takes, and what costs less."""

import logging
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

_LARGE_TABLE = 1 << 14  # numbers; a table of places or of token types is not worth it
_LARGE_PATCH = 64  # numbers; below, the convolution costs nothing
_BY_ELEMENT = {
    "Add", "Sub", "Mul", "Div", "Pow", "Sigmoid", "Tanh", "Erf", "Sqrt", "Gelu", "Cast", "Identity",
}  # fmt: skip


def patches_as_products(model: Any) -> int:
    """Turn convolutions whose steps are as wide as their kernel into reshape and MatMul; how many there were."""
    shapes = {info.name: _shape(info) for info in _inferred(model)}
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    made: list[Any] = []
    count = 0
    for node in model.graph.node:
        new = (
            _as_product(node, shapes.get(node.input[0], ()), weights, model.graph) if _is_conv(node) else None
        )
        made += new or [node]
        count += new is not None
    del model.graph.node[:]
    model.graph.node.extend(made)
    if count:
        drop_unused(model.graph)
    return count


def pooled_token_alone(model: Any) -> int:
    """Where one token is picked at the end, compute what leads to it alone for that token alone; how many products
    got smaller. The values stay what they were: but for the attention, layers work on each token by itself.
    """
    from onnx import helper

    graph = model.graph
    ranks = {info.name: len(_shape(info)) for info in _inferred(model)}
    weights = {tensor.name: len(tensor.dims) for tensor in graph.initializer}
    picks = [node for node in graph.node if _picks_token(node, ranks, weights)]
    if len(picks) != 1:
        return 0
    pick = picks[0]
    place = list(graph.node).index(pick)
    inside = _leads_to(graph, place, ranks, weights)
    if not inside:
        return 0
    smaller = {node.output[0] for node in inside}
    edge: dict[str, None] = {}
    for node in inside:
        for each in node.attribute:
            if node.op_type == "LayerNormalization" and each.name == "axis":
                each.i = -1  # there is one axis less
        for index, name in enumerate(node.input):
            if ranks.get(name) == 3 and name not in smaller:
                edge[name] = None
                node.input[index] = f"{name}_picked"
    gathers = [helper.make_node("Gather", [name, pick.input[1]], [f"{name}_picked"], axis=1) for name in edge]
    done = helper.make_node("Identity", [pick.input[0]], [pick.output[0]])
    before = [node for node in graph.node[:place] if node.output[0] not in smaller]
    after = list(graph.node[place + 1 :])
    del graph.value_info[:]
    del graph.node[:]
    graph.node.extend([*before, *gathers, *inside, done, *after])
    return sum(node.op_type == "MatMul" for node in inside)


def tables_by_row(model: Any) -> int:
    """Turn large tables that rows are looked up in into int8 with a scale for each row; how many there were."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    tables = {tensor.name: tensor for tensor in graph.initializer if _is_table(tensor)}
    made: list[Any] = []
    done: set[str] = set()
    for node in graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables or attribute(node, "axis", 0) != 0:
            made.append(node)
            continue
        name, ids, out = node.input[0], node.input[1], node.output[0]
        if name not in done:
            rows = numpy_helper.to_array(tables[name])
            scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / 127.0
            eight = np.round(rows / scale).astype(np.int8)
            graph.initializer.extend(
                [
                    numpy_helper.from_array(eight, f"{name}_int8"),
                    numpy_helper.from_array(scale, f"{name}_scale"),
                ]
            )
            done.add(name)
        made += [
            helper.make_node("Gather", [f"{name}_int8", ids], [f"{out}_int8"], axis=0),
            helper.make_node("Gather", [f"{name}_scale", ids], [f"{out}_scale"], axis=0),
            helper.make_node("Cast", [f"{out}_int8"], [f"{out}_real"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}_real", f"{out}_scale"], [out]),
        ]
    del graph.node[:]
    graph.node.extend(made)
    if done:
        drop_unused(graph)
    return len(done)


def _inferred(model: Any) -> list[Any]:
    """What is known of the shapes of the graph's inputs, outputs and tensors in between."""
    import onnx

    try:
        graph = onnx.shape_inference.infer_shapes(model).graph
    except (RuntimeError, ValueError) as exc:
        log.debug("no shapes: %s", exc)
        graph = model.graph
    return [*graph.input, *graph.output, *graph.value_info]


def _is_conv(node: Any) -> bool:
    """Whether it is a convolution of patches side by side."""
    kernel = attribute(node, "kernel_shape", [])
    return (
        node.op_type == "Conv"
        and len(kernel) == 2
        and list(kernel) == list(attribute(node, "strides", []))
        and not any(attribute(node, "pads", []))
        and set(attribute(node, "dilations", [1])) == {1}
        and attribute(node, "group", 1) == 1
        and attribute(node, "auto_pad", b"NOTSET") in {b"NOTSET", b"VALID"}
    )


def _as_product(node: Any, shape: tuple[int, ...], weights: dict[str, Any], graph: Any) -> list[Any] | None:
    """The nodes in place of a convolution; None where its picture's size or its weights are not known."""
    from onnx import helper, numpy_helper

    weight, (down, across) = weights.get(node.input[1]), attribute(node, "kernel_shape", [])
    if weight is None or len(shape) != 4 or min(shape[1:]) < 1 or shape[2] % down or shape[3] % across:
        return None
    kernel = numpy_helper.to_array(weight)
    features, inside = kernel.shape[0], kernel[0].size
    if inside < _LARGE_PATCH:
        return None
    rows, columns = shape[2] // down, shape[3] // across
    out, constants = node.output[0], {
        "grid": np.array([0, shape[1], rows, down, columns, across], np.int64),
        "flat": np.array([0, rows * columns, inside], np.int64),
        "weight": np.ascontiguousarray(kernel.reshape(features, inside).T),
        "back": np.array([0, features, rows, columns], np.int64),
    }  # fmt: skip
    graph.initializer.extend(
        numpy_helper.from_array(value, f"{out}_{name}") for name, value in constants.items()
    )
    steps: list[tuple[str, list[str], dict[str, Any]]] = [
        ("Reshape", [node.input[0], f"{out}_grid"], {}),
        ("Transpose", [f"{out}_1"], {"perm": (0, 2, 4, 1, 3, 5)}),
        ("Reshape", [f"{out}_2", f"{out}_flat"], {}),
        ("MatMul", [f"{out}_3", f"{out}_weight"], {}),
        *([("Add", [f"{out}_4", node.input[2]], {})] if len(node.input) > 2 else []),
    ]
    steps.append(("Transpose", [f"{out}_{len(steps)}"], {"perm": (0, 2, 1)}))
    made = [
        helper.make_node(kind, inputs, [f"{out}_{index}"], **attributes)
        for index, (kind, inputs, attributes) in enumerate(steps, 1)
    ]
    return [*made, helper.make_node("Reshape", [f"{out}_{len(steps)}", f"{out}_back"], [out])]


def _picks_token(node: Any, ranks: dict[str, int], weights: dict[str, int]) -> bool:
    """Whether a node takes one token, always the same, out of (item, token, feature)."""
    if node.op_type != "Gather" or attribute(node, "axis", 0) != 1 or ranks.get(node.input[0]) != 3:
        return False
    return weights.get(node.input[1], ranks.get(node.input[1])) == 0


def _leads_to(graph: Any, place: int, ranks: dict[str, int], weights: dict[str, int]) -> list[Any]:
    """The nodes before the one at `place` whose result nothing else uses, as far as each token stands alone."""
    users = Counter(name for node in graph.node for name in node.input)
    users.update(output.name for output in graph.output)
    wanted = Counter([graph.node[place].input[0]])
    found: list[Any] = []
    for node in reversed(graph.node[:place]):
        out = node.output[0]
        if wanted[out] and wanted[out] == users[out] and _each_token(node, ranks, weights):
            found.append(node)
            wanted.update(name for name in node.input if ranks.get(name) == 3)
    return found[::-1]


def _each_token(node: Any, ranks: dict[str, int], weights: dict[str, int]) -> bool:
    """Whether a node makes each token's features out of that token's alone, and of weights."""
    others = [name for name in node.input if ranks.get(name) != 3]
    if node.op_type in _BY_ELEMENT:
        few = all(weights.get(name, ranks.get(name, 2)) < 2 for name in others)
        return few and len(others) < len(node.input)
    if node.op_type == "MatMul":
        return ranks.get(node.input[0]) == 3 and weights.get(node.input[1]) == 2
    axis = attribute(node, "axis", -1)
    return node.op_type == "LayerNormalization" and axis in {-1, 2} and len(node.output) == 1


def _is_table(tensor: Any) -> bool:
    from onnx import TensorProto

    dims = tuple(tensor.dims)
    return bool(
        tensor.data_type == TensorProto.FLOAT and len(dims) == 2 and dims[0] * dims[1] >= _LARGE_TABLE
    )


def _shape(info: Any) -> tuple[int, ...]:
    """Sizes of a declared tensor; 0 where they are free."""
    return tuple(int(dim.dim_value) for dim in info.type.tensor_type.shape.dim)


def attribute(node: Any, name: str, default: Any) -> Any:
    """The value of a node's attribute."""
    from onnx import helper

    found = next((each for each in node.attribute if each.name == name), None)
    return default if found is None else helper.get_attribute_value(found)


def values(tensor: Any) -> NDArray[Any]:
    """The numbers of a weight."""
    from onnx import numpy_helper

    return np.asarray(numpy_helper.to_array(tensor))


def put_values(tensor: Any, array: NDArray[Any]) -> None:
    """Give a weight other numbers."""
    from onnx import numpy_helper

    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def drop_unused(graph: Any) -> None:
    """Take out the weights that no node takes."""
    used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
