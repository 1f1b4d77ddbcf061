"""A checkpoint of OpenCLIP or Hugging Face → graphs in our layout, and what the checkpoint itself says of samples.

The only file that imports torch, and only when something is exported (extra `export`).
"""

import importlib.util
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import ExportError
from scenedex.inference.registry import ModelCard

Rows = NDArray[np.float32]
Feeds = Mapping[str, NDArray[Any]]
Run = Callable[[Any, Mapping[str, Any]], Any]

OPSET = 17
NEEDED = ("torch", "onnx", "transformers", "open_clip")
_BATCH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One graph of a model."""

    role: str  #: vision, text or audio
    network: Any  #: the checkpoint's torch module
    run: Run  #: module and tensors by input name → the output
    sample: Feeds  #: two items to trace it with
    outputs: tuple[str, ...]  #: names of what `run` gives
    free_length: bool = False  #: whether the second axis of its inputs is free as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A loaded checkpoint."""

    card: ModelCard  #: without files and revision
    parts: tuple[Part, ...]
    tokenizer: str  #: the content of `tokenizer.json`
    answers: Mapping[str, Callable[[Sequence[Any]], Rows]]
    #: by role: pictures (pixels), texts or sounds (48 kHz) → its own vectors, by its own preparation


def need_extra(names: Sequence[str] = NEEDED) -> None:
    """Raise ExportError, which says what to install, where something of the extra `export` is missing."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError(f"Exporting needs {', '.join(missing)}. Install it: pip install 'scenedex[export]'")


def write_graph(part: Part, path: Path, *, fixed: bool = False) -> None:
    """Write the part's graph as one file: any number of items at once, unless `fixed`. Raises ExportError."""
    import torch

    network = _network(part)
    axes: dict[str, dict[int, str]] = {name: {0: "batch"} for name in [*part.sample, *part.outputs]}
    if part.free_length:
        for name in part.sample:
            axes[name][1] = "length"
    before = set(path.parent.iterdir())
    torch.backends.mha.set_fastpath_enabled(False)  # it cannot be traced
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network, tuple(torch.from_numpy(array) for array in part.sample.values()), str(path), dynamo=False,
                opset_version=OPSET, input_names=list(part.sample), output_names=list(part.outputs),
                dynamic_axes=None if fixed else axes,
            )  # fmt: skip
    except (RuntimeError, ValueError, TypeError, OSError, torch.onnx.errors.OnnxExporterError) as exc:
        raise ExportError(f"The {part.role} part cannot be exported: {said(exc)}") from exc
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    if set(path.parent.iterdir()) - before - {path}:
        raise ExportError(
            f"The {part.role} part is larger than one ONNX file may be (2 GB), and weights in several files "
            "cannot be kept together safely: choose a smaller model."
        )


def in_batches(part: Part, feeds: Feeds) -> NDArray[np.float32]:
    """What torch makes of those items."""
    import torch

    found = []
    with torch.no_grad():
        for start in range(0, len(next(iter(feeds.values()))), _BATCH):
            rows = {name: torch.from_numpy(rows[start : start + _BATCH]) for name, rows in feeds.items()}
            found.append(part.run(part.network, rows).float().numpy())
    return np.concatenate(found)


def said(exc: BaseException) -> str:
    """An exception's message on one line."""
    return " ".join(str(exc).split())[:300] or type(exc).__name__


def _network(part: Part) -> Any:
    """The part as a torch module of its own, with positional inputs."""
    import torch

    class Network(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.model = part.network

        def forward(self, *inputs: Any) -> Any:
            return part.run(self.model, dict(zip(part.sample, inputs, strict=True)))

    return Network().eval()
