"""Which pictures of a scene are seen together."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from scenedex.indexing.likeness import moments


@given(
    st.floats(0, 1e5),
    st.floats(0.01, 64),
    st.integers(1, 64),
    st.floats(0.001, 10),
)
def test_as_many_as_asked_in_order_inside_the_scene_and_far_enough_apart(
    start_s: float, length_s: float, count: int, gap_s: float
) -> None:
    times = moments(start_s, start_s + length_s, count, gap_s)
    assert len(times) == count
    assert times == sorted(times)
    assert start_s <= times[0] <= times[-1] <= start_s + length_s
    different = sorted(set(times))
    apart = [b - a for a, b in itertools.pairwise(different)]
    assert all(each >= gap_s * 0.99 - 1e-6 for each in apart)


def test_a_long_scene_is_seen_from_end_to_end() -> None:
    assert moments(10.0, 18.0, 4, 0.16) == [11.0, 13.0, 15.0, 17.0]


def test_a_short_scene_gives_what_it_has() -> None:
    assert moments(0.0, 0.4, 4, 0.2) == [0.1, 0.1, 0.30000000000000004, 0.30000000000000004]
    assert moments(0.0, 0.04, 3, 0.2) == [0.02, 0.02, 0.02]
