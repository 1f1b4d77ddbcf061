"""Writes the trained towers as ONNX, with weights stored in half precision, and a card that says how to use them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from scenedex.embeddings import spectrogram as sound
from training.compose import GREY, HEIGHT, WIDTH
from training.network import DIMENSION, Tower

OPSET = 17
SMALL = 2000
"""Weights with fewer values than this stay in single precision."""


class _FromPixels(nn.Module):
    """The picture tower with its input as bytes: uint8 (batch, 112, 192, 3)."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self._tower = tower

    def forward(self, pixels: Tensor) -> Tensor:
        return self._tower(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1)


class _FromBands(nn.Module):
    """The sound tower with its input as float32 (batch, 64, frames)."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self._tower = tower

    def forward(self, bands: Tensor) -> Tensor:
        return self._tower(bands[:, None])


def export_pictures(tower: Tower, path: Path) -> None:
    """The picture tower: input `pixels`, output `embedding`."""
    example = torch.zeros((2, HEIGHT, WIDTH, 3), dtype=torch.uint8)
    _export(_FromPixels(tower), example, path, "pixels", {0: "batch"})


def export_sounds(tower: Tower, path: Path) -> None:
    """The sound tower: input `bands`, output `embedding`."""
    example = torch.zeros((2, sound.BANDS, 96))
    _export(_FromBands(tower), example, path, "bands", {0: "batch", 2: "frames"})


def _export(model: nn.Module, example: Tensor, path: Path, name: str, axes: dict[int, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model.eval().to(memory_format=torch.contiguous_format),  # type: ignore[call-overload]
        (example,),
        str(path),
        input_names=[name],
        output_names=["embedding"],
        dynamic_axes={name: axes, "embedding": {0: "batch"}},
        opset_version=OPSET,
        dynamo=False,
    )
    graph = onnx.load(str(path))
    _halve(graph.graph)
    graph.doc_string = "scenedex mini model, Apache-2.0"
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, str(path))


def _halve(graph: onnx.GraphProto) -> None:
    """Store large weights as float16; a cast, folded when the file is loaded, makes them float32 again."""
    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= SMALL:
            name = weight.name
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_half"))
            casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def write_card(folder: Path, mean: np.ndarray, figures: dict[str, float]) -> None:
    """mini.json: what the files are, how to prepare their inputs, the mean of the text space, and what they can do.

    The card names the files' contents by their sha256: figures cannot outlive the files they were measured on.
    """
    card = {
        "name": "mini",
        "licence": "Apache-2.0",
        "about": "A small demonstration model for drawn pictures and synthesised sounds. On real footage it guesses.",
        "dim": DIMENSION,
        "pictures": {
            "file": "pictures.onnx",
            "sha256": _sha256(folder / "pictures.onnx"),
            "input": "pixels",
            "output": "embedding",
            "width": WIDTH,
            "height": HEIGHT,
            "padding": GREY,
            "layout": "uint8 (batch, height, width, RGB)",
        },
        "sounds": {
            "file": "sounds.onnx",
            "sha256": _sha256(folder / "sounds.onnx"),
            "input": "bands",
            "output": "embedding",
            "sample_rate": sound.RATE,
            "window": sound.WINDOW,
            "hop": sound.HOP,
            "bands": sound.BANDS,
            "lowest_hz": sound.LOWEST_HZ,
            "highest_hz": sound.HIGHEST_HZ,
            "layout": "float32 (batch, bands, frames), frames a multiple of 4",
        },
        "text": {"encoder": "wordllama-256", "mean": [round(float(value), 7) for value in mean]},
        "figures": figures,
    }
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (folder / "mini.json").write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
