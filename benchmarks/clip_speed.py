"""Pictures a second: our int8 ViT-B/32 against open_clip's in fp32, one by one, and in bf16, 32 at once.

    python -m benchmarks.clip_speed

Both start at the pixels of a keyframe (683 x 384) and end at a unit vector, with every core that the process
may use; both have the full size of ViT-B/32 and random weights, which cost what trained ones cost. They take
turns, and the best turn of each counts: on a shared machine the rest is noise. open_clip has the better of one
thread and all of them: where others use the machine as well, torch's threads wait for one another. In
bf16 the rival gets 32 pictures at once, prepared by open_clip's own preprocessing, which is timed as ours is. Needs the
extra `export` (onnx, open_clip).
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from tests.golden.torchvision_repair import torchvision_repaired

from benchmarks.vit_graph import Shape, vision_tower
from scenedex.embeddings.pictures import PictureTower
from scenedex.embeddings.towers import BATCH
from scenedex.inference.quantize import to_int8
from scenedex.inference.registry import ModelCard, load_registry
from scenedex.inference.session import RunOptions, usable_cpus
from scenedex.inference.weights import LocalModel, WeightStore

TURNS = 5
PICTURES = 32
AIM, AIM_BF16 = 8.0, 0.9
TOGETHER = "torch bf16, batches of 32"


def local(folder: Path, path: Path) -> LocalModel:
    """The graph at `path` through registry and store, like any other."""
    known = load_registry().find("clip-b32")
    entry = f"""
[[model]]
key = "{path.stem}"
family = "clip"
modality = "visual"
model_name = "ViT-B-32"
pretrained = "random"
repository = "bench/{path.stem}"
revision = "1"
dim = {known.dim}
licence = "Apache-2.0"
languages = []
[model.image]
size = {known.image.size}
resize = "{known.image.resize}"
interpolation = "{known.image.interpolation}"
mean = {list(known.image.mean)}
std = {list(known.image.std)}
[model.files]
vision = {{ path = "{path.name}", bytes = {path.stat().st_size} }}
"""
    registry = folder / f"{path.stem}.toml"
    registry.write_text(entry, "utf-8")
    card: ModelCard = load_registry(registry).find(path.stem)
    home = folder / f"bench--{path.stem}" / "1"
    home.mkdir(parents=True)
    path.rename(home / path.name)
    return WeightStore(folder).find(card)


def keyframes() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [
        np.asarray(Image.fromarray(rng.integers(0, 256, (24, 43, 3), np.uint8)).resize((683, 384)))
        for _ in range(PICTURES)
    ]


def rival(threads: int, together: int = 1) -> Callable[[list[np.ndarray]], list[np.ndarray]] | None:
    """open_clip as its README uses it: preprocess, encode, normalise, one by one; or several at once in bf16."""
    try:
        torchvision_repaired()  # built for another torch it stops open_clip's import
        import open_clip
        import torch
    except ImportError:
        return None
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32-quickgelu", pretrained=None)
    kind = torch.bfloat16 if together > 1 else torch.float32
    model = model.eval().to(kind)

    def run(pictures: list[np.ndarray]) -> list[np.ndarray]:
        found = []
        torch.set_num_threads(threads)
        with torch.inference_mode():
            for first in range(0, len(pictures), together):
                ready = [preprocess(Image.fromarray(pixels)) for pixels in pictures[first : first + together]]
                made = model.encode_image(torch.stack(ready).to(kind)).float()
                found += list((made / made.norm(dim=-1, keepdim=True)).numpy())
        return found

    return run


def tower(model: LocalModel, together: int = 0) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    """Of ours, as indexing uses it; or with so many pictures given at a time."""
    made = PictureTower(model, RunOptions(device="cpu", timeout_s=60), wide="crop")

    def run(pictures: list[np.ndarray]) -> list[np.ndarray]:
        step = together or len(pictures)
        groups = [pictures[first : first + step] for first in range(0, len(pictures), step)]
        return [each.vector for group in groups for each in made.embed_pictures(group)]

    return run


def best(ways: dict[str, Callable[[list[np.ndarray]], list[np.ndarray]]]) -> dict[str, tuple[float, float]]:
    """Pictures a second of each way, and CPU milliseconds a picture, each in its best turn."""
    pictures, found = keyframes(), dict.fromkeys(ways, (0.0, float("inf")))
    for way in ways.values():
        way(pictures[:BATCH])
    for _ in range(TURNS):
        for name, way in ways.items():
            started, worked = time.perf_counter(), time.process_time()
            way(pictures)
            speed = PICTURES / (time.perf_counter() - started)
            cpu_ms = (time.process_time() - worked) * 1000.0 / PICTURES
            found[name] = (max(found[name][0], speed), min(found[name][1], cpu_ms))
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        full = vision_tower(folder / "vit-b32-fp32.onnx", Shape())
        to_int8(full, folder / "vit-b32-int8.onnx", image=load_registry().find("clip-b32").image)
        exact, eight = local(folder, full), local(folder, folder / "vit-b32-int8.onnx")
        ways = {
            f"scenedex int8, batches of {BATCH}": tower(eight),
            "scenedex int8, one by one": tower(eight, 1),
            "scenedex fp32, one by one": tower(exact, 1),
        }
        pair = [np.asarray(tower(model)(keyframes()[:BATCH])) for model in (exact, eight)]
        for threads in sorted({1, usable_cpus()}):
            other = rival(threads)
            if other:
                ways[f"open_clip fp32, one by one, threads: {threads}"] = other
        if at_once := rival(usable_cpus(), 32):
            ways[TOGETHER] = at_once
        found = best(ways)
    print(f"ViT-B/32, random weights, {usable_cpus()} cores: pictures a second, pixels to unit vector")
    for way, (speed, cpu_ms) in found.items():
        print(f"  {way:42s} {speed:7.1f} ({cpu_ms:5.1f} ms of CPU time each)")
    print(f"  cosine of int8 with fp32: {(pair[0] * pair[1]).sum(axis=1).min():.4f} at least")
    if not other:
        print("open_clip is not installed, so there is no ratio: pip install 'scenedex[export]'")
        return 1
    speeds = {way: speed for way, (speed, _) in found.items()}
    ratio = next(iter(speeds.values())) / max(speeds[way] for way in speeds if way.startswith("open_clip"))
    against = next(iter(speeds.values())) / speeds[TOGETHER]
    print(f"ratio to {TOGETHER}: {against:.2f} (line: {AIM_BF16})")
    print(f"ratio to open_clip fp32, one by one: {ratio:.1f} (line: {AIM:.0f})")
    return int(ratio < AIM or against < AIM_BF16)


if __name__ == "__main__":
    sys.exit(main())
