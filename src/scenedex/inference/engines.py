"""TensorRT engines, built ahead by ONNX Runtime's TensorRT provider, so that the first search does not wait.

An engine is made from our graph, on the GPU that will run it; none is taken from elsewhere.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import ExportError, UsageError
from scenedex.inference.exported import exported_card
from scenedex.inference.registry import ModelCard
from scenedex.inference.session import RunOptions, Session, require_device
from scenedex.inference.tensors import Feeds

_BUILD_S = 3600.0
_CLAP_SHAPE = (1, 1001, 64)  # channel, frames, bands


def build_engines(
    model: Path, output_dir: Path, *, precision: Literal["fp16", "fp32"] = "fp16", max_batch: int = 8
) -> list[Path]:
    """Build the engines of an exported model (`exported--NAME`) for 1 to `max_batch` items; the files made.

    They are built in a new folder, then moved: what lies in `output_dir` is never loaded here. Raises
    ProviderError, which lists the devices that are there, when TensorRT is not; ExportError; UsageError.
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
                device="tensorrt", timeout_s=_BUILD_S, engine_cache=fresh, engine_precision=precision
            )
            for file in card.files:
                if file.role in ("vision", "text", "audio"):
                    _build(card, file.role, model / card.revision / file.path, options, max_batch)
            return sorted(path.rename(output_dir / path.name) for path in fresh.iterdir())
    except OSError as exc:
        raise ExportError(f"{output_dir} cannot be written: {exc.strerror or exc}") from exc


def _build(card: ModelCard, role: str, graph: Path, options: RunOptions, max_batch: int) -> None:
    """Run with the smallest and with the largest input: the provider widens the engine to hold both."""
    session = Session(graph, replace(options, idle_s=0.0))
    for feeds in (largest_feeds(card, role, 1, short=True), largest_feeds(card, role, max_batch)):
        session.run(feeds, output=card.outputs.get(role, ""))
    session.unload()


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
