"""Examples: what part of a picture is meant, and what its cosines mean."""

import io
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scenedex.errors import EncoderError, UsageError
from scenedex.search.anchor import anchor_query, check_box, cohort_background, cropped, middle
from scenedex.types import Space, Vector, Vectors

SPACE = Space(name="tiny", model="tiny", revision="1", modality="visual", dim=8, id=3)


def cohort(count: int, dim: int = 8, seed: int = 1) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def axis(number: int, dim: int = 8) -> Vector:
    return np.eye(dim, dtype=np.float32)[number]


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((0, 0, 0, 1), "left before right"),
        ((0.5, 0, 0.2, 1), "left before right"),
        ((0, 0.5, 1, 0.5), "top before bottom"),
        ((-0.1, 0, 1, 1), "from 0 to 1"),
        ((0, 0, 1, 1.01), "from 0 to 1"),
        ((0, 0, math.nan, 1), "four numbers from 0 to 1"),
        ((0, 0, math.inf, 1), "four numbers from 0 to 1"),
        (("0", "0", "1", "1"), "four numbers from 0 to 1"),
        ((0, 0, 1), "four numbers from 0 to 1"),
        ((0, 0, 1, 1, 1), "four numbers from 0 to 1"),
        ((), "four numbers from 0 to 1"),
    ],
)
def test_a_box_that_is_none(box: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_box(box)


def test_a_box_is_cut_out_of_the_picture() -> None:
    pixels = np.arange(40 * 20 * 3, dtype=np.uint32).reshape(20, 40, 3).astype(np.uint8)
    with Image.open(io.BytesIO(cropped(pixels, (0.5, 0.25, 1, 1)))) as made:
        assert np.array_equal(np.asarray(made), pixels[5:, 20:])
    with Image.open(io.BytesIO(cropped(pixels, (0, 0, 1, 1)))) as made:
        assert np.array_equal(np.asarray(made), pixels)


unit = st.floats(0, 1)


@given(unit, unit, unit, unit, st.integers(1, 9), st.integers(1, 9))
def test_every_box_with_an_area_leaves_a_picture(
    one: float, other: float, high: float, low: float, width: int, height: int
) -> None:
    (left, right), (top, bottom) = sorted((one, other)), sorted((high, low))
    if left == right or top == bottom:
        return
    with Image.open(
        io.BytesIO(cropped(np.zeros((height, width, 3), np.uint8), (left, top, right, bottom)))
    ) as made:
        assert 1 <= made.width <= width
        assert 1 <= made.height <= height


@given(st.integers(1, 300), st.integers(0, 10_000_000), st.floats(-1, 1), st.floats(-1, 1))
def test_a_nearer_scene_is_never_worth_less(rows: int, vectors: int, one: float, other: float) -> None:
    known = cohort_background(axis(0), cohort(rows), vectors)
    low, high = sorted((one, other))
    assert 0 <= known.calibrated(low) <= known.calibrated(high) <= 1
    assert known.scale > 0


@given(st.integers(2, 1_000_000), st.integers(2, 1_000_000), st.floats(-1, 1))
def test_a_cosine_is_worth_no_more_in_a_larger_library(one: int, other: int, cosine: float) -> None:
    small, large = sorted((one, other))
    rows = cohort(200, dim=64)
    there, here = (cohort_background(axis(0, 64), rows, count) for count in (large, small))
    assert there.even >= here.even
    if cosine <= here.even:  # above it the steeper curve of the larger library is nearer to 1
        assert there.calibrated(cosine) <= here.calibrated(cosine) + 1e-9


def test_even_is_what_one_example_in_ten_finds_by_chance() -> None:
    """Against pairs drawn by lot: the cosines of random directions in 256 dimensions are nearly normal."""
    rows, lot = cohort(256, dim=256), np.random.default_rng(5)
    known = cohort_background(axis(0, 256), rows, 1000)
    best = []
    for _ in range(400):
        directions = lot.normal(size=(1000, 256))
        best.append(float(np.max(directions[:, 0] / np.linalg.norm(directions, axis=1))))
    assert known.even == pytest.approx(float(np.quantile(best, 0.9)), abs=0.02)
    assert known.calibrated(known.even) == pytest.approx(0.5)


def test_a_library_of_next_to_nothing_has_a_background() -> None:
    for rows, vectors in ((1, 1), (1, 0), (2, 2)):
        known = cohort_background(axis(0), cohort(rows), vectors)
        assert math.isfinite(known.even)
    assert cohort_background(axis(0), np.stack([axis(0)]), 1).calibrated(1.0) > 0.5


def test_the_middle_lies_between() -> None:
    assert middle([axis(0)]) == pytest.approx(axis(0))
    assert middle([axis(0), axis(1)]) == pytest.approx((axis(0) + axis(1)) / math.sqrt(2))
    assert middle([axis(0), axis(0), axis(1)])[0] > middle([axis(0), axis(1)])[0]
    with pytest.raises(EncoderError, match="nowhere together"):
        middle([axis(0), -axis(0)])


def test_an_anchor_asks_in_its_own_channel() -> None:
    query = anchor_query(SPACE, axis(2))
    assert (query.channel, query.space, query.vector.tolist()) == ("anchor", SPACE, axis(2).tolist())
