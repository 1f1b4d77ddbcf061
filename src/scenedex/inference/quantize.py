"""An fp32 graph → the same graph in int8 or fp16. Needs `onnx`, nothing else of the extra `export`.

int8 means QInt8 weights, a scale for each column, and activations measured at each run: what VNNI and AMX
kernels are made for. Two things that ONNX Runtime's quantiser passes over are put into a form that it takes: the
convolution that cuts a picture into patches (a product, since its steps do not overlap), and the tables of
token embeddings (a scale for each row).
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from scenedex.errors import ExportError
from scenedex.inference.graph_attention import attention_as_one
from scenedex.inference.graph_edits import attribute, patches_as_products, pooled_token_alone, tables_by_row
from scenedex.inference.graph_gates import quick_gelu_as_silu
from scenedex.inference.graph_pixels import pixels_as_bytes
from scenedex.inference.registry import ImageInput

log = logging.getLogger(__name__)

Spare = Literal["nothing", "down projections"]
"""What stays fp32: nothing, or the products that make wide rows narrow. What comes into those has the
outliers that a scale for a whole tensor suffers from (Xiao et al. 2023, SmoothQuant).
"""


def to_int8(graph: Path, target: Path, spare: Spare = "nothing", *, image: ImageInput | None = None) -> None:
    """Write the graph with int8 weights to `target`. Raises ExportError for a file that is no such graph.

    With `image`, how its pictures are normalised, it takes bytes, (items, height, width, 3), where it can.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = _loaded(graph)
    pooled_token_alone(model)
    patches_as_products(model)
    tables_by_row(model)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".int8-") as folder:
        prepared = _prepared(model, Path(folder))
        quick_gelu_as_silu(prepared)
        if image is not None:
            pixels_as_bytes(prepared, image)
        prepared, _ = attention_as_one(prepared)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                quantize_dynamic(
                    prepared, target, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8,
                    per_channel=True, nodes_to_exclude=list(_spared(prepared)) if spare != "nothing" else [],
                )  # fmt: skip
        except (RuntimeError, ValueError, TypeError) as exc:
            raise ExportError(f"{graph.name} cannot be quantised: {_said(exc)}") from exc


def to_fp16(graph: Path, target: Path) -> None:
    """Write the graph with fp16 weights and arithmetic to `target`; inputs and outputs stay fp32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of each number that fp16 rounds to its limit: masks
        made = convert_float_to_float16(_loaded(graph), keep_io_types=True)
    onnx.save(made, str(target))


def _loaded(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path))
    except (DecodeError, OSError, ValueError) as exc:
        raise ExportError(f"{path} is no ONNX graph that can be read: {_said(exc)}") from exc
    if not model.graph.node:
        raise ExportError(f"{path} is no ONNX graph: nothing is in it.")
    return model


def _prepared(model: Any, folder: Path) -> Any:
    """The graph after ONNX Runtime's preparation where that works, else as it is; every node with a name."""
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    before, after = folder / "before.onnx", folder / "after.onnx"
    onnx.save(model, str(before))
    try:
        quant_pre_process(before, after, skip_symbolic_shape=True)
        model = onnx.load(str(after))
    except (RuntimeError, ValueError, OSError) as exc:  # it is a help, not a need
        log.info("not prepared for quantisation: %s", _said(exc))
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{index}"
    return model


def _spared(model: Any) -> Iterator[str]:
    """Names of the products that make rows half as wide or narrower."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    for node in model.graph.node:
        shape = shapes.get(node.input[1], ()) if node.op_type in {"MatMul", "Gemm"} else ()
        if node.op_type == "Gemm" and attribute(node, "transB", 0):
            shape = shape[::-1]
        if len(shape) == 2 and shape[0] >= 2 * shape[1]:
            yield node.name


def _said(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:300] or type(exc).__name__
