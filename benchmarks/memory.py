"""Peak memory of indexing three hours of video, against three minutes of the same: a ratio near 1 is the aim."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scenedex.testing import long_clip

SHORT_S = 180.0
LONG_S = 10_800.0

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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, shot_s in (("a cut every 10 s", 10.0), ("one shot", LONG_S)):
            short, long = compare(Path(folder), shot_s)
            print(
                f"{name}: three minutes {short:.0f} MB, three hours {long:.0f} MB, ratio {long / short:.2f}"
            )


if __name__ == "__main__":
    main()
