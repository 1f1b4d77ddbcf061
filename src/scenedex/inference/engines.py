"""TensorRT engines, built ahead by ONNX Runtime's TensorRT provider, so that nobody waits for them later.

An engine is made from our graph, on the GPU that will run it; none is taken from elsewhere.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import ExportError, UsageError
from scenedex.inference.building import BUILD_S
from scenedex.inference.exported import exported_card
from scenedex.inference.registry import ModelCard
from scenedex.inference.session import RunOptions, Session, require_device
from scenedex.inference.tensors import Array, Feeds

FLOOR = 0.99
"""Lowest cosine between a vector of an engine and the same graph's on the CPU, with which engines are kept."""

_COMPARED = 4  # items
_CLAP_SHAPE = (1, 1001, 64)  # channel, frames, bands


def build_engines(
    model: Path, output_dir: Path, *, precision: Literal["fp16", "fp32"] = "fp16", max_batch: int = 8
) -> list[Path]:
    """Build the engines of an exported model (`exported--NAME`) for 1 to `max_batch` items; the files made.

    They are built in a new folder, compared with the graph on the CPU, then moved into `output_dir`, a folder for each
    `engine_key`: that is what CLIP_ENGINE_PATH names. What lies there already is never loaded here.

    Raises ProviderError, which lists the devices that are there, when TensorRT is not; ExportError, also for an engine
    that differs from its graph; UsageError.
    """
    require_device("tensorrt")
    card = exported_card(model)
    if card.key.endswith("-int8"):
        raise UsageError(
            f"TensorRT takes {card.key.removesuffix('-int8')} (fp32 or fp16), not its int8 form."
        )
    if precision not in ("fp16", "fp32") or max_batch < 1:
        raise UsageError("Choose the precision fp32 or fp16, and batches of one item at least.")
    try:
        output_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output_dir, prefix=".engines-") as name:
            fresh = Path(name)
            options = RunOptions(
                device="tensorrt", timeout_s=BUILD_S, engine_cache=fresh, engine_precision=precision
            )
            for file in card.files:
                if file.role in ("vision", "text", "audio"):
                    _build(card, file.role, model / card.revision / file.path, options, max_batch)
            return _moved(fresh, output_dir)
    except OSError as exc:
        raise ExportError(f"{output_dir} cannot be written: {exc.strerror or exc}") from exc


def _moved(fresh: Path, output_dir: Path) -> list[Path]:
    made = []
    for path in sorted(path for path in fresh.rglob("*") if path.is_file()):
        target = output_dir / path.relative_to(fresh)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.append(path.replace(target))
    return made


def _build(card: ModelCard, role: str, graph: Path, options: RunOptions, max_batch: int) -> None:
    """Run with the smallest and with the largest input: the provider widens the engine to hold both."""
    session = Session(graph, replace(options, idle_s=0.0))
    output = card.outputs.get(role, "")
    for feeds in (largest_feeds(card, role, 1, short=True), largest_feeds(card, role, max_batch)):
        session.run(feeds, output=output)
    feeds = _any_feeds(largest_feeds(card, role, min(_COMPARED, max_batch)))
    made = session.run(feeds, output=output)
    session.unload()
    reference = Session(graph, RunOptions(device="cpu", timeout_s=BUILD_S, idle_s=0.0))
    cosine = _lowest_cosine(reference.run(feeds, output=output), made)
    reference.unload()
    if not cosine > FLOOR:  # NaN is no agreement
        raise ExportError(
            f"The {role} engine of {card.key} differs from its graph: cosine {cosine:.4f} at the lowest, more than "
            f"{FLOOR} is needed. No engine is kept; --precision fp32 may agree."
        )


def _any_feeds(shapes: Feeds) -> Feeds:
    """Numbers drawn from a seed in place of zeros: pictures, sounds, or ids of texts."""
    rng = np.random.default_rng(20261121)
    found = dict(shapes)
    for name, array in shapes.items():
        if array.dtype == np.float32:
            found[name] = rng.normal(0, 1, array.shape).astype(np.float32)
        elif name == "input_ids":
            found[name] = rng.integers(3, 64, array.shape)
    return found


def _lowest_cosine(right: Array, made: Array) -> float:
    """Over the items; -1 where the shapes differ."""
    if right.shape != made.shape:
        return -1.0
    one, two = (rows.reshape(len(rows), -1).astype(np.float64) for rows in (right, made))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return float(((one * two).sum(axis=1) / np.maximum(lengths, 1e-12)).min())


def largest_feeds(card: ModelCard, role: str, items: int, *, short: bool = False) -> Feeds:
    """Inputs of a part with that many items: the longest text that it reads, or with `short` a brief one."""
    if role == "vision":
        if card.image is None:
            raise ExportError(f"The card of {card.key} does not say how large its pictures are.")
        return {"pixel_values": np.zeros((items, 3, card.image.size, card.image.size), np.float32)}
    if role == "audio":
        longer: NDArray[np.bool_] = np.zeros((items, 1), np.bool_)
        return {"input_features": np.zeros((items, *_CLAP_SHAPE), np.float32), "is_longer": longer}
    if card.text is None:
        raise ExportError(f"The card of {card.key} does not say how long its texts are.")
    length = 4 if short and card.text.pad_to == "longest" else card.text.context
    ids = np.full((items, length), max(card.text.pad_id, 2), np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
