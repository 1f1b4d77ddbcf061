"""Attention as one node: the same values, and only where it is attention without a mask."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from onnxruntime.quantization.shape_inference import quant_pre_process
from tests.golden.loading import HERE
from tests.unit.inference.graphs import info, save

from scenedex.inference.graph_attention import attention_as_one
from scenedex.inference.session import RunOptions, Session

CPU = RunOptions(device="cpu", timeout_s=60.0, idle_s=0.0)
RNG = np.random.default_rng(12)
WIDTH, HEADS, TOKENS = 12, 3, 5


def prepared(path: Path, folder: Path) -> onnx.ModelProto:
    """A graph as `to_int8` has it when attention's turn comes."""
    quant_pre_process(path, folder / "prepared.onnx", skip_symbolic_shape=True)
    return onnx.load(str(folder / "prepared.onnx"))


def kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def written_out(path: Path, *, scaling="Mul", change=None, shape=(0, -1, HEADS, WIDTH // HEADS)) -> Path:
    """pixel_values [b, 5, 12] → embedding [b, 5, 12]; `change` may edit nodes, outputs and weights."""
    nodes, weights = [], []
    for name, turn in (("q", (0, 2, 1, 3)), ("k", (0, 2, 3, 1)), ("v", (0, 2, 1, 3))):
        weights.append((f"w{name}", RNG.normal(0, 1, (WIDTH, WIDTH)).astype(np.float32)))
        weights.append((f"b{name}", RNG.normal(0, 1, WIDTH).astype(np.float32)))
        nodes += [
            helper.make_node("MatMul", ["pixel_values", f"w{name}"], [f"{name}1"]),
            helper.make_node("Add", [f"b{name}", f"{name}1"], [f"{name}2"]),
            helper.make_node("Reshape", [f"{name}2", "split"], [f"{name}3"]),
            helper.make_node("Transpose", [f"{name}3"], [f"{name}4"], perm=turn),
        ]
    nodes += [
        helper.make_node("MatMul", ["q4", "k4"], ["scores"]),
        helper.make_node(scaling, ["scores", "factor"], ["scaled"]),
        helper.make_node("Softmax", ["scaled"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "v4"], ["mixed"]),
        helper.make_node("Transpose", ["mixed"], ["turned"], perm=(0, 2, 1, 3)),
        helper.make_node("Reshape", ["turned", "join"], ["embedding"]),
    ]
    outputs = [info("embedding", ["b", TOKENS, WIDTH])]
    weights += [("split", np.array(shape, np.int64)), ("join", np.array((0, -1, WIDTH), np.int64))]
    weights.append(("factor", np.array(0.3, np.float32)))
    if change:
        change({node.output[0]: node for node in nodes}, nodes, outputs)
    return save(path, nodes, [info("pixel_values", ["b", TOKENS, WIDTH])], outputs, weights)


def both(path: Path, model: onnx.ModelProto, feeds: dict, output: str = "") -> tuple[np.ndarray, np.ndarray]:
    onnx.checker.check_model(model)
    made = path.with_name("made.onnx")
    onnx.save(model, str(made))
    return Session(path, CPU).run(feeds, output=output), Session(made, CPU).run(feeds, output=output)


@pytest.mark.parametrize(
    ("name", "part"), [("clip-hf", "vision"), ("siglip2-hf", "vision"), ("siglip2-hf", "text")]
)
def test_towers_without_a_mask_keep_their_values(tmp_path: Path, name: str, part: str) -> None:
    path = HERE / "models" / f"golden--{name}" / "1" / f"{part}.onnx"
    model, found = attention_as_one(prepared(path, tmp_path))
    assert found == kinds(model).count("Attention") == 2
    source = tmp_path / "source.onnx"
    source.write_bytes(path.read_bytes())
    for items in (1, 3):
        feeds = {"input_ids": RNG.integers(5, 100, (items, 64))}
        if part == "vision":
            feeds = {"pixel_values": RNG.normal(0, 1, (items, 3, 64, 64)).astype(np.float32)}
        right, made = both(source, model, feeds)
        np.testing.assert_allclose(made, right, atol=1e-5)


@pytest.mark.parametrize("name", ["clip-hf", "clap-hf", "e5-bert"])
def test_attention_with_a_mask_stays(tmp_path: Path, name: str) -> None:
    model = prepared(HERE / "models" / f"golden--{name}" / "1" / "text.onnx", tmp_path)
    before = kinds(model)
    same, found = attention_as_one(model)
    assert found == 0
    assert kinds(same) == before
    assert same.opset_import[0].version == 17


@pytest.mark.parametrize("scaling", ["Mul", "Div"])
def test_scores_are_scaled_as_before(tmp_path: Path, scaling: str) -> None:
    path = written_out(tmp_path / "g.onnx", scaling=scaling)
    model, found = attention_as_one(onnx.load(str(path)))
    assert found == 1
    assert set(kinds(model)) == {"MatMul", "Add", "Attention"}
    right, made = both(path, model, {"pixel_values": RNG.normal(0, 1, (2, TOKENS, WIDTH)).astype(np.float32)})
    np.testing.assert_allclose(made, right, atol=1e-5)


def test_a_picked_token_asks_alone(tmp_path: Path) -> None:
    def change(by_name, nodes, outputs):
        by_name["embedding"].output[0] = "all"
        nodes.append(helper.make_node("Gather", ["all", "third"], ["embedding"], axis=1))
        outputs[:] = [info("embedding", ["b", WIDTH])]

    path = written_out(tmp_path / "g.onnx", change=change)
    model = onnx.load(str(path))
    model.graph.initializer.append(numpy_helper.from_array(np.array(3, np.int64), "third"))
    onnx.save(model, str(path))
    model, found = attention_as_one(model)
    assert found == 1
    asked = next(node for node in model.graph.node if node.op_type == "Gather")
    product = next(node for node in model.graph.node if asked.output[0] in node.input)
    assert (product.op_type, product.input[1]) == ("MatMul", "wq")
    for items in (1, 4):
        feeds = {"pixel_values": RNG.normal(0, 1, (items, TOKENS, WIDTH)).astype(np.float32)}
        right, made = both(path, model, feeds)
        assert made.shape == (items, WIDTH)
        np.testing.assert_allclose(made, right, atol=1e-5)


def other_axis(by_name, nodes, outputs):
    by_name["shares"].attribute[0].i = 2


def shares_shown(by_name, nodes, outputs):
    outputs.append(info("shares", ["b", HEADS, TOKENS, TOKENS]))


def by_itself(by_name, nodes, outputs):
    by_name["mixed"].input[:] = ["shares", "shares"]
    by_name["embedding"].input[0] = "v3"
    outputs.append(info("turned", ["b", TOKENS, HEADS, TOKENS]))


def scaled_by_data(by_name, nodes, outputs):
    by_name["scaled"].input[1] = "scores"


def masked(by_name, nodes, outputs):
    by_name["shares"].input[0] = "seen"
    nodes.insert(nodes.index(by_name["shares"]), helper.make_node("Add", ["scaled", "factor"], ["seen"]))


@pytest.mark.parametrize("change", [other_axis, shares_shown, by_itself, scaled_by_data, masked])
def test_what_only_resembles_attention_stays(tmp_path: Path, change) -> None:
    path = written_out(tmp_path / "g.onnx", change=change)
    model, found = attention_as_one(onnx.load(str(path)))
    assert found == 0
    assert kinds(model) == kinds(onnx.load(str(path)))


@pytest.mark.parametrize("shape", [(0, -1, 4, 3), (0, TOKENS, 6, 2)])
def test_heads_are_counted_by_their_width(tmp_path: Path, shape) -> None:
    path = written_out(tmp_path / "g.onnx", shape=shape)
    model, found = attention_as_one(onnx.load(str(path)))
    assert found == 1
    right, made = both(path, model, {"pixel_values": RNG.normal(0, 1, (2, TOKENS, WIDTH)).astype(np.float32)})
    np.testing.assert_allclose(made, right, atol=1e-5)


def test_an_unknown_split_stays(tmp_path: Path) -> None:
    path = written_out(tmp_path / "g.onnx", shape=(0, TOKENS, HEADS, -1))
    assert attention_as_one(onnx.load(str(path)))[1] == 0
