"""The torch models of scene-to-scene search, as data, and what is known of one on this machine before it is loaded."""

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from scenedex.errors import GraphError, UsageError, WeightsMissingError

Backend = Literal["internvl35", "internvideo2", "videoprism"]

NEEDED = ("torch", "transformers", "safetensors")
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoModel:
    """What a family takes and gives."""

    backend: Backend
    repository: str
    revision: str
    dim: int  #: numbers of an embedding, where the checkpoint's configuration does not say
    frames: int  #: pictures that it sees at once; 0: as set, where the checkpoint does not say
    size: int  #: side of a picture in pixels; 0: as set
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


VIDEO_MODELS: dict[str, VideoModel] = {
    model.backend: model
    for model in (
        VideoModel(
            backend="internvl35", repository="OpenGVLab/InternVL3_5-2B-HF", revision="main", dim=1024, frames=1,
            size=0, mean=IMAGENET_MEAN, std=IMAGENET_STD,
        ),
        VideoModel(
            backend="internvideo2", repository="OpenGVLab/InternVideo2-Stage2_1B-224p-f4", revision="main", dim=512,
            frames=0, size=224, mean=IMAGENET_MEAN, std=IMAGENET_STD,
        ),
        VideoModel(
            backend="videoprism", repository="google/videoprism-lvt-base-f16r288",
            revision="fb6de9f0eb7bc285be86bdca1cf7daa3e3ef51ff", dim=768, frames=16, size=288,
            mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0),
        ),
    )
}  # fmt: skip
"""InternVL3.5 (Wang et al. 2025), InternVideo2 stage 2 (Wang et al. 2024), VideoPrism LvT (Zhao et al. 2024)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOptions:
    """How such a model is run."""

    model_id: str | None = None  #: repository or folder; None: the family's own
    device: str = "cuda:0"  #: auto, cpu, cuda, cuda:1, mps
    frames: int = 8
    resolution: int = 448
    stride: int = 4  #: pictures of the video from one that is taken to the next, at least
    trust_remote_code: bool = False  #: run code that lies beside the weights
    hub_cache: Path | None = None  #: where the Hugging Face client keeps models; None: its own default


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalVideoModel:
    """A checkpoint on this machine, not loaded."""

    model: VideoModel
    folder: Path
    name: str  #: repository or folder, as it was named
    revision: str
    dim: int
    frames: int
    size: int


def find_video_model(backend: str, options: VideoOptions) -> LocalVideoModel:
    """The checkpoint of a family on this machine. Nothing is fetched, and nothing heavy imported.

    Raises UsageError where the extra `video` is not installed or a number does not fit, WeightsMissingError with the
    command that fetches the weights, GraphError for a configuration that is none.
    """
    model = VIDEO_MODELS[backend]
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise UsageError(
            f"EMBEDDING_BACKEND={backend} needs {', '.join(absent)}: pip install 'scenedex[video]'"
        )
    named = options.model_id or model.repository
    folder, revision = _located(model, named, options)
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        seen = config.get("vision_config", {})
        dim, frames, size = _shape(model, seen, options)
    except (OSError, ValueError, TypeError, AttributeError) as exc:
        raise GraphError(f"{folder / 'config.json'} is no configuration of a model: {exc}") from exc
    if backend == "internvl35" and size % 14:
        raise UsageError(
            f"IV2_RES={size} is no multiple of 14, the side of InternVL's patches: 448 is usual."
        )
    return LocalVideoModel(
        model=model, folder=folder, name=named, revision=revision, dim=dim, frames=frames, size=size
    )


def _shape(model: VideoModel, seen: dict[str, Any], options: VideoOptions) -> tuple[int, int, int]:
    """Dimension, pictures and their side."""
    if model.backend == "internvl35":
        return int(seen.get("hidden_size", model.dim)), 1, options.resolution
    if model.backend == "videoprism":
        side = seen.get("image_size", model.size)
        frames = int(seen.get("num_frames", model.frames))
        return (
            int(seen.get("hidden_size", model.dim)),
            frames,
            int(side if isinstance(side, int) else side[0]),
        )
    return model.dim, options.frames, model.size


def _located(model: VideoModel, named: str, options: VideoOptions) -> tuple[Path, str]:
    """Folder and revision of a checkpoint."""
    if Path(named).is_dir():
        if not (Path(named) / "config.json").is_file():
            raise WeightsMissingError(f"{named} holds no checkpoint: config.json is not there.")
        return Path(named), _fingerprint(Path(named))
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    revision = model.revision if named == model.repository else "main"
    try:
        folder = Path(
            snapshot_download(named, revision=revision, cache_dir=options.hub_cache, local_files_only=True)
        )
    except HFValidationError as exc:
        raise WeightsMissingError(
            f"There is no folder {named}, and no repository can have that name."
        ) from exc
    except LocalEntryNotFoundError as exc:
        pinned = "" if revision == "main" else f" --revision {revision}"
        raise WeightsMissingError(
            f"The model {named} is not on this machine. Fetch it: hf download {named}{pinned}"
        ) from exc
    if not (folder / "config.json").is_file():
        raise WeightsMissingError(
            f"The model {named} is only partly here. Fetch the rest: hf download {named}"
        )
    return folder, folder.name


def _fingerprint(folder: Path) -> str:
    """A revision for a folder of somebody's own: other weights are another space."""
    made = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".pt", ".pth", ".bin", ".py"):
            with path.open("rb") as file:
                made.update(f"{path.name} {path.stat().st_size} ".encode() + file.read(1 << 20))
                file.seek(max(0, path.stat().st_size - (1 << 20)))
                made.update(file.read())
    return made.hexdigest()[:12]
