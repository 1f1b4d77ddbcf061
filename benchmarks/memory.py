"""Peak memory of indexing three hours of video against three minutes of the same, and of a worker with ViT-B/32.

    python -m benchmarks memory [--only length|worker] [--folder KEEP]

Length: the film is 48 x 32 pixels (`scenedex.testing.long_clip`), since what could grow with the length does not depend
on its size; with a cut every 10 s, and as one shot. Everything runs in one process, whose own peak counts.

Worker: 150 s of 1080p with ViT-B/32 int8 of random weights, read by child processes as a worker reads it. Its memory is
the proportional share (PSS) of the process and its children, ten times a second; the embedded PostgreSQL is apart.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.moving_film import moving_film
from benchmarks.random_clip import random_clip
from scenedex.testing import long_clip

SHORT_S = 180.0
LONG_S = 10_800.0
AIM_RATIO, AIM_MB = 1.1, 700.0

INDEX = """
import re, sys
from pathlib import Path
from scenedex import open_library
with open_library(Path(sys.argv[1])) as library:
    (file,) = library.add(sys.argv[2]).files
    assert file.outcome == "indexed", file
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1))
"""


def peak_mb(home: Path, clip: Path) -> float:
    """Peak resident memory of a process that indexes `clip` into a fresh library, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", INDEX, str(home), str(clip)],
        env={**os.environ, "SCENEDEX_DECODER": "here"},  # all of it in one process, to be measured at once
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


def compare(folder: Path, shot_s: float) -> tuple[float, float]:
    """Peaks of the short and of the long clip, both of shots of this length."""
    peaks = []
    for seconds in (SHORT_S, LONG_S):
        clip = folder / f"{seconds:.0f}s-{shot_s:.0f}s.mp4"
        long_clip(clip, seconds, shot_s=min(shot_s, seconds))
        peaks.append(peak_mb(folder / f"home-{clip.stem}", clip))
    return peaks[0], peaks[1]


def family(pid: int) -> list[int]:
    """The process and those that it has started, without the database."""
    found = [pid]
    for one in found:
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in thread.read_text().split()]
    return [one for one in found if "postgres" not in Path(f"/proc/{one}/comm").read_text()]


def share_mb(pid: int) -> float:
    """Their memory now, what they share divided among those who share it."""
    total = 0
    try:
        for one in family(pid):
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE))
    except (OSError, ProcessLookupError):  # one of them has just ended
        return 0.0
    return total / 1024


def worker_mb(folder: Path) -> float:
    """The highest share while a film is indexed."""
    film, home = moving_film(folder, 150.0), random_clip(folder / "weights")
    with tempfile.TemporaryDirectory(dir=folder) as library:
        environment = {**os.environ, "CLIP_MODEL_NAME": str(home), "CLIP_TIMEOUT_S": "60"}
        command = [sys.executable, "-c", INDEX, library, str(film.path)]
        process, peak = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL), 0.0
        while process.poll() is None:
            peak = max(peak, share_mb(process.pid))
            time.sleep(0.1)
        assert process.returncode == 0
    return peak


def lengths(folder: Path) -> bool:
    """Whether a line is missed."""
    missed = False
    for name, shot_s in (("a cut every 10 s", 10.0), ("one shot", LONG_S)):
        short, long = compare(folder, shot_s)
        missed |= long / short > AIM_RATIO
        print(f"  {name}: three minutes {short:.0f} MB, three hours {long:.0f} MB")
        print(f"  ratio: {long / short:.2f} (line: {AIM_RATIO})")
    return missed


def main(options: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--only", choices=["length", "worker"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args(options or [])
    missed = False
    with tempfile.TemporaryDirectory() as name:
        if asked.only != "worker":
            missed |= lengths(Path(name))
        if asked.only != "length":
            peak = worker_mb(asked.folder or Path(name))
            print(f"  a worker with ViT-B/32 int8 and a film in hand: {peak:.0f} MB (line: {AIM_MB:.0f})")
            missed |= peak > AIM_MB
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
