"""Graphs that take bytes: what the weights' rounding allows and no more, and only where nothing else looks."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper
from tests.unit.inference.graphs import info, save

from scenedex.inference.graph_edits import patches_as_products
from scenedex.inference.graph_pixels import pixels_as_bytes
from scenedex.inference.registry import ImageInput, load_registry
from scenedex.inference.session import RunOptions, Session

CPU = RunOptions(device="cpu", timeout_s=60.0, idle_s=0.0)
RNG = np.random.default_rng(21)
CLIP = load_registry().find("clip-b32").image


def patches(path: Path, *, channels=3, change=None) -> Path:
    """pixel_values [b, channels, 16, 24] → embedding [b, 7, 2, 3]: patches of 8 by 8."""
    weight = RNG.normal(0, 0.1, (7, channels, 8, 8)).astype(np.float32)
    nodes = [
        helper.make_node(
            "Conv", ["pixel_values", "w", "bias"], ["embedding"], kernel_shape=[8, 8], strides=[8, 8]
        )
    ]
    outputs = [info("embedding", ["b", 7, 2, 3])]
    if change:
        change(nodes, outputs)
    bias = RNG.normal(0, 1, 7).astype(np.float32)
    constants = [
        ("w", weight),
        ("bias", bias),
        ("first", np.array(0, np.int64)),
        ("second", np.array(1, np.int64)),
    ]
    return save(path, nodes, [info("pixel_values", ["b", channels, 16, 24])], outputs, constants)


def cut(path: Path) -> onnx.ModelProto:
    model = onnx.load(str(path))
    assert patches_as_products(model) == 1
    return model


def normalised(pixels: np.ndarray, image: ImageInput) -> np.ndarray:
    return ((pixels / 255.0 - image.mean) / image.std).transpose(0, 3, 1, 2).astype(np.float32)


@settings(max_examples=10, deadline=None)
@given(
    mean=st.tuples(*[st.floats(0.0, 1.0)] * 3),
    std=st.tuples(*[st.floats(0.05, 1.0)] * 3),
    items=st.integers(1, 3),
)
def test_bytes_give_what_rounded_weights_give(tmp_path_factory, mean, std, items) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    path = patches(folder / "floats.onnx")
    image = ImageInput(size=16, resize="shortest", interpolation="bicubic", mean=mean, std=std)
    model = cut(path)
    assert pixels_as_bytes(model, image)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(folder / "bytes.onnx"))
    pixels = RNG.integers(0, 256, (items, 16, 24, 3)).astype(np.uint8)
    session = Session(folder / "bytes.onnx", CPU)
    assert session.takes_bytes()
    assert not Session(path, CPU).takes_bytes()
    right = Session(path, CPU).run({"pixel_values": normalised(pixels, image)})
    made = session.run({"pixel_values": pixels})
    weight = numpy_helper.to_array(onnx.load(str(path)).graph.initializer[0])
    of_bytes = weight / (255.0 * np.asarray(std)[:, None, None])
    steps = np.abs(of_bytes).max(axis=(1, 2, 3)) / 127
    zero = round(255 * np.mean(mean))
    far = np.abs(pixels.astype(float) - zero).reshape(items, 2, 8, 3, 8, 3).sum(axis=(2, 4, 5))
    bound = 0.51 * steps[:, None, None] * far[:, None] + 1e-3 + 1e-5 * np.abs(right)
    assert np.all(np.abs(made - right) <= bound)


def counted(index):
    def change(nodes, outputs):
        nodes.insert(0, helper.make_node("Shape", ["pixel_values"], ["shape"]))
        nodes.insert(1, helper.make_node("Gather", ["shape", index], ["size"]))
        outputs.append(info("size", [], onnx.TensorProto.INT64))

    return change


def seen_twice(nodes, outputs):
    nodes.append(helper.make_node("Neg", ["pixel_values"], ["negative"]))
    outputs.append(info("negative", ["b", 3, 16, 24]))


def test_items_may_be_counted(tmp_path: Path) -> None:
    model = cut(patches(tmp_path / "g.onnx", change=counted("first")))
    assert pixels_as_bytes(model, CLIP)
    onnx.save(model, str(tmp_path / "bytes.onnx"))
    pixels = np.zeros((5, 16, 24, 3), np.uint8)
    assert Session(tmp_path / "bytes.onnx", CPU).run({"pixel_values": pixels}, output="size") == 5


@pytest.mark.parametrize("change", [counted("second"), seen_twice], ids=["channels counted", "seen twice"])
def test_an_input_that_is_used_otherwise_stays(tmp_path: Path, change) -> None:
    model = cut(patches(tmp_path / "g.onnx", change=change))
    before = model.SerializeToString()
    assert not pixels_as_bytes(model, CLIP)
    assert model.SerializeToString() == before


def test_four_channels_stay(tmp_path: Path) -> None:
    assert not pixels_as_bytes(cut(patches(tmp_path / "g.onnx", channels=4)), CLIP)


def test_a_convolution_stays(tmp_path: Path) -> None:
    assert not pixels_as_bytes(onnx.load(str(patches(tmp_path / "g.onnx"))), CLIP)
