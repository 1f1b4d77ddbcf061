"""Where a checkpoint lies and who can read it: OpenCLIP, or Hugging Face's transformers."""

from pathlib import Path

from scenedex.errors import ExportError
from scenedex.inference import huggingface_checkpoint, open_clip_checkpoint
from scenedex.inference.export import Checkpoint, need_extra


def open_checkpoint(source: str, model_path: Path | None = None) -> Checkpoint:
    """The checkpoint in a folder, or by name: `openai/clip-vit-base-patch32` (Hugging Face),
    `ViT-B-32/laion2b_s34b_b79k` or `hf-hub:timm/...` (OpenCLIP).

    `model_path` says where it lies, a folder, or the weights of the OpenCLIP architecture `source` as a file;
    `source` is its name then. Raises ExportError.
    """
    need_extra()
    place = model_path or Path(source)
    if place.is_file():
        return open_clip_checkpoint.read(source, str(place))
    if place.is_dir():
        name = source if model_path else place.resolve().name
        if (place / "open_clip_config.json").is_file():
            return open_clip_checkpoint.read(f"local-dir:{place}", None, name)
        if (place / "config.json").is_file():
            return huggingface_checkpoint.read(str(place), name)
        raise ExportError(
            f"{place} holds no checkpoint: neither config.json nor open_clip_config.json is there."
        )
    if model_path is not None:
        raise ExportError(f"There is no checkpoint at {model_path}.")
    if source.startswith("hf-hub:") or open_clip_checkpoint.knows(source.partition("/")[0]):
        architecture, _, weights = source.partition("/") if ":" not in source else (source, "", "")
        return open_clip_checkpoint.read(architecture, weights, source)
    return huggingface_checkpoint.read(source, source)
