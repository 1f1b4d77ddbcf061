"""Small graphs for the tests of sessions, made with onnx."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def save(path: Path, nodes, inputs, outputs, weights=()) -> Path:
    graph = helper.make_graph(
        nodes, "g", inputs, outputs, [numpy_helper.from_array(array, name) for name, array in weights]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(path))
    return path


def info(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def table(path: Path, rows: int = 10, dim: int = 4) -> Path:
    """input_ids [b, 1] → embedding [b, dim]: row of a table. An id that is not in the table is an error."""
    weights = np.arange(rows * dim, dtype=np.float32).reshape(rows, dim) + 1
    return save(
        path,
        [
            helper.make_node("Gather", ["table", "input_ids"], ["looked"], axis=0),
            helper.make_node("Squeeze", ["looked", "one"], ["embedding"]),
        ],
        [info("input_ids", ["b", 1], TensorProto.INT64)],
        [info("embedding", ["b", dim])],
        [("table", weights), ("one", np.array([1], np.int64))],
    )


def slow(path: Path, size: int = 1200, layers: int = 30, feed: str = "pixel_values") -> Path:
    """pixel_values [b, 3, h, w] → embedding [b, 4], after a long chain of products that no input changes.

    Noise is its start, so that it cannot be computed when the graph is loaded.
    """
    nodes = [helper.make_node("RandomNormal", [], ["m0"], shape=[size, size], scale=0.01)]
    nodes += [helper.make_node("MatMul", ["m0", f"m{i}"], [f"m{i + 1}"]) for i in range(layers)]
    nodes += [
        helper.make_node("ReduceMean", [f"m{layers}"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["made", "nothing"], ["embedding"]),
    ]
    if feed == "pixel_values":
        given = info(feed, ["b", 3, "h", "w"])
        made = [helper.make_node("ReduceMean", [feed], ["seen"], axes=[2, 3], keepdims=0)]
    else:
        given = info(feed, ["b", "length"], TensorProto.INT64)
        made = [
            helper.make_node("Cast", [feed], ["real"], to=TensorProto.FLOAT),
            helper.make_node("Slice", ["real", "start", "end", "axis"], ["seen"]),
        ]
    nodes = [*nodes[:-1], *made, helper.make_node("Gemm", ["seen", "w"], ["made"]), nodes[-1]]
    ends = [(name, np.array([value], np.int64)) for name, value in (("start", 0), ("end", 3), ("axis", 1))]
    weights = [("zero", np.zeros((), np.float32)), ("w", np.eye(3, 4, dtype=np.float32)), *ends]
    return save(path, nodes, [given], [info("embedding", ["b", 4])], weights)


def static(path: Path) -> Path:
    """image [1, 3] float16 → a, b: a batch of one, two outputs of names that say nothing."""
    return save(
        path,
        [helper.make_node("Identity", ["image"], ["a"]), helper.make_node("Neg", ["image"], ["b"])],
        [info("image", [1, 3], TensorProto.FLOAT16)],
        [info("a", [1, 3], TensorProto.FLOAT16), info("b", [1, 3], TensorProto.FLOAT16)],
    )
