"""Start of `scenedex search` to its first hit, in a warm library of the mini models, and of the encoder of pictures.

    python -m benchmarks start [--rounds 7]

The library holds the demo film; its database runs already, as beside `scenedex serve`. A search is a process of its
own, from its start to its end; scenedex is compiled before, as an installed package is. The best of the rounds counts,
the median stands beside it. The encoder is ViT-B/32 in int8 with random weights, in a fresh process: from the first
import of its code to the embedding of one keyframe.
"""

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import scenedex
from benchmarks.random_clip import random_clip
from scenedex import open_library

AIM_SEARCH_S, AIM_ENCODER_S = 1.0, 1.5

ENCODER = """
import sys, time
import numpy as np
from pathlib import Path
began = time.perf_counter()
from scenedex.embeddings.encoders import visual_encoder
from scenedex.inference.exported import exported_card
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
home = Path(sys.argv[1])
model = WeightStore(home.parent).find(exported_card(home))
made = visual_encoder(model, RunOptions(device="cpu", timeout_s=60)).embed_pictures([np.zeros((384, 683, 3), np.uint8)])
assert made[0].vector.shape == (512,)
print(time.perf_counter() - began)
"""


def search_s() -> float:
    """Seconds of one search."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "scenedex", "search", "red car", "--json"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert '"scene_id"' in said, "nothing was found"
    return time.perf_counter() - began


def encoder_s(home: Path) -> float:
    """Seconds until the encoder has seen one picture."""
    done = subprocess.run(
        [sys.executable, "-c", ENCODER, str(home)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def told(name: str, run: Callable[[], float], rounds: int, aim_s: float) -> bool:
    """Prints best and median; whether the line is missed."""
    run()
    took = [run() for _ in range(rounds)]
    print(f"  {name}: {min(took):.2f} s, median {statistics.median(took):.2f} s (line: {aim_s})")
    return min(took) >= aim_s


def main(options: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks start")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args(options or [])
    compileall.compile_dir(Path(scenedex.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SCENEDEX_HOME": f"{folder}/home", "SCENEDEX_PROFILE": "mini"}
        subprocess.run([sys.executable, "-m", "scenedex", "demo"], check=True, capture_output=True)
        home = random_clip(Path(folder) / "weights")
        with open_library():
            missed = told("search, start to first hit", search_s, asked.rounds, AIM_SEARCH_S)
        missed |= told(
            "ViT-B/32 int8, first import to first embedding",
            lambda: encoder_s(home),
            asked.rounds,
            AIM_ENCODER_S,
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
