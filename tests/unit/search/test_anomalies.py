"""Keyframes and what is normal → scores and peaks."""

from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.search.anomalies import (
    anomalies,
    anomaly_score,
    baseline_vector,
    check_space,
    checked_vector,
    scores,
)
from scenedex.store.baselines import Baseline, KeyframeCosine, Mean
from scenedex.types import Space

SPACE = Space(name="eyes@2", model="eyes", revision="2", modality="visual", dim=2, id=2)


def keyframe(index: int, cosine: float | None, at: float = 0.5) -> KeyframeCosine:
    return KeyframeCosine(
        scene_id=UUID(int=index + 1),
        index=index,
        start_s=2.0 * index,
        end_s=2.0 * index + 2,
        thumbnail_key=None,
        t_s=None if cosine is None else 2.0 * index + at,
        cosine=cosine,
    )


def baseline(space: int, dim: int, name: str | None = "eyes@1") -> Baseline:
    vector = np.ones(dim, np.float32) / np.sqrt(dim)
    return Baseline(
        id=uuid4(),
        name="door",
        space=space,
        space_name=name,
        vector=vector,
        pictures=3,
        made_of={},
        made_at="",
    )


@given(st.floats(-1.01, 1.01))
def test_a_score_is_one_minus_the_cosine_held_to_0_and_1(cosine: float) -> None:
    score = anomaly_score(cosine)
    assert 0 <= score <= 1
    if 0 <= cosine <= 1:
        assert score == pytest.approx(1 - cosine)


def test_no_number_is_said_not_scored() -> None:
    with pytest.raises(UsageError, match="make the baseline anew"):
        anomaly_score(float("nan"))


def test_peaks_are_joined_and_named_by_their_highest_point() -> None:
    found = [
        keyframe(0, 0.9), keyframe(1, 0.4), keyframe(2, 0.6), keyframe(2, 0.1, 1.5), keyframe(3, 0.45),
        keyframe(4, None), keyframe(5, 0.2), keyframe(6, 0.5),
    ]  # fmt: skip
    made = anomalies(found, 0.5)
    assert [(one.scenes, one.start_s, one.end_s, one.peak_s) for one in made] == [
        ((1, 2, 3), 2.0, 8.0, 5.5),
        ((5,), 10.0, 12.0, 10.5),
    ]
    assert [one.score for one in made] == pytest.approx([0.9, 0.8])
    assert made[0].scene_id == UUID(int=3)
    assert [score.scene for score in scores(found)] == [
        0,
        1,
        2,
        2,
        3,
        5,
        6,
    ]  # a scene without pictures has none
    assert anomalies(found, 1.0) == []
    assert anomalies([], 0.5) == []


@given(st.lists(st.floats(-1, 1), max_size=20), st.floats(0, 1))
def test_every_scene_above_the_threshold_is_in_one_anomaly(cosines: list[float], threshold: float) -> None:
    found = [keyframe(index, cosine) for index, cosine in enumerate(cosines)]
    made = [number for one in anomalies(found, threshold) for number in one.scenes]
    assert made == [index for index, cosine in enumerate(cosines) if anomaly_score(cosine) > threshold]


def test_pictures_without_a_middle_are_refused() -> None:
    with pytest.raises(UsageError, match="nothing says what is normal"):
        baseline_vector(Mean(pictures=0, vector=None))
    with pytest.raises(UsageError, match="cancel one another out"):
        baseline_vector(Mean(pictures=2, vector=np.zeros(2, np.float32)))
    for hole in (np.nan, np.inf):
        with pytest.raises(UsageError, match="no number"):
            checked_vector(np.array([hole, 1.0], np.float32))
    assert baseline_vector(Mean(pictures=2, vector=np.array([3, 4], np.float32))) == pytest.approx([0.6, 0.8])


def test_a_baseline_of_another_model_is_told_from_one_that_fits() -> None:
    check_space(baseline(2, 2), SPACE)
    for other in (baseline(1, 2), baseline(2, 3), baseline(1, 512, None)):
        with pytest.raises(
            UsageError, match=r"make it anew with `scenedex baselines add NAME --again`"
        ) as caught:
            check_space(other, SPACE)
        assert "eyes@2 (2 numbers)" in str(caught.value)
