"""Scenes from elsewhere cover their video, or are refused with a sentence; vectors point somewhere."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import ExchangeError
from scenedex.exchange.checks import covering, path, seconds, unit
from scenedex.types import ForeignScene


def scenes(*spans: tuple[float, float]) -> list[ForeignScene]:
    return [ForeignScene(start_s=start, end_s=end) for start, end in spans]


def test_times_that_were_rounded_meet() -> None:
    found = covering(scenes((0.04, 2.0), (2.05, 4.0), (3.98, 6.0)))
    assert [(scene.start_s, scene.end_s) for scene in found] == [(0.0, 2.0), (2.0, 4.0), (4.0, 6.0)]


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([], "no scenes"),
        ([(1, 2)], "The start of the video and its first scene leave 1 s between them"),
        ([(0, 2), (3, 4)], "Scenes 0 and 1 leave 1 s between them"),
        ([(0, 2), (1, 4)], "Scenes 0 and 1 overlap by 1 s"),
        ([(0, 0)], "Scene 0 ends at 0 s"),
        ([(0, 2), (1.95, 1.97)], "Scene 1 ends at 1.97 s, before it begins"),
        ([(0, math.inf)], "which is no number"),
        ([(0, math.nan)], "which is no number"),
        ([(0, 1e9)], "no time in a video"),
        ([(-1, 2)], "which is no number"),
    ],
)
def test_scenes_that_cover_nothing_are_refused(spans: list[tuple[float, float]], said: str) -> None:
    with pytest.raises(ExchangeError, match=said):
        covering(scenes(*spans))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=8))
def test_a_vector_is_of_unit_length_or_none(numbers: list[float]) -> None:
    found = unit(np.array(numbers, dtype=np.float32))
    hopeless = not all(map(math.isfinite, numbers)) or not any(numbers)
    assert (found is None) == hopeless
    assert found is None or np.linalg.norm(found) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "value", ["film.mp4", "/a/../b", "/a/..", "..", "", "/a\0b", None, 3, "/" + "x" * 5000]
)
def test_a_path_that_leads_elsewhere_is_none(value: object) -> None:
    with pytest.raises(ExchangeError, match="no path that can be trusted"):
        path(value)


def test_a_path_with_dots_in_a_name_is_one() -> None:
    assert path("/a/..b/c..mp4") == "/a/..b/c..mp4"


def test_a_truth_value_is_no_time() -> None:
    with pytest.raises(ExchangeError):
        seconds(True, "It")
