"""What is judged of vectors."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scenedex.embed_server.judgements import anomaly, probabilities, similarity, unit
from scenedex.errors import UsageError

numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(st.lists(numbers, min_size=4, max_size=4))
def test_whatever_has_a_direction_gets_unit_length(given_: list[float]) -> None:
    assume(any(given_))
    assert math.isclose(float(np.linalg.norm(unit(given_, 4, "baseline"))), 1.0, rel_tol=1e-5)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ([0.0] * 4, "zero everywhere"),
        ([-0.0] * 4, "zero everywhere"),
        ([1.0, math.nan, 0, 0], "NaN or infinite"),
        ([1.0, math.inf, 0, 0], "NaN or infinite"),
        ([1.0] * 3, "3 numbers; embeddings of this model have 4"),
        ([], "0 numbers"),
    ],
)
def test_what_has_none_is_refused_in_a_sentence(given_: list[float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        unit(given_, 4, "baseline")


@pytest.mark.parametrize(
    ("cosine", "score"), [(1.0, 0.0), (0.25, 0.75), (0.0, 1.0), (-1.0, 1.0), (1.0000001, 0.0)]
)
def test_anomalies(cosine: float, score: float) -> None:
    assert anomaly(cosine) == pytest.approx(score)


def test_a_cosine_never_leaves_its_range() -> None:
    one = unit([1.0, 1e-4, 3.0], 3, "x")
    assert similarity(one, one) <= 1.0
    assert similarity(one, -one) >= -1.0
    assert similarity(one, one) == pytest.approx(1.0)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=100))
def test_probabilities_sum_up_and_keep_the_order(cosines: list[float]) -> None:
    found = probabilities(cosines, 100.0)
    assert sum(found) == pytest.approx(1.0)
    assert found[int(np.argmax(cosines))] == max(found)


def test_the_temperature_is_the_models_own() -> None:
    assert probabilities([0.30, 0.29], 100.0) == pytest.approx(
        [1 / (1 + math.exp(-1.0)), 1 / (1 + math.exp(1.0))]
    )
