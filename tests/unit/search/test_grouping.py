"""Results by video, and those that look the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.judgements import place, placed, scene_id

from scenedex.search.grouping import SAME, Line, by_video, folded
from scenedex.search.sequence import Chain
from scenedex.types import Vectors


def lines(*places: tuple[str, int]) -> list[Chain]:
    return [Chain((placed(index, video=video),)) for video, index in places]


def kept(found: list[Line]) -> list[tuple[str, int, int]]:
    return [(*place(chain.first), alike) for chain, alike in found]


def pictures(*rows: list[float]) -> Vectors:
    made = np.array(rows, np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_videos_come_in_the_order_of_their_best_and_hits_keep_theirs() -> None:
    found = lines(("b.mp4", 3), ("a.mp4", 0), ("b.mp4", 1), ("c.mp4", 0), ("a.mp4", 2))
    groups = by_video([(chain, number) for number, chain in enumerate(found)])
    assert [kept(group) for group in groups.values()] == [
        [("b.mp4", 3, 0), ("b.mp4", 1, 2)],
        [("a.mp4", 0, 1), ("a.mp4", 2, 4)],
        [("c.mp4", 0, 3)],
    ]
    assert by_video([]) == {}


def test_what_looks_like_an_earlier_one_is_folded_into_it() -> None:
    found = lines(("a.mp4", 0), ("a.mp4", 1), ("a.mp4", 2), ("a.mp4", 3))
    seen = {
        scene_id(0): pictures([1, 0], [0, 1]),
        scene_id(1): pictures([1, 1]),
        scene_id(2): pictures([0.01, 1]),  # as the second keyframe of the first
        scene_id(3): pictures([1, 1.1]),
    }
    assert kept(folded(found, seen)) == [("a.mp4", 0, 1), ("a.mp4", 1, 1)]


def test_scenes_without_pictures_stay() -> None:
    found = lines(("a.mp4", 0), ("a.mp4", 1), ("a.mp4", 2))
    assert kept(folded(found, {})) == [("a.mp4", 0, 0), ("a.mp4", 1, 0), ("a.mp4", 2, 0)]
    assert kept(folded(found, {scene_id(1): pictures([1, 0])})) == kept(folded(found, {}))
    assert folded([], {}) == []


@given(
    st.lists(
        st.none() | st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 3)), min_size=1, max_size=3),
        max_size=10,
    )
)
def test_it_is_what_comparing_one_by_one_gives(given_: list[list[tuple[int, int]] | None]) -> None:
    found = lines(*(("a.mp4", index) for index in range(len(given_))))
    seen = {
        scene_id(index): pictures(*map(list, rows)) for index, rows in enumerate(given_) if rows is not None
    }
    slow: list[list[int]] = []
    for index in range(len(given_)):
        own = seen.get(scene_id(index))
        for group in slow:
            other = seen.get(scene_id(group[0]))
            if own is not None and other is not None and float(np.max(other @ own.T)) >= SAME:
                group.append(index)
                break
        else:
            slow.append([index])
    assert kept(folded(found, seen)) == [("a.mp4", group[0], len(group) - 1) for group in slow]
