"""Dissolves and fades: how many are found, by every picture and by hints, and by PySceneDetect's own detectors.

A film (1080p, H.264 of x264's defaults) whose shots follow one another by cuts (half), dissolves of 0.24 to 2 s (a
third) and fades through one colour. One is found where a shot begins within it, or two frames beside it. `--seed` draws
another film, `--films FOLDER` keeps it, `--shots N` makes it shorter. Nothing was tuned with the one that it makes.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from benchmarks.cut_films import ENCODINGS, RATE, Shot, drawn, encode, grained, lengths
from benchmarks.cuts import THEIR_DETECTORS, their_pass
from scenedex.indexing.here import Here
from scenedex.scenes.cuts import DEFAULT_DETECTOR
from scenedex.types import Limits, Pixels, TransitionKind

SHOTS, SEED = 60, 21
SHORTEST = 20
"""Frames of a shot beside its transitions."""

DISSOLVES = (6, 10, 13, 18, 25, 38, 50)
FADES = (8, 12, 25)
HOLDS = (0, 3, 12)
"""Frames of a dissolve, of a fade to one colour or out of it, and of that colour in between."""

NEAR = 2
LINE = 0.95
"""F1 with every picture decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How one shot follows another."""

    kind: TransitionKind
    frames: int = 0
    hold: int = 0
    colour: int = 0

    @property
    def shared(self) -> int:
        """Frames in which both shots are seen."""
        return self.frames if self.kind == "dissolve" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A transition, in frames: the first and the last in which it is seen, and one more."""

    kind: TransitionKind
    first: int
    end: int


def planned(count: int, rng: random.Random) -> list[Planned]:
    """How the shots of a film follow one another."""
    made = []
    for kind in rng.choices(("cut", "dissolve", "fade"), (0.5, 0.35, 0.15), k=count - 1):
        frames = {"cut": 0, "dissolve": rng.choice(DISSOLVES), "fade": rng.choice(FADES)}[kind]
        hold, colour = (rng.choice(HOLDS), rng.choice((0, 0, 0, 255))) if kind == "fade" else (0, 0)
        made.append(Planned(kind=cast("TransitionKind", kind), frames=frames, hold=hold, colour=colour))
    return made


def truth(shots: Sequence[int], plan: Sequence[Planned]) -> list[Known]:
    """Where they are in the film that `film` makes."""
    made, at = [], 0
    for length, one in zip(shots, plan, strict=False):
        at += length
        end = at + one.shared + one.hold
        fade = one.frames if one.kind == "fade" else 0
        made.append(Known(kind=one.kind, first=at - fade, end=end + fade))
        at = end
    return made


def film(shots: Sequence[int], plan: Sequence[Planned], rng: random.Random) -> Iterator[Pixels]:
    """The pictures of shots of these lengths, beside what they share."""
    edges = [Planned(kind="cut"), *plan, Planned(kind="cut")]
    source = drawn(rng)
    shot = next(source)
    for length, (before, after) in zip(shots, pairwise(edges), strict=True):
        total = before.shared + length + after.shared
        for n in range(length):
            picture = shot(before.shared + n, total)
            yield _faded(_faded(picture, before, n), after, length - 1 - n)
        following = next(source)
        yield from _between(shot, following, total, after)
        shot = following


def _faded(picture: Pixels, by: Planned, from_edge: int) -> Pixels:
    if by.kind != "fade" or from_edge >= by.frames:
        return picture
    return mixed(np.full_like(picture, by.colour), picture, (from_edge + 1) / (by.frames + 1))


def _between(shot: Shot, following: Shot, total: int, by: Planned) -> Iterator[Pixels]:
    for n in range(by.shared):
        first, second = shot(total - by.shared + n, total), following(n, total)
        yield mixed(first, second, (n + 1) / (by.shared + 1))
    for _ in range(by.hold):
        yield np.full_like(shot(0, total), by.colour)


def mixed(one: Pixels, other: Pixels, share: float) -> Pixels:
    """So much of the other, the rest of the one."""
    return cast("Pixels", cv2.addWeighted(one, 1 - share, other, share, 0))


def score(found: Sequence[int], true: Sequence[Known]) -> tuple[float, Counter[str], int]:
    """F1, how many of each kind are found, and how many boundaries are none or not needed."""
    hits: Counter[str] = Counter()
    left = list(found)
    for one in true:
        inside = [at for at in left if one.first - NEAR <= at <= one.end + NEAR]
        if inside:
            left.remove(inside[0])
            hits[one.kind] += 1
    return 2 * hits.total() / max(1, len(found) + len(true)), hits, len(left)


def ours(path: Path, *, accurate: bool) -> list[tuple[int, str]]:
    """Frames at which shots begin, and by what."""
    with Here().reading(path, Limits()) as reading:
        scenes = list(reading.scenes(DEFAULT_DETECTOR, lambda _: None, accurate=accurate))
    begins = [scene.transition for scene in scenes if scene.transition and scene.start_s > 0]
    return [(round(one.at_s * RATE), one.kind) for one in begins]


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks transitions")
    parser.add_argument("--films", type=Path, help="a folder in which the film stays")
    parser.add_argument("--shots", type=int, default=SHOTS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    shots = [max(SHORTEST, length) for length in lengths(options.shots, options.seed)]
    plan = planned(options.shots, rng)
    true = truth(shots, plan)
    count = Counter(one.kind for one in true)
    with tempfile.TemporaryDirectory() as made:
        path = (options.films or Path(made)) / f"transitions-{options.shots}-{options.seed}.mp4"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f".{path.name}")
            encode(unfinished, ENCODINGS[0], grained(film(shots, plan, rng), rng, options.seed))
            unfinished.rename(path)
        print("  of", ", ".join(f"{number} {kind}s" for kind, number in sorted(count.items())))
        scores = {}
        for name, accurate in (("every picture decoded", True), ("by hints", False)):
            found = ours(path, accurate=accurate)
            scores[name] = told(name, [at for at, _ in found], true)
            right = sum(
                any(one.first - NEAR <= at <= one.end + NEAR and one.kind == kind for at, kind in found)
                for one in true
            )
            print(f"    {right} of {len(true)} by the right name")
        theirs = max(
            told(name, their_pass(path, name), true) for name in (*THEIR_DETECTORS, "detect-threshold")
        )
    best = scores["every picture decoded"]
    print(f"F1 {best:.3f} (line: {LINE}), by hints {scores['by hints']:.3f}, their best {theirs:.3f}")
    return 0 if best >= LINE and min(scores.values()) > theirs else 1


def told(name: str, found: Sequence[int], true: Sequence[Known]) -> float:
    """Print what a pass has found; its F1."""
    f1, hits, others = score(found, true)
    each = ", ".join(f"{hits[kind]} {kind}s" for kind in ("cut", "dissolve", "fade"))
    print(f"  {name:22s} F1 {f1:.3f}: {each}; {others} others")
    return f1


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
