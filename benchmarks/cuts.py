"""Cuts: our whole pass by hints (`scenedex index`) against PySceneDetect's own command, on films with known cuts.

Our pass finds cuts, judges pictures, makes the keyframes; PySceneDetect finds cuts only. `--films FOLDER` keeps the
films, which take long to make; `--only NAME` takes one encoding; `--shots N` makes them shorter.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import pytest
from tests.media import shared_media

from benchmarks.cut_films import ENCODINGS, RATE, Encoding, encode, lengths, pictures
from scenedex.indexing.here import Here
from scenedex.scenes.cuts import DEFAULT_DETECTOR
from scenedex.types import Limits

SHOTS = 104
SEED = 7
GROWING = 12
"""Shots of the film that is repeated."""

THEIR_DETECTORS = ("detect-adaptive", "detect-content", "detect-hash", "detect-hist")

TOLERANCE = 2
"""Frames by which a cut may be off."""

LIMITS = Limits()


def f1(found: list[int], true: list[int]) -> float:
    """Harmonic mean of precision and recall; a true cut counts once."""
    left = list(true)
    for cut in found:
        near = [one for one in left if abs(one - cut) <= TOLERANCE]
        if near:
            left.remove(min(near, key=lambda one: abs(one - cut)))
    return 2 * (len(true) - len(left)) / max(1, len(found) + len(true))


def our_pass(path: Path, detector: str = DEFAULT_DETECTOR, *, accurate: bool = False) -> list[float]:
    """The starts of all scenes but the first, in seconds."""
    with Here().reading(path, LIMITS) as reading:
        scenes = list(reading.scenes(detector, lambda _: None, accurate=accurate))
    return [scene.start_s for scene in scenes[1:]]


def their_pass(path: Path, detector: str) -> list[int]:
    """The first frames of all scenes but the first, from PySceneDetect's command."""
    program = Path(sys.executable).with_name("scenedetect")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            program,
            "-q",
            "-i",
            path,
            "-o",
            folder,
            detector,
            "list-scenes",
            "-q",
            "-s",
            "-f",
            "found.csv",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with (Path(folder) / "found.csv").open() as file:
            return [int(row["Start Frame"]) - 1 for row in csv.DictReader(file)][1:]


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of all processors."""
    start, used = time.perf_counter(), _used()
    run()
    return time.perf_counter() - start, _used() - used


def _used() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def film(folder: Path, encoding: Encoding, shots: int, times: int = 1) -> tuple[Path, list[int]]:
    """A film of so many shots, so many times over, and its cuts in frames; made if it is not there."""
    path = folder / f"{encoding.name}-{shots}x{times}{encoding.suffix}"
    long = lengths(shots, SEED) * times
    if not path.exists():
        partial = path.with_name(f"partial-{path.name}")
        encode(partial, encoding, (one for _ in range(times) for one in pictures(lengths(shots, SEED), SEED)))
        partial.rename(path)
    return path, list(accumulate(long))[:-1]


def compare(path: Path, cuts: list[int]) -> None:
    """One film: ours, ours without hints, theirs."""
    found: list[float] = []
    ours = timed(lambda: found.extend(our_pass(path)))
    whole: list[float] = []
    full = timed(lambda: whole.extend(our_pass(path, accurate=True)))
    theirs = timed(lambda: their_pass(path, "detect-content"))
    score = f1([round(cut * RATE) for cut in found], cuts)
    scores = {name: f1(their_pass(path, name), cuts) for name in THEIR_DETECTORS}
    best = max(scores, key=lambda name: scores[name])
    print(f"{path.name}: {len(cuts)} cuts")
    for name, (clock, used) in (("ours", ours), ("ours, --accurate", full), ("detect-content", theirs)):
        print(f"  {name:<17} {clock:7.2f} s, {used:7.2f} s of processors")
    print(
        f"  F1 {score:.3f}, --accurate {f1([round(cut * RATE) for cut in whole], cuts):.3f}, {best} {scores[best]:.3f}"
    )
    print(
        f"  times as fast as detect-content: {theirs[0] / ours[0]:.2f} (processors {theirs[1] / ours[1]:.2f})"
    )


def grows(folder: Path) -> None:
    """The cost of a film of 1, 4 and 16 times the length."""
    for times in (1, 4, 16):
        path, cuts = film(folder, ENCODINGS[1], GROWING, times)
        clock, used = timed(lambda path=path: our_pass(path))
        print(
            f"  {times:2} times: {clock / times:.2f} s, {used / times:.2f} s of processors each, {len(cuts)} cuts"
        )


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks cuts", description=__doc__)
    options.add_argument("--films", type=Path, help="folder in which the films are kept")
    options.add_argument("--only", choices=[one.name for one in ENCODINGS])
    options.add_argument("--shots", type=int, default=SHOTS)
    given = options.parse_args(arguments)
    try:
        shared_media()
    except pytest.skip.Exception as missing:
        print(f"  no films to make films of: {missing}")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.films or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for encoding in ENCODINGS:
            if given.only in (None, encoding.name):
                compare(*film(folder, encoding, given.shots))
        if given.only is None:
            grows(folder)
