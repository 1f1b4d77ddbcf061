"""Scene-to-scene models that exist for torch alone: pictures → numbers. The extra `video`; the one place, besides the
export, that knows torch, because none of these networks has an ONNX file that its authors or anybody else maintain.
"""

import json
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import EncoderError, GraphError, ProviderError, UsageError, WeightsMissingError
from scenedex.inference.video_models import LocalVideoModel, VideoOptions

Run = Callable[[Any], Any]
"""Pictures (batch, frames, 3, size, size) → rows (batch, dim), as torch tensors."""

VISION = "vision_tower."


class VideoNetwork:
    """A network on its device, loaded at its first use. Safe to share between threads: one runs at a time."""

    def __init__(self, found: LocalVideoModel, options: VideoOptions) -> None:
        """Raises ProviderError for a device that is not there; UsageError for code that nobody has allowed to run."""
        self.found = found
        self.device = _device(options.device)
        if found.model.backend == "internvideo2" and not options.trust_remote_code:
            raise UsageError(
                f"The model {found.name} brings Python code of its own, which would run on this machine. Read it in "
                f"{found.folder}; if you trust it, set IV2_TRUST_REMOTE_CODE=true."
            )
        self._lock = threading.Lock()
        self._run: Run | None = None

    def rows(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows of shape (batch, dim) for normalised pictures (batch, frames, 3, size, size). Raises EncoderError."""
        import torch

        with self._lock:
            try:
                if self._run is None:
                    self._run = _LOADERS[self.found.model.backend](self.found, self.device)
                with torch.inference_mode():
                    made = self._run(torch.from_numpy(pictures).to(self.device))
                return np.asarray(made.float().cpu().numpy(), np.float32)
            except EncoderError:
                raise
            except Exception as exc:  # code of others, of which nothing is known
                said = " ".join(str(exc).split())[:300] or type(exc).__name__
                raise GraphError(f"The model {self.found.name} cannot be run: {said}") from exc


def _device(wanted: str) -> str:
    import torch

    there = ["cpu", *(f"cuda:{k}" for k in range(torch.cuda.device_count()))]
    there += ["mps"] if torch.backends.mps.is_available() else []
    if wanted == "auto":
        return next((name for name in there if name != "cpu"), "cpu")
    name = "cuda:0" if wanted == "cuda" else wanted
    if name not in there:
        raise ProviderError(
            f"IV2_DEVICE={wanted} was asked for, but this torch has only {', '.join(there)}: choose one of these, or "
            "auto."
        )
    return name


def _internvl(found: LocalVideoModel, device: str) -> Run:
    """The vision tower alone: of a checkpoint of the whole model only its tensors are read."""
    import torch
    import transformers
    from safetensors import safe_open

    config = json.loads((found.folder / "config.json").read_text("utf-8"))
    tower = transformers.InternVLVisionModel(transformers.InternVLVisionConfig(**config["vision_config"]))
    files = sorted(found.folder.glob("*.safetensors"))
    if not files:
        raise WeightsMissingError(f"The model {found.name} has no weights in {found.folder} (*.safetensors).")
    state: dict[str, Any] = {}
    for file in files:
        with safe_open(file, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118  it is no mapping
                _, mark, rest = name.partition(VISION)
                if mark:
                    state[rest] = tensors.get_tensor(name).to(torch.float32)
    missing, unexpected = tower.load_state_dict(state, strict=False)
    if missing or unexpected:
        raise GraphError(
            f"The model {found.name} has not the tensors of a vision tower: {[*missing, *unexpected][0]}."
        )
    tower.eval().to(device)

    def run(pictures: Any) -> Any:
        tokens = tower(pixel_values=pictures.flatten(0, 1)).last_hidden_state[
            :, 1:
        ]  # without the class token
        return tokens.mean(dim=1).unflatten(0, pictures.shape[:2]).mean(dim=1)

    return run


def _videoprism(found: LocalVideoModel, device: str) -> Run:
    import transformers

    if not hasattr(transformers, "VideoPrismClipModel"):
        raise UsageError(
            f"transformers {transformers.__version__} does not have VideoPrism: pip install -U 'scenedex[video]'"
        )
    model, report = transformers.VideoPrismClipModel.from_pretrained(
        found.folder, local_files_only=True, dtype="float32", output_loading_info=True
    )
    _whole(found, report)
    model.eval().to(device)
    return lambda pictures: model.get_video_features(pixel_values_videos=pictures).pooler_output.flatten(1)


def _internvideo2(found: LocalVideoModel, device: str) -> Run:
    import transformers

    model = transformers.AutoModel.from_pretrained(
        found.folder, trust_remote_code=True, local_files_only=True
    )
    model.eval().to(device)

    def run(pictures: Any) -> Any:
        made = model.get_vid_feat(pictures)
        if isinstance(
            made, tuple
        ):  # some versions leave the projection to the caller: tokens, and their pooling
            made = model.vision_proj(made[1])
        return made.reshape(len(pictures), -1)

    return run


def _whole(found: LocalVideoModel, report: dict[str, Any]) -> None:
    """Transformers fills what is missing with noise: that is an error here."""
    missing = sorted(report["missing_keys"])
    if missing:
        raise GraphError(f"The model {found.name} lacks weights, {missing[0]} among them: it is damaged.")


_LOADERS: dict[str, Callable[[LocalVideoModel, str], Run]] = {
    "internvl35": _internvl,
    "internvideo2": _internvideo2,
    "videoprism": _videoprism,
}
