"""x·sigmoid(1.702·x) as silu: the same values, and only where the weights belong to the gate alone."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from tests.golden.loading import HERE
from tests.unit.inference.graphs import info, save

from scenedex.inference.graph_gates import quick_gelu_as_silu
from scenedex.inference.session import RunOptions, Session

CPU = RunOptions(device="cpu", timeout_s=60.0, idle_s=0.0)
RNG = np.random.default_rng(11)


def inlined(path: Path) -> onnx.ModelProto:
    """A graph whose large constants are initializers, as preparation leaves it."""
    model = onnx.load(str(path))
    for node in [each for each in model.graph.node if each.op_type == "Constant"]:
        array = numpy_helper.to_array(node.attribute[0].t)
        model.graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
        model.graph.node.remove(node)
    return model


def feed_forward(path: Path, *, factor=1.702, change=None) -> Path:
    """pixel_values [b, 3, 8] → product, gate, product; `change` may edit nodes and outputs."""
    nodes = [
        helper.make_node("MatMul", ["pixel_values", "w1"], ["p"]),
        helper.make_node("Add", ["b1", "p"], ["x"]),
        helper.make_node("Mul", ["factor", "x"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["s"]),
        helper.make_node("Mul", ["s", "x"], ["y"]),
        helper.make_node("MatMul", ["y", "w2"], ["embedding"]),
    ]
    outputs = [info("embedding", ["b", 3, 8])]
    if change:
        change(nodes, outputs)
    weights = [
        ("w1", RNG.normal(0, 1, (8, 16)).astype(np.float32)), ("b1", RNG.normal(0, 1, 16).astype(np.float32)),
        ("w2", RNG.normal(0, 1, (16, 8)).astype(np.float32)), ("factor", np.array(factor, np.float32)),
    ]  # fmt: skip
    return save(path, nodes, [info("pixel_values", ["b", 3, 8])], outputs, weights)


@pytest.mark.parametrize("part", ["vision", "text"])
@pytest.mark.parametrize("constants", ["nodes", "initializers"])
def test_gates_of_clip_keep_their_values(tmp_path: Path, part: str, constants: str) -> None:
    path = HERE / "models" / "golden--clip-hf" / "1" / f"{part}.onnx"
    model = onnx.load(str(path)) if constants == "nodes" else inlined(path)
    sigmoids = [node for node in model.graph.node if node.op_type == "Sigmoid"]
    muls = sum(node.op_type == "Mul" for node in model.graph.node)
    assert quick_gelu_as_silu(model) == len(sigmoids) > 0
    assert sum(node.op_type == "Mul" for node in model.graph.node) == muls - len(sigmoids)
    onnx.save(model, str(tmp_path / "made.onnx"))
    ids = RNG.integers(5, 100, (1, 64))
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    if part == "vision":
        feeds = {"pixel_values": RNG.normal(0, 1, (1, 3, 64, 64)).astype(np.float32)}
    right, made = Session(path, CPU).run(feeds), Session(tmp_path / "made.onnx", CPU).run(feeds)
    np.testing.assert_allclose(made, right, atol=1e-5)


def test_other_activations_stay() -> None:
    model = onnx.load(str(HERE / "models" / "golden--clip-open" / "1" / "vision.onnx"))
    assert quick_gelu_as_silu(model) == 0


@pytest.mark.parametrize("factor", [1.0, 1.702, 3.0])
def test_any_positive_factor_goes_into_the_weights(tmp_path: Path, factor: float) -> None:
    path = feed_forward(tmp_path / "g.onnx", factor=factor)
    model = onnx.load(str(path))
    assert quick_gelu_as_silu(model) == 1
    assert [node.op_type for node in model.graph.node].count("Mul") == 1
    onnx.save(model, str(tmp_path / "made.onnx"))
    feeds = {"pixel_values": RNG.normal(0, 1, (2, 3, 8)).astype(np.float32)}
    right, made = Session(path, CPU).run(feeds), Session(tmp_path / "made.onnx", CPU).run(feeds)
    np.testing.assert_allclose(made, right, rtol=1e-4, atol=1e-5)


def shared_product(nodes, outputs) -> None:
    outputs.append(info("x", ["b", 3, 16]))


def shared_result(nodes, outputs) -> None:
    outputs.append(info("y", ["b", 3, 16]))


def shared_gate(nodes, outputs) -> None:
    outputs.append(info("s", ["b", 3, 16]))


def shared_weight(nodes, outputs) -> None:
    nodes.append(helper.make_node("MatMul", ["pixel_values", "w1"], ["other"]))
    outputs.append(info("other", ["b", 3, 16]))


def no_bias(nodes, outputs) -> None:
    nodes[1] = helper.make_node("Abs", ["p"], ["x"])


def no_product_after(nodes, outputs) -> None:
    nodes[5] = helper.make_node("Abs", ["y"], ["embedding"])
    outputs[0] = info("embedding", ["b", 3, 16])


def other_gate(nodes, outputs) -> None:
    nodes[4] = helper.make_node("Mul", ["s", "p"], ["y"])


@pytest.mark.parametrize(
    "change",
    [shared_product, shared_result, shared_gate, shared_weight, no_bias, no_product_after, other_gate],
)
def test_what_others_use_stays(tmp_path: Path, change) -> None:
    model = onnx.load(str(feed_forward(tmp_path / "g.onnx", change=change)))
    before = model.SerializeToString()
    assert quick_gelu_as_silu(model) == 0
    assert model.SerializeToString() == before


@pytest.mark.parametrize("factor", [0.0, -1.702, [1.0] * 16])
def test_other_factors_stay(tmp_path: Path, factor) -> None:
    model = onnx.load(str(feed_forward(tmp_path / "g.onnx", factor=factor)))
    assert quick_gelu_as_silu(model) == 0
