"""Which device runs a graph, what is said of faster ones, and where engines are kept."""

import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from tests.unit.inference.graphs import table

from scenedex.errors import GraphError, ProviderError
from scenedex.inference.building import BuiltShapes
from scenedex.inference.opening import (
    PROVIDERS,
    RunOptions,
    available_devices,
    engine_key,
    open_graph,
    planned,
)

GPU = ("tensorrt", "cuda", "cpu")


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return table(tmp_path / "table.onnx")


class Machine:
    """A machine that has some devices, of which some fail; whatever starts is really run on the CPU."""

    def __init__(self, *broken: str, silent: tuple[str, ...] = ()) -> None:
        self.broken, self.silent = broken, silent
        self.tried: list[list[str]] = []

    def __call__(self, path: Path, options: RunOptions, devices: list[str]) -> ort.InferenceSession:
        self.tried.append(list(devices))
        if devices[0] in self.broken:
            raise RuntimeError(f"{devices[0]} is out of order")
        made = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        used = "cpu" if devices[0] in self.silent else devices[0]
        made.get_providers = lambda: [PROVIDERS[used]]
        return made


@pytest.mark.parametrize(
    ("tensorrt", "there", "devices", "missing"),
    [
        (False, ("cpu",), ["cpu"], []),
        (False, GPU, ["cuda", "cpu"], []),
        (True, GPU, ["tensorrt", "cuda", "cpu"], []),
        (True, ("cuda", "cpu"), ["cuda", "cpu"], ["tensorrt"]),
        (True, ("cpu",), ["cpu"], ["tensorrt", "cuda"]),
        (True, ("openvino", "cpu"), ["openvino", "cpu"], ["tensorrt", "cuda"]),
    ],
)
def test_the_plan(tensorrt: bool, there: tuple[str, ...], devices: list[str], missing: list[str]) -> None:
    plan, reasons = planned(RunOptions(tensorrt=tensorrt), there)
    assert plan == devices
    assert reasons == [f"{name}: this ONNX Runtime is built without it" for name in missing]


def test_a_device_that_is_named_is_the_only_one() -> None:
    assert planned(RunOptions(device="CUDA:1", tensorrt=True), GPU) == (["cuda"], [])
    with pytest.raises(ProviderError, match="tensorrt was asked for"):
        planned(RunOptions(device="tensorrt"), ("cpu",))


def test_the_fastest_that_starts_is_taken_and_the_others_have_their_reasons(
    graph: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = RunOptions(tensorrt=True)
    for broken, silent, device, reasons in (
        ((), (), "tensorrt", ()),
        (("tensorrt",), (), "cuda", ("tensorrt: tensorrt is out of order",)),
        (
            ("tensorrt",),
            ("cuda",),
            "cpu",
            (
                "tensorrt: tensorrt is out of order",
                "cuda: ONNX Runtime could not start it, check the driver",
            ),
        ),
    ):
        machine = Machine(*broken, silent=silent)
        opened = open_graph(graph, options, there=GPU, start=machine)
        assert (opened.device, opened.passed_over) == (device, reasons)
        assert machine.tried[0] == ["tensorrt", "cuda", "cpu"]
    assert "table.onnx runs on cpu, not on cuda: ONNX Runtime could not start it" in caplog.text


def test_a_device_that_is_named_and_fails_is_an_error(graph: Path) -> None:
    with pytest.raises(ProviderError, match=r"table\.onnx cannot be run on cuda: cuda is out of order"):
        open_graph(graph, RunOptions(device="cuda"), there=GPU, start=Machine("cuda"))
    with pytest.raises(ProviderError, match="could not start it"):
        open_graph(graph, RunOptions(device="cuda"), there=GPU, start=Machine(silent=("cuda",)))


def test_a_graph_that_nothing_takes_is_to_blame_itself(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no graph")
    with pytest.raises(GraphError, match=r"damaged\.onnx is no network"):
        open_graph(damaged, RunOptions(tensorrt=True), there=GPU, start=Machine("tensorrt", "cuda"))


@pytest.mark.skipif("cuda" in available_devices(), reason="a GPU is there")
def test_this_machine_without_a_gpu_says_why_it_takes_what_it_takes(
    graph: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    opened = open_graph(graph, RunOptions(tensorrt=True))
    assert opened.device == available_devices()[0]
    assert len(opened.passed_over) == 2
    assert "not on tensorrt: this ONNX Runtime is built without it" in caplog.text


def test_engines_of_another_graph_gpu_or_precision_lie_elsewhere(graph: Path, tmp_path: Path) -> None:
    key = engine_key(graph, "NVIDIA L4 sm8.9", "fp16")
    other = Path(shutil.copy(graph, tmp_path / "other.onnx"))
    assert engine_key(other, "NVIDIA L4 sm8.9", "fp16") == key, "the content counts, not the name"
    with other.open("ab") as file:
        file.write(b"\0")
    keys = {
        key,
        engine_key(other, "NVIDIA L4 sm8.9", "fp16"),
        engine_key(graph, "NVIDIA H200 sm9.0", "fp16"),
        engine_key(graph, "", "fp16"),
        engine_key(graph, "NVIDIA L4 sm8.9", "fp32"),
    }
    assert len(keys) == 5
    assert ort.__version__ in key
    assert all(Path(each).name == each and " " not in each for each in keys)


def test_a_shape_is_built_once_and_all_between_the_extremes_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def pictures(count: int) -> dict[str, np.ndarray]:
        return {"pixel_values": np.zeros((count, 3, 8, 8), np.float32)}

    caplog.set_level("INFO")
    shapes = BuiltShapes()
    for count in (32, 1):
        assert shapes.lacks(pictures(count))
        with shapes.building("vision.onnx", pictures(count)):
            pass
    assert not any(shapes.lacks(pictures(count)) for count in range(1, 33))
    assert shapes.lacks(pictures(33))
    with pytest.raises(GraphError), shapes.building("vision.onnx", pictures(33)):
        raise GraphError("out of memory")
    assert shapes.lacks(pictures(33)), "what failed is not built"
    assert "builds the engine of vision.onnx for (32, 3, 8, 8)" in caplog.text
