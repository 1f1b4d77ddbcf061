"""Pictures as bytes, (items, height, width, 3), in place of normalised numbers: mean and std go into the weights.

A byte is exact as an int8 product's input: nothing is measured or rounded before the first layer, and a batch is a
quarter as large.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.inference.graph_edits import attribute, drop_unused, values
from scenedex.inference.registry import ImageInput

_CUT = [0, 2, 4, 1, 3, 5]


def pixels_as_bytes(model: Any, image: ImageInput) -> bool:
    """Let the graph take bytes, if patches are cut from its first input by a reshape and a product (which
    `patches_as_products` sees to), and nothing else but its number of items is used; whether that was so.
    """
    from onnx import TensorProto, helper

    graph = model.graph
    given = graph.input[0]
    weights = {tensor.name: tensor for tensor in graph.initializer}
    chain = _chain(graph, given.name, weights)
    if chain is None:
        return False
    grid, product = chain[0], chain[-1]
    _, channels, rows, down, columns, across = values(weights[grid.input[1]]).tolist()
    if channels != 3 or min(rows, down, columns, across) < 1:
        return False
    weight = values(weights[product.input[1]]).reshape(3, down, across, -1)
    place = list(graph.node).index(product)
    for node in _product_of_bytes(graph, given.name, product.output[0], weight, (rows, columns), image):
        graph.node.insert(place, node)
        place += 1
    for node in chain:
        graph.node.remove(node)
    drop_unused(graph)
    items = given.type.tensor_type.shape.dim[0]
    shape = [items.dim_param or items.dim_value, rows * down, columns * across, 3]
    given.CopyFrom(helper.make_tensor_value_info(given.name, TensorProto.UINT8, shape))
    return True


def _product_of_bytes(
    graph: Any, given: str, out: str, weight: NDArray[np.float32], grid: tuple[int, int], image: ImageInput
) -> list[Any]:
    """The nodes that make `out` of bytes; their constants go into the graph."""
    from onnx import TensorProto, helper, numpy_helper

    (rows, columns), (_, down, across, _) = grid, weight.shape
    eight, scale, bias, zero = _in_bytes(weight, image)
    constants: dict[str, NDArray[Any]] = {
        f"{out}_grid8": np.array([0, rows, down, columns, across * 3], np.int64),
        f"{out}_flat8": np.array([0, rows * columns, down * across * 3], np.int64),
        f"{out}_weight8": eight, f"{out}_zero8": zero, f"{out}_scale8": scale, f"{out}_bias8": bias,
    }  # fmt: skip
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    by_grid, by_patch, weights, start, factor, summand = constants
    steps: list[tuple[str, list[str], dict[str, Any]]] = [
        ("Reshape", [given, by_grid], {}),
        ("Transpose", [f"{out}_b1"], {"perm": (0, 1, 3, 2, 4)}),
        ("Reshape", [f"{out}_b2", by_patch], {}),
        ("MatMulInteger", [f"{out}_b3", weights, start], {}),
        ("Cast", [f"{out}_b4"], {"to": TensorProto.FLOAT}),
        ("Mul", [f"{out}_b5", factor], {}),
        ("Add", [f"{out}_b6", summand], {}),
    ]
    names = [*(f"{out}_b{index}" for index in range(1, len(steps))), out]
    return [
        helper.make_node(kind, inputs, [name], name=name, **attributes)
        for (kind, inputs, attributes), name in zip(steps, names, strict=True)
    ]


def _chain(graph: Any, given: str, weights: dict[str, Any]) -> list[Any] | None:
    """The nodes that cut the input into patches, and their product with constant weights."""
    takers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            takers.setdefault(name, []).append(node)
    rest = [node for node in takers.get(given, []) if not _counts_items(node, takers, weights)]
    if len(rest) != 1:
        return None
    chain = [rest[0]]
    for _ in range(3):
        following = takers.get(chain[-1].output[0], [])
        if len(following) != 1:
            return None
        chain += following
    grid, cut, flat, product = chain
    if [node.op_type for node in chain] != ["Reshape", "Transpose", "Reshape", "MatMul"]:
        return None
    known = grid.input[1] in weights and product.input[0] == flat.output[0] and product.input[1] in weights
    if not known or list(attribute(cut, "perm", [])) != _CUT or len(values(weights[grid.input[1]])) != 6:
        return None
    return chain


def _counts_items(node: Any, takers: dict[str, list[Any]], weights: dict[str, Any]) -> bool:
    """Whether a node asks for the input's shape, and only the number of items is used of it."""
    if node.op_type != "Shape":
        return False
    if attribute(node, "start", 0) == 0 and attribute(node, "end", 4) == 1:
        return True
    return all(
        taker.op_type == "Gather" and taker.input[1] in weights and not values(weights[taker.input[1]]).any()
        for taker in takers.get(node.output[0], [])
    )


def _in_bytes(weight: NDArray[np.float32], image: ImageInput) -> tuple[NDArray[Any], ...]:
    """Weights (3, height, width, features) of normalised numbers → int8 weights of bytes, (height · width · 3,
    features), a scale and a bias for each feature, and the byte that stands for zero.

    Bytes are counted from the mean colour, so that rounded weights are multiplied by small numbers.
    """
    mean, std = (np.asarray(each, np.float64)[:, None, None, None] for each in (image.mean, image.std))
    zero = round(255.0 * float(mean.mean()))
    of_bytes = weight.astype(np.float64) / (255.0 * std)
    bias = ((zero - 255.0 * mean) * of_bytes).sum(axis=(0, 1, 2))
    columns = of_bytes.transpose(1, 2, 0, 3).reshape(-1, weight.shape[-1])
    scale = np.maximum(np.abs(columns).max(axis=0), 1e-30) / 127.0
    eight = np.round(columns / scale).astype(np.int8)
    return eight, scale.astype(np.float32), bias.astype(np.float32), np.array(zero, np.uint8)
