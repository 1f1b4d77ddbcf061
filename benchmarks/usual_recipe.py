"""The usual way to index a video: cuts by PySceneDetect, a call of ffmpeg for each scene, open_clip one by one.

    PYTHON benchmarks/usual_recipe.py FILM FOLDER [--threads N]

It runs with an interpreter of its own, which has scenedetect-headless, imageio-ffmpeg (or ffmpeg on the PATH) and
open_clip_torch with torch; of scenedex it needs nothing. ViT-B/32 has random weights. It prints the seconds of each
step as JSON; imports and the making of the model are `start` and no part of the work.
"""

import argparse
import csv
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path


def ffmpeg() -> str:
    """The program, wherever it is from. Raises ImportError."""
    return shutil.which("ffmpeg") or str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())


def detect(film: Path, folder: Path) -> list[tuple[float, float]]:
    """The scenes, by PySceneDetect's own command: it decodes every frame."""
    command = [sys.executable, "-m", "scenedetect", "-i", film, "-o", folder]
    subprocess.run(
        [*command, "detect-content", "list-scenes", "-f", "scenes"], check=True, capture_output=True
    )
    with (folder / "scenes.csv").open() as file:
        rows = list(csv.reader(file))
    head = next(n for n, row in enumerate(rows) if "Start Time (seconds)" in row)
    start, end = rows[head].index("Start Time (seconds)"), rows[head].index("End Time (seconds)")
    return [(float(row[start]), float(row[end])) for row in rows[head + 1 :]]


def keyframes(film: Path, folder: Path, scenes: list[tuple[float, float]]) -> list[Path]:
    """The picture in the middle of each scene, by a call of ffmpeg each."""
    program, found = ffmpeg(), []
    for number, (start, end) in enumerate(scenes):
        found.append(folder / f"{number:05d}.jpg")
        at = [
            "-ss",
            f"{(start + end) / 2:.3f}",
            "-i",
            str(film),
            "-frames:v",
            "1",
            "-q:v",
            "2",
            str(found[-1]),
        ]
        subprocess.run([program, "-loglevel", "error", "-nostdin", "-y", *at], check=True)
    return found


def repaired() -> None:
    """A torchvision that was built for another torch stops open_clip's import: declare what it misses."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return
    except RuntimeError:
        library = importlib.import_module("torch").library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        globals()["_kept"] = library


def main_script() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("film", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    began = time.perf_counter()
    repaired()
    import numpy as np
    import open_clip
    import torch
    from PIL import Image

    torch.set_num_threads(asked.threads)
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32-quickgelu", pretrained=None)
    model.eval()
    ffmpeg()
    marks = [began, time.perf_counter()]
    scenes = detect(asked.film, asked.folder)
    marks.append(time.perf_counter())
    pictures = keyframes(asked.film, asked.folder, scenes)
    marks.append(time.perf_counter())
    vectors = []
    with torch.inference_mode():
        for picture in pictures:
            made = model.encode_image(preprocess(Image.open(picture).convert("RGB"))[None])
            vectors.append((made / made.norm(dim=-1, keepdim=True))[0].numpy())
    np.savez(asked.folder / "index.npz", vectors=np.stack(vectors), scenes=np.array(scenes))
    marks.append(time.perf_counter())
    steps = ("start", "detection", "keyframes", "embedding")
    took = dict(zip(steps, (b - a for a, b in pairwise(marks)), strict=True))
    print(json.dumps({**took, "scenes": len(scenes)}))


if __name__ == "__main__":
    main_script()
