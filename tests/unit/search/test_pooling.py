import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.search.pooling import TEMPERATURE, Pooling, pooled

COSINES = st.lists(st.floats(-1, 1), min_size=1, max_size=8)
WAYS = st.sampled_from(get_args(Pooling))


@given(COSINES, WAYS)
def test_the_result_lies_between_the_least_and_the_greatest(cosines: list[float], how: Pooling) -> None:
    assert min(cosines) <= pooled(cosines, how) <= max(cosines)


@given(COSINES, WAYS, st.randoms())
def test_the_order_does_not_matter(cosines: list[float], how: Pooling, random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(cosines)
    random.shuffle(mixed)
    assert pooled(mixed, how) == pooled(cosines, how)


@given(COSINES, WAYS, st.integers(0, 7), st.floats(0, 1))
def test_the_best_keyframe_getting_nearer_never_hurts(
    cosines: list[float], how: Pooling, at: int, by: float
) -> None:
    best = max(range(len(cosines)), key=cosines.__getitem__)
    nearer = [min(1.0, cosine + by) if n == best else cosine for n, cosine in enumerate(cosines)]
    assert pooled(nearer, how) >= pooled(cosines, how) - 1e-12


@given(COSINES)
def test_the_best_counts_most_with_max_and_least_with_the_mean_of_three(cosines: list[float]) -> None:
    assert pooled(cosines, "max") == max(cosines)
    three = sorted(cosines)[-3:]
    assert pooled(cosines, "top3") == pytest.approx(sum(three) / len(three), abs=1e-12)


@given(COSINES)
def test_softmax_weighs_by_the_temperature(cosines: list[float]) -> None:
    weights = [math.exp((cosine - max(cosines)) / TEMPERATURE) for cosine in cosines]
    mean = sum(w * c for w, c in zip(weights, cosines, strict=True)) / sum(weights)
    assert pooled(cosines, "softmax") == pytest.approx(mean, abs=1e-9)


def test_numpy_values_are_taken_and_a_python_float_comes_back() -> None:
    assert type(pooled(np.array([0.25, 0.5], np.float32), "top3")) is float  # type: ignore[arg-type]


@pytest.mark.parametrize("cosines", [[], [0.1, math.nan], [math.inf]])
def test_what_is_no_cosine_is_refused(cosines: list[float]) -> None:
    for how in get_args(Pooling):
        with pytest.raises(UsageError, match="finite numbers"):
            pooled(cosines, how)


def test_another_way_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"'median'.*max, top3, softmax"):
        pooled([0.1], "median")  # type: ignore[arg-type]
