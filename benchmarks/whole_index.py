"""The whole of `scenedex index`, ten minutes of 1080p with ViT-B/32 and subtitles, against the usual recipe.

    python -m benchmarks whole_index [--seconds 600] [--rounds 1] [--folder KEEP] [--rival PYTHON] [--growth]

The film is made here (`moving_film.py`), and kept where `--folder` names one. The rival is `usual_recipe.py`, run by
the interpreter `--rival` (or SCENEDEX_BENCH_TORCH), which needs scenedetect-headless, imageio-ffmpeg, torch and
open_clip_torch: without it there is no ratio. Both have ViT-B/32 with random weights, the rival in fp32, scenedex in
int8.

Of the rival only the work counts: not its imports, not the making of its model. Of scenedex everything counts, from the
start of the command to its end: a library that is new, the start of PostgreSQL, the model, the words, and what
unrelated queries score. scenedex sees each wide picture in two parts, the rival its middle alone. Both take turns; the
best round of each counts. `--growth`: ours at 1, 4 and 16 times the size; the last one is `--seconds`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.moving_film import Film, moving_film
from benchmarks.random_clip import random_clip
from scenedex.inference.session import usable_cpus

AIM_RECIPE, AIM_REAL_TIME = 5.0, 33.0
RECIPE = Path(__file__).with_name("usual_recipe.py")


def ours(film: Film, folder: Path) -> tuple[float, int]:
    """Seconds of `scenedex index` in a new library, and how many scenes it found."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        environment = {
            **os.environ,
            "SCENEDEX_HOME": f"{home}/library",
            "CLIP_CACHE_DIR": str(folder / "weights"),
            "CLIP_MODEL_NAME": str(random_clip(folder / "weights")),
            "CLIP_TIMEOUT_S": "60",
        }
        command = [sys.executable, "-m", "scenedex"]
        began, worked = time.perf_counter(), processor_s()
        subprocess.run([*command, "index", str(film.path)], env=environment, check=True, capture_output=True)
        took = time.perf_counter() - began
        print(f"  scenedex: {took:.2f} s by the clock, {processor_s() - worked:.2f} s of processor time")
        shown = [sys.executable, "-m", "scenedex", "videos", "show", str(film.path), "--json"]
        said = subprocess.run(shown, env=environment, check=True, capture_output=True)
        return took, len(json.loads(said.stdout)["scenes"])


def processor_s() -> float:
    """Processor time of all children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def theirs(film: Film, interpreter: str, folder: Path) -> dict[str, float] | None:
    """Seconds of each step of the usual recipe; None where that interpreter lacks what it needs."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        command = [interpreter, str(RECIPE), str(film.path), out, "--threads", str(usable_cpus())]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  the usual recipe did not run: {done.stderr.strip().splitlines()[-1:]}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def growth(seconds: float, folder: Path) -> None:
    for part in (16, 4, 1):
        film = moving_film(folder, seconds / part)
        took, scenes = ours(film, folder)
        print(
            f"  {film.seconds:6.1f} s of film: {took:6.2f} s, {scenes} scenes, {film.seconds / took:5.1f} x real time"
        )


def against(film: Film, asked: argparse.Namespace, folder: Path) -> int:
    """Both in turns; 1 where a line is missed."""
    mine, other = [], []
    for _ in range(asked.rounds):
        if asked.rival and (found := theirs(film, asked.rival, folder)):
            other.append(found)
        mine.append(ours(film, folder))
    took, scenes = min(mine)
    print(f"  scenedex: {took:.2f} s, {scenes} scenes")
    real = film.seconds / took
    print(f"  against real time, {usable_cpus()} cores: {real:.1f} x (line: {AIM_REAL_TIME:.0f})")
    if not other:
        print(
            "  no ratio: --rival names a Python with torch, open_clip_torch, scenedetect-headless, imageio-ffmpeg"
        )
        return 1
    steps = ("detection", "keyframes", "embedding")
    best = min(other, key=lambda one: sum(one[step] for step in steps))
    whole = sum(best[step] for step in steps)
    words = ", ".join(f"{step} {best[step]:.1f} s" for step in steps)
    print(
        f"  the usual recipe: {whole:.1f} s ({words}; start: {best['start']:.1f} s), {best['scenes']} scenes"
    )
    print(f"ratio to the usual recipe: {whole / took:.1f} (line: {AIM_RECIPE:.0f})")
    return int(real < AIM_REAL_TIME or whole / took < AIM_RECIPE)


def main(options: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks whole_index")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rival", default=os.environ.get("SCENEDEX_BENCH_TORCH"))
    parser.add_argument("--growth", action="store_true")
    asked = parser.parse_args(options or [])
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        random_clip(folder / "weights")
        film = moving_film(folder, asked.seconds)
        print(
            f"  {film.seconds:.0f} s of 1080p, {film.path.stat().st_size / 1e6:.0f} MB, {len(film.cuts)} cuts"
        )
        if asked.growth:
            growth(asked.seconds, folder)
        return against(film, asked, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
