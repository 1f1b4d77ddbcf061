"""Scenes in which something looks like a crop → appearances: where and when someone or something is to be seen.

Nothing of an answer is kept: it is worked out when it is asked for, so what was indexed since takes part by itself.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from scenedex.errors import UsageError
from scenedex.search.anchor import chance_background
from scenedex.search.calibration import Background
from scenedex.search.fusion import band
from scenedex.store.appearances import Crop, CutFrom, SeenIn
from scenedex.store.entities import Chance, CropExample
from scenedex.types import Band, Space

FAR = 4.0
"""See `chance_of`. `docs/entities.md` has what was measured."""

FEWEST = 32
"""Vectors of a library from which is told what chance gives. With fewer, the cosine itself is the similarity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """Scenes of one video that follow one another, in each of which the entity is to be seen."""

    video_id: UUID
    video: str  #: file name
    path: str | None  #: None when the video is offline
    start_s: float
    end_s: float
    scenes: tuple[int, ...]  #: numbers
    scene_id: UUID  #: of the scene that shows it best
    best_s: float  #: time of the keyframe that does
    box: (
        tuple[float, float, float, float] | None
    )  #: the part of that keyframe that was compared; None: all of it
    score: float  #: similarity, 0 to 1
    band: Band
    cosine: float
    example_id: UUID  #: the crop that it looks like most
    thumbnail_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A crop, and what its cosines mean in the space in which it is compared."""

    example: CropExample
    background: Background | None  #: None: too little is there to tell, so the cosine is the similarity

    def crop(self, threshold: float) -> Crop:
        """What the store is asked for: all that is at least so similar."""
        of = self.example
        return Crop(
            vector=of.vector,
            even=self.background.even if self.background else 0.0,
            scale=self.background.scale if self.background else 1.0,
            least=_log_odds(threshold) if self.background else threshold,
            cut_from=CutFrom(video_id=of.video_id, t_s=of.t_s, box=of.box)
            if of.video_id is not None and of.t_s is not None
            else None,
        )

    def similarity(self, cosine: float) -> float:
        """0 to 1."""
        if self.background is None:
            return min(max(cosine, 0.0), 1.0)
        return self.background.calibrated(cosine)


def chance_of(cosines: NDArray[np.float64], space: Space, vectors: int) -> Chance:
    """How vectors of a space, drawn by chance out of so many, lie to an example.

    Some of them may show what the example does, and the more often it is to be seen the more: they are left out. They
    are what lies further above the median than FAR of the distances by which the lower sixth lies below it, the part
    that likeness leaves alone.
    """
    if not len(cosines):
        return Chance(space=space.id, vectors=vectors, seen=0, mean=0.0, spread=0.0)
    median, low = np.quantile(
        cosines, [0.5, 0.1587]
    )  # one standard deviation below, if it were a normal distribution
    kept = cosines[cosines <= median + FAR * max(float(median - low), 1e-3)]
    return Chance(
        space=space.id,
        vectors=vectors,
        seen=len(cosines),
        mean=float(np.mean(kept)),
        spread=float(np.std(kept)),
    )


def measured(example: CropExample, chance: Chance) -> Measured:
    """What the cosines of an example mean among as many vectors as `chance` was measured with."""
    if chance.seen < FEWEST:
        return Measured(example=example, background=None)
    return Measured(example=example, background=chance_background(chance.mean, chance.spread, chance.vectors))


def check_threshold(threshold: float, what: str) -> float:
    """Raises UsageError for what is no number from 0 to 1."""
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not 0 <= threshold <= 1:
        raise UsageError(f"The threshold of {what} is a number from 0 to 1, not {threshold!r}.")
    return float(threshold)


def appearances(found: Sequence[SeenIn], examples: Sequence[Measured]) -> list[Appearance]:
    """The scenes, which come by video and number, joined where one follows the other.

    The scene that an example was cut out of is among them: there its cosine is that with itself, 1.
    """
    return [_joined(run, examples) for run in _runs(found)]


def _runs(found: Sequence[SeenIn]) -> Iterator[list[SeenIn]]:
    run: list[SeenIn] = []
    for each in found:
        if run and (each.video_id, each.index) != (run[-1].video_id, run[-1].index + 1):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _joined(run: Sequence[SeenIn], examples: Sequence[Measured]) -> Appearance:
    best = max(run, key=lambda each: (examples[each.crop].similarity(each.cosine), each.cosine, -each.t_s))
    of = examples[best.crop]
    score = of.similarity(best.cosine)
    return Appearance(
        video_id=best.video_id,
        video=best.video,
        path=best.path,
        start_s=run[0].start_s,
        end_s=run[-1].end_s,
        scenes=tuple(each.index for each in run),
        scene_id=best.scene_id,
        best_s=best.t_s,
        box=best.box,
        score=score,
        band=band(score),
        cosine=best.cosine,
        example_id=of.example.id,
        thumbnail_key=best.thumbnail_key,
    )


def _log_odds(similarity: float) -> float:
    """Where the calibration's curve has this height; beyond what it reaches for 0 and 1."""
    if similarity <= 0:
        return -1e9
    return 1e9 if similarity >= 1 else math.log(similarity / (1 - similarity))
