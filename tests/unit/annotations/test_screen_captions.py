"""Lines of single pictures → captions."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.annotations.screen_captions import LONGEST_S, Glance, screen_captions, spans_of_keyframes
from scenedex.annotations.screen_text import ScreenLine

HERE = (0.1, 0.1, 0.5, 0.2)
THERE = (0.6, 0.7, 0.9, 0.8)


def line(text: str, score: float = 0.9, box: tuple[float, float, float, float] = HERE) -> ScreenLine:
    return ScreenLine(text=text, score=score, box=box)


def glances(*shown: list[ScreenLine], length_s: float = 4.0) -> list[Glance]:
    return [
        Glance(start_s=number * length_s, end_s=(number + 1) * length_s, lines=tuple(lines))
        for number, lines in enumerate(shown)
    ]


def spans(*shown: list[ScreenLine], length_s: float = 4.0) -> list[tuple[float, float, str]]:
    return [(c.start_s, c.end_s, c.text) for c in screen_captions(glances(*shown, length_s=length_s))]


def test_a_line_on_neighbouring_pictures_is_one_caption_with_its_surest_reading() -> None:
    made = screen_captions(
        glances(
            [], [line("North Station", 0.8)], [line("NORTH STATION!", 0.95)], [line("north station", 0.9)], []
        )
    )
    assert [(c.start_s, c.end_s, c.text, c.origin) for c in made] == [(4.0, 16.0, "NORTH STATION!", "screen")]
    assert made[0].measures == {"score": 0.95}


def test_a_line_that_comes_back_is_another_caption() -> None:
    assert spans([line("EXIT")], [], [line("EXIT")]) == [(0.0, 4.0, "EXIT"), (8.0, 12.0, "EXIT")]


def test_a_line_that_moves_is_the_same() -> None:
    assert spans([line("EXIT")], [line("EXIT", box=THERE)]) == [(0.0, 8.0, "EXIT")]


@pytest.mark.parametrize(
    ("before", "after", "box", "captions"),
    [
        ("NORTH STATION", "NORTH STATlON", HERE, 1),  # an I read as an l
        ("NORTH STATION", "NORTH STATlON", THERE, 2),
        ("Platform 101", "Platform 102", HERE, 2),
        ("10:41:07", "10:41:08", HERE, 2),
        ("BAKERY", "BUTCHER", HERE, 2),
    ],
)
def test_readings_that_differ(
    before: str, after: str, box: tuple[float, float, float, float], captions: int
) -> None:
    assert len(spans([line(before)], [line(after, box=box)])) == captions


def test_lines_stay_in_reading_order_and_count_once_on_a_picture() -> None:
    assert [text for *_, text in spans([line("THE"), line("LONG"), line("ROAD"), line("the")])] == [
        "THE",
        "LONG",
        "ROAD",
    ]


def test_a_logo_of_hours_is_cut_into_captions_that_can_be_kept() -> None:
    made = spans(*[[line("NEWS 24")]] * 100, length_s=60.0)
    assert [end - start for start, end, _ in made] == [LONGEST_S] * 10
    assert (made[0][0], made[-1][1]) == (0.0, 6000.0)


def test_each_keyframe_stands_for_the_time_around_it() -> None:
    assert spans_of_keyframes(10.0, 20.0, [11.0, 15.0, 18.0]) == [(10.0, 13.0), (13.0, 16.5), (16.5, 20.0)]
    assert spans_of_keyframes(10.0, 20.0, [15.0]) == [(10.0, 20.0)]
    assert spans_of_keyframes(10.0, 20.0, []) == []
    assert spans_of_keyframes(10.0, 20.0, [3.0, 99.0]) == [(10.0, 15.0), (15.0, 20.0)]


WORDS = st.sampled_from(["BAKERY", "bakery", "Gate 1", "Gate 2", "!!", "출구"])


@given(st.lists(st.lists(WORDS, max_size=4), max_size=12))
def test_every_line_is_covered_by_a_caption_of_its_words_and_captions_hold_their_order(
    shown: list[list[str]],
) -> None:
    made = screen_captions(glances(*[[line(text) for text in texts] for texts in shown]))
    assert [c.start_s for c in made] == sorted(c.start_s for c in made)
    for number, texts in enumerate(shown):
        t_s = number * 4.0 + 2.0
        standing = {c.text.casefold() for c in made if c.start_s <= t_s < c.end_s}
        assert standing == {text.casefold() for text in texts if text != "!!"}


@given(st.floats(0, 1e5), st.floats(0.1, 64), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_the_parts_of_a_scene_cover_it(start_s: float, length_s: float, times_s: list[float]) -> None:
    made = spans_of_keyframes(start_s, start_s + length_s, sorted(times_s))
    assert len(made) == len(times_s)
    assert (made[0][0], made[-1][1]) == (start_s, start_s + length_s)
    assert all(a <= b and math.isfinite(b) for a, b in made)
    assert all(one[1] == other[0] for one, other in pairwise(made))
