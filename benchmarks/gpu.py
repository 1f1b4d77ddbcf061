"""Pictures a second on a GPU: CUDA fp16 and TensorRT fp16 against torch fp16, ViT-B/32 and ViT-L/14, random weights.

    python -m benchmarks gpu

All start at a batch in main memory, normalised, and end at vectors there. They take turns, and the best turn of each
counts. Needs onnxruntime-gpu and a GPU; without one it is skipped. The ratio needs torch and open_clip (the extra
`export`). TensorRT builds its engines first, which takes minutes and is not counted.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.vit_graph import Shape, vision_tower
from scenedex.inference.building import BUILD_S
from scenedex.inference.gpu import gpu_name
from scenedex.inference.quantize import to_fp16
from scenedex.inference.session import RunOptions, Session, available_devices

TURNS = 5
BATCHES = 20
BATCH = 64
SHAPES = {
    "ViT-B/32": ("ViT-B-32-quickgelu", Shape()),
    "ViT-L/14": ("ViT-L-14-quickgelu", Shape(patch=14, width=1024, layers=24, heads=16, dim=768)),
}

Run = Callable[[np.ndarray], np.ndarray]


def ours(graph: Path, device: str, cache: Path) -> Run:
    """A session of ours on this device; TensorRT's engine is built here."""
    options = RunOptions(device=device, timeout_s=BUILD_S, idle_s=0, engine_cache=cache)
    session = Session(graph, options)
    run: Run = lambda pictures: session.run({"pixel_values": pictures})  # noqa: E731
    run(np.zeros((BATCH, 3, 224, 224), np.float32))
    return run


def torchs(architecture: str) -> Run | None:
    """open_clip's tower in fp16 on the GPU; None where it is not installed or sees no GPU."""
    try:
        import open_clip
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    model, _, _ = open_clip.create_model_and_transforms(architecture, pretrained=None, precision="fp16")
    model = model.cuda().eval()

    def run(pictures: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            given = torch.from_numpy(pictures).cuda().half()
            return model.encode_image(given).float().cpu().numpy()

    return run


def best(ways: dict[str, Run]) -> dict[str, float]:
    """Pictures a second of each way in its best turn."""
    pictures = np.random.default_rng(0).normal(0, 1, (BATCH, 3, 224, 224)).astype(np.float32)
    found = dict.fromkeys(ways, 0.0)
    for way in ways.values():
        way(pictures)
    for _ in range(TURNS):
        for name, way in ways.items():
            began = time.perf_counter()
            for _ in range(BATCHES):
                way(pictures)
            found[name] = max(found[name], BATCHES * BATCH / (time.perf_counter() - began))
    return found


def compared(name: str, folder: Path) -> None:
    """Print the figures of one model."""
    architecture, shape = SHAPES[name]
    full = vision_tower(folder / f"{architecture}.onnx", shape)
    half = folder / f"{architecture}-fp16.onnx"
    to_fp16(full, half)
    ways = {"CUDA fp16": ours(half, "cuda", folder)}
    if "tensorrt" in available_devices():
        ways["TensorRT fp16"] = ours(full, "tensorrt", folder)
    other = torchs(architecture)
    if other is not None:
        ways["torch fp16"] = other
    found = best(ways)
    for way, speed in found.items():
        ratio = f", {speed / found['torch fp16']:.2f} times torch" if other is not None else ""
        print(f"  {name} {way:14s} {speed:9.1f} pictures a second{ratio}")


def main() -> int:
    if not gpu_name() or "cuda" not in available_devices():
        print(f"skipped: no GPU, or no ONNX Runtime for it (there are: {', '.join(available_devices())})")
        return 0
    print(f"{gpu_name()}, batches of {BATCH}")
    with tempfile.TemporaryDirectory() as name:
        for model in SHAPES:
            compared(model, Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
