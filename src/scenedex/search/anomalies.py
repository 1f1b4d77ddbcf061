"""Keyframes and what is normal → a score along time, and the scenes in which it peaks.

The score of a keyframe is 1 − its cosine with the baseline, held to 0 (the same) … 1 (nothing in common).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import numpy as np

from scenedex.errors import UsageError
from scenedex.store.baselines import Baseline, KeyframeCosine, Mean
from scenedex.types import Space, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeScore:
    """How far one keyframe is from what is normal."""

    t_s: float
    score: float  #: 0 to 1
    scene: int
    scene_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Scenes that follow one another, in each of which something is out of the ordinary."""

    start_s: float
    end_s: float
    peak_s: float  #: time of the keyframe that is furthest from what is normal
    score: float  #: of that keyframe
    scenes: tuple[int, ...]  #: numbers
    scene_id: UUID  #: of the scene with the peak


def anomaly_score(cosine: float) -> float:
    """1 − cosine, held to 0 … 1. Raises UsageError for what is no number."""
    if not math.isfinite(cosine):
        raise UsageError("The cosine with the baseline is no number: make the baseline anew.")
    return min(max(1.0 - cosine, 0.0), 1.0)


def baseline_vector(mean: Mean) -> Vector:
    """The mean of keyframes at unit length. Raises UsageError where there is none, or it points nowhere."""
    if mean.vector is None:
        raise UsageError(
            "None of these scenes has a picture that was embedded, so nothing says what is normal: choose others, or "
            "let `scenedex index` complete what is missing."
        )
    return checked_vector(mean.vector)


def checked_vector(vector: Vector) -> Vector:
    """A baseline at unit length. Raises UsageError for one that is zero, or holds what is no number."""
    if not np.isfinite(vector).all():
        raise UsageError("This baseline holds what is no number: make it anew.")
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if length < 1e-6:
        raise UsageError(
            "These pictures have no middle: their embeddings cancel one another out. Make the baseline from pictures "
            "that show the same place."
        )
    return np.asarray(vector / length, dtype=np.float32)


def check_space(baseline: Baseline, space: Space) -> None:
    """Raises UsageError for a baseline of another model than the one that has seen the video."""
    if baseline.space != space.id or baseline.vector.shape != (space.dim,):
        made = baseline.space_name or "a model that is gone"
        raise UsageError(
            f"The baseline {baseline.name!r} was made with {made} ({baseline.vector.shape[0]} numbers), and pictures "
            f"are seen by {space.name} ({space.dim} numbers) now: make it anew with "
            "`scenedex baselines add NAME --again` and what it was made from."
        )


def scores(found: Sequence[KeyframeCosine]) -> list[KeyframeScore]:
    """The curve: one score for each keyframe that was embedded, by time."""
    return [
        KeyframeScore(
            t_s=each.t_s, score=anomaly_score(each.cosine), scene=each.index, scene_id=each.scene_id
        )
        for each in found
        if each.t_s is not None and each.cosine is not None
    ]


def anomalies(found: Sequence[KeyframeCosine], threshold: float) -> list[Anomaly]:
    """The scenes with a keyframe above the threshold, joined where one follows the other, by time."""
    spans = {each.index: (each.start_s, each.end_s) for each in found}
    above = [score for score in scores(found) if score.score > threshold]
    scenes = sorted({score.scene for score in above})
    made = []
    for _, run in groupby(enumerate(scenes), key=lambda numbered: numbered[1] - numbered[0]):
        numbers = tuple(number for _, number in run)
        peak = max(
            (score for score in above if numbers[0] <= score.scene <= numbers[-1]),
            key=lambda score: (score.score, -score.t_s),
        )
        made.append(
            Anomaly(
                start_s=spans[numbers[0]][0],
                end_s=spans[numbers[-1]][1],
                peak_s=peak.t_s,
                score=peak.score,
                scenes=numbers,
                scene_id=peak.scene_id,
            )
        )
    return made
