"""int8 and fp16 graphs, made with onnx alone: on the goldens, and on graphs of a few nodes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from tests.golden.loading import HERE, golden_model
from tests.unit.inference.graphs import info, save

from scenedex.embeddings.pictures import PictureTower
from scenedex.errors import ExportError, PictureError
from scenedex.inference.graph_edits import patches_as_products, pooled_token_alone, tables_by_row
from scenedex.inference.quantize import to_fp16, to_int8
from scenedex.inference.session import RunOptions, Session

CPU = RunOptions(device="cpu", timeout_s=60.0, idle_s=0.0)
RNG = np.random.default_rng(5)


def golden(name: str, part: str) -> Path:
    return HERE / "models" / f"golden--{name}" / "1" / f"{part}.onnx"


def kinds(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(str(path)).graph.node]


def cosines(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    product = (one * two).sum(axis=-1)
    return product / np.linalg.norm(one, axis=-1) / np.linalg.norm(two, axis=-1)


def convolution(path: Path, shape=("b", 3, 32, 48), **attributes) -> Path:
    """A convolution with a bias, 16 by 16 pixels at each step unless told otherwise."""
    given = {"kernel_shape": [16, 16], "strides": [16, 16], **attributes}
    weight = RNG.normal(0, 0.1, (8, 3, *given["kernel_shape"])).astype(np.float32)
    node = helper.make_node("Conv", ["pixel_values", "w", "bias"], ["embedding"], **given)
    inputs, outputs = [info("pixel_values", shape)], [info("embedding", ["b", 8, "h", "w"])]
    return save(
        path, [node], inputs, outputs, [("w", weight), ("bias", RNG.normal(0, 1, 8).astype(np.float32))]
    )


def test_patches_become_a_product_of_the_same_value(tmp_path: Path) -> None:
    path = convolution(tmp_path / "conv.onnx")
    model = onnx.load(str(path))
    assert patches_as_products(model) == 1
    assert "Conv" not in [node.op_type for node in model.graph.node]
    onnx.checker.check_model(model)
    onnx.save(model, str(tmp_path / "product.onnx"))
    for items in (1, 3):
        feeds = {"pixel_values": RNG.normal(0, 1, (items, 3, 32, 48)).astype(np.float32)}
        right, made = Session(path, CPU).run(feeds), Session(tmp_path / "product.onnx", CPU).run(feeds)
        assert made.shape == (items, 8, 2, 3)
        np.testing.assert_allclose(made, right, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "attributes"),
    [
        (("b", 3, 32, 48), {"strides": [8, 8]}),
        (("b", 3, 32, 48), {"pads": [1, 1, 1, 1]}),
        (("b", 3, 32, 48), {"dilations": [2, 2]}),
        (("b", 3, 40, 48), {}),
        (("b", 3, "h", "w"), {}),
        (("b", 3, 32, 48), {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ],
    ids=["overlapping", "padded", "dilated", "left over", "any size", "tiny"],
)
def test_other_convolutions_stay(tmp_path: Path, shape, attributes) -> None:
    model = onnx.load(str(convolution(tmp_path / "conv.onnx", shape, **attributes)))
    assert patches_as_products(model) == 0
    assert [node.op_type for node in model.graph.node] == ["Conv"]


def test_tables_keep_a_scale_for_each_row(tmp_path: Path) -> None:
    rows = (RNG.normal(0, 1, (1000, 32)) * RNG.uniform(1e-3, 10, (1000, 1))).astype(np.float32)
    rows[3] = 0.0
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["embedding"])]
    inputs = [info("input_ids", ["b", "n"], onnx.TensorProto.INT64)]
    path = save(tmp_path / "t.onnx", nodes, inputs, [info("embedding", ["b", "n", 32])], [("table", rows)])
    model = onnx.load(str(path))
    assert tables_by_row(model) == 1
    onnx.save(model, str(path))
    made = Session(path, CPU).run({"input_ids": np.arange(1000)[None]})[0]
    assert np.all(np.abs(made - rows) <= np.abs(rows).max(axis=1, keepdims=True) / 250)
    assert path.stat().st_size < rows.nbytes / 3


@pytest.mark.parametrize(("name", "smaller"), [("clip-hf", 3), ("clip-open", 2), ("siglip2-hf", 2)])
def test_the_last_layer_works_on_the_pooled_token_alone(tmp_path: Path, name: str, smaller: int) -> None:
    model = onnx.load(str(golden(name, "vision")))
    assert pooled_token_alone(model) == smaller
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(tmp_path / "less.onnx"))
    output = "pooler_output" if name == "siglip2-hf" else ""
    for items in (1,) if name == "clip-open" else (1, 3):
        feeds = {"pixel_values": RNG.normal(0, 1, (items, 3, 64, 64)).astype(np.float32)}
        right = Session(golden(name, "vision"), CPU).run(feeds, output=output)
        made = Session(tmp_path / "less.onnx", CPU).run(feeds, output=output)
        np.testing.assert_allclose(made, right, atol=1e-4)


@pytest.mark.parametrize(("name", "part"), [("clip-hf", "text"), ("e5-bert", "text"), ("clap-hf", "audio")])
def test_graphs_that_pool_otherwise_stay(name: str, part: str) -> None:
    model = onnx.load(str(golden(name, part)))
    before = [node.op_type for node in model.graph.node]
    assert pooled_token_alone(model) == 0
    assert [node.op_type for node in model.graph.node] == before


def test_what_is_needed_whole_stays_whole(tmp_path: Path) -> None:
    """The picked tensor is an output as well."""
    nodes = [
        helper.make_node("Sigmoid", ["pixel_values"], ["whole"]),
        helper.make_node("Gather", ["whole", "first"], ["embedding"], axis=1),
    ]
    inputs, outputs = (
        [info("pixel_values", ["b", 5, 4])],
        [info("embedding", ["b", 4]), info("whole", ["b", 5, 4])],
    )
    path = save(tmp_path / "g.onnx", nodes, inputs, outputs, [("first", np.array(2, np.int64))])
    model = onnx.load(str(path))
    assert pooled_token_alone(model) == 0
    onnx.save(model, str(tmp_path / "less.onnx"))
    feeds = {"pixel_values": RNG.normal(0, 1, (2, 5, 4)).astype(np.float32)}
    for output in ("embedding", "whole"):
        made = Session(tmp_path / "less.onnx", CPU).run(feeds, output=output)
        np.testing.assert_array_equal(made, Session(path, CPU).run(feeds, output=output))


@pytest.mark.parametrize(
    ("name", "part"), [("clip-hf", "vision"), ("clip-open", "vision"), ("siglip2-hf", "vision")]
)
def test_vision_in_int8(tmp_path: Path, name: str, part: str) -> None:
    target = tmp_path / "int8.onnx"
    to_int8(golden(name, part), target)
    made = kinds(target)
    assert "Conv" not in made
    before = Session(golden(name, part), CPU)
    weighted = [
        node for node in onnx.load(str(golden(name, part))).graph.node if node.op_type in {"MatMul", "Gemm"}
    ]
    assert made.count("MatMulInteger") >= len(weighted) // 2
    feeds = {"pixel_values": RNG.normal(0, 1, (1, 3, 64, 64)).astype(np.float32)}
    assert cosines(Session(target, CPU).run(feeds), before.run(feeds)).min() > 0.98
    assert target.stat().st_size < golden(name, part).stat().st_size * 0.7
    assert [path.name for path in tmp_path.iterdir()] == ["int8.onnx"]


@pytest.mark.parametrize("name", ["clip-hf", "clip-open", "siglip2-hf"])
def test_vision_in_int8_sees_bytes(tmp_path: Path, name: str) -> None:
    full = golden_model(name, tmp_path)
    target = tmp_path / "int8.onnx"
    to_int8(full.files["vision"], target, image=full.card.image)
    assert Session(target, CPU).takes_bytes()
    pictures = [RNG.integers(0, 256, (9, 16, 3)).astype(np.uint8).repeat(20, axis=0).repeat(20, axis=1)] * 3
    pictures[1] = np.zeros((100, 0, 3), np.uint8)
    right, made = (
        PictureTower(model, CPU, batch=2).embed_pictures(pictures)
        for model in (full, replace(full, files={**full.files, "vision": target}))
    )
    for index in (0, 2):
        assert cosines(made[index].vector, right[index].vector) > 0.98
    assert [type(each[1].error) for each in (right, made)] == [PictureError, PictureError]


@pytest.mark.parametrize("name", ["clip-hf", "siglip2-hf", "clap-hf", "e5-bert", "e5-xlmr"])
def test_text_in_int8_and_in_fp16(tmp_path: Path, name: str) -> None:
    ids = RNG.integers(5, 100, (2, 64))
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    right = Session(golden(name, "text"), CPU).run(feeds)
    for way, floor in ((to_int8, 0.98), (to_fp16, 0.999)):
        target = tmp_path / f"{way.__name__}.onnx"
        way(golden(name, "text"), target)
        made = Session(target, CPU).run(feeds)
        assert made.dtype == np.float32
        assert cosines(made, right).min() > floor
        assert target.stat().st_size < golden(name, "text").stat().st_size * 0.75


def test_down_projections_can_be_spared(tmp_path: Path) -> None:
    for spare, name in (("nothing", "all.onnx"), ("down projections", "some.onnx")):
        to_int8(golden("clip-hf", "vision"), tmp_path / name, spare)
    everything, less = (kinds(tmp_path / name).count("MatMulInteger") for name in ("all.onnx", "some.onnx"))
    assert everything - less >= 2  # one a layer: 64 to 32 numbers
    assert less > 0


@pytest.mark.parametrize("content", [b"", b"no graph", None], ids=["empty", "text", "missing"])
def test_what_is_no_graph_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.onnx"
    if content is not None:
        path.write_bytes(content)
    for way in (to_int8, to_fp16):
        with pytest.raises(ExportError, match=r"bad\.onnx"):
            way(path, tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()
