from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from tests.unit.scenes.pictures import flat
from tests.unit.scenes.test_gradual import Film, dissolving, moving

from scenedex.errors import UsageError
from scenedex.scenes.cuts import DETECTORS, MIN_SHOT_S
from scenedex.scenes.transitions import TransitionFinder
from scenedex.types import Pixels, Transition

RATE = 25.0
BLACK = flat(0)


def found(film: Film, length_s: float, detector: str = "adaptive") -> list[Transition]:
    """The last that is said of each."""
    finder, told = TransitionFinder(detector), dict[float, Transition]()
    for n in range(round(length_s * RATE)):
        told |= {one.at_s: one for one in finder.push(n / RATE, film(n / RATE))}
    return list((told | {one.at_s: one for one in finder.finish(length_s)}).values())


def black(_: float) -> Pixels:
    return BLACK


def one_after_another(*parts: tuple[float, Film]) -> Film:
    """Each up to its time."""
    return lambda t_s: next(film for until_s, film in parts if t_s < until_s - 1e-9)(t_s)


def about(one: Transition) -> tuple[str, float, float, float]:
    return one.kind, round(one.at_s, 1), round(one.start_s, 1), round(one.end_s, 1)


def test_cuts_and_a_dissolve() -> None:
    film = one_after_another(
        (2.0, moving(1)), (9.0, dissolving(moving(2), moving(3), 4.0, 5.0)), (12.0, moving(4))
    )
    first, second, third = found(film, 12.0)
    assert (first.kind, first.at_s, first.length_s) == ("cut", 2.0, 0.0)
    assert about(second) == (
        "dissolve",
        pytest.approx(4.5, abs=0.11),
        pytest.approx(4.0, abs=0.11),
        pytest.approx(5.0, abs=0.11),
    )
    assert (third.kind, third.at_s) == ("cut", 9.0)


def test_a_fade_out_and_in_is_one_transition_and_its_black_belongs_to_the_shot_before() -> None:
    film = one_after_another(
        (3.0, dissolving(moving(1), black, 2.0, 2.6)), (8.0, dissolving(black, moving(2), 3.4, 4.0))
    )
    assert [about(one) for one in found(film, 8.0)] == [("fade", 3.4, 2.0, 4.0)]


def test_a_cut_to_black_out_of_which_a_picture_fades_in_is_a_fade_at_that_cut() -> None:
    film = one_after_another((2.0, moving(1)), (8.0, dissolving(black, moving(2), 3.0, 4.0)))
    (one,) = found(film, 8.0)
    assert (one.kind, one.at_s) == ("fade", 2.0)
    assert one.end_s == pytest.approx(4.0, abs=0.1)


def test_a_cut_out_of_black_into_which_a_picture_has_faded_is_a_fade_at_that_cut() -> None:
    film = one_after_another((3.5, dissolving(moving(1), black, 2.0, 3.0)), (8.0, moving(2)))
    (one,) = found(film, 8.0)
    assert (one.kind, one.at_s, one.end_s) == ("fade", 3.52, 3.52)
    assert one.start_s == pytest.approx(2.0, abs=0.1)


def test_a_video_that_fades_in_has_no_scene_of_black_before() -> None:
    film = one_after_another((8.0, dissolving(black, moving(2), 1.0, 2.0)), (9.0, moving(3)))
    first, second = found(film, 9.0)
    assert (first.kind, first.at_s, first.start_s) == ("fade", 0.0, 0.0)
    assert first.end_s == pytest.approx(2.0, abs=0.1)
    assert (second.kind, second.at_s) == ("cut", 8.0)


def test_a_video_that_fades_out_at_its_end_has_no_other_shot() -> None:
    assert found(dissolving(moving(1), black, 4.0, 5.0), 6.0) == []


def test_black_between_two_cuts_fades_nowhere() -> None:
    film = one_after_another((2.0, moving(1)), (4.0, black), (6.0, moving(2)))
    assert [(one.kind, one.at_s) for one in found(film, 6.0)] == [("cut", 2.0), ("cut", 4.0)]


def pale(t_s: float) -> Pixels:
    """Next to nothing to be seen: words on black, perhaps."""
    return (moving(3, 0.0)(t_s) // 12).astype(np.uint8)


@pytest.mark.parametrize("until_s", [6.0, 14.0])
def test_what_is_cut_to_from_black_begins_a_shot_however_little_is_in_it(until_s: float) -> None:
    film = one_after_another((2.0, moving(1)), (4.0, black), (until_s, pale), (until_s + 4, moving(2)))
    assert [(one.kind, one.at_s) for one in found(film, until_s + 4)] == [
        ("cut", 2.0), ("cut", 4.0), ("cut", until_s),
    ]  # fmt: skip


def test_no_shot_is_shorter_than_the_shortest() -> None:
    film = one_after_another((0.2, moving(1)), (3.0, dissolving(moving(1), moving(2), 0.2, 0.8)))
    cut = one_after_another((5.2, dissolving(moving(1), moving(2), 4.0, 5.0)), (9.0, moving(3)))
    edges = [0.0, *(one.at_s for one in found(cut, 9.0))]
    assert all(after - before >= MIN_SHOT_S - 1e-6 for before, after in pairwise(edges))
    assert found(film, 3.0) == []


@settings(max_examples=15, deadline=None)
@given(
    strategies.lists(
        strategies.tuples(
            strategies.sampled_from(
                [moving(1), moving(2, 40.0), moving(3), black, pale, lambda _: flat(255)]
            ),
            strategies.sampled_from([0.0, 0.04, 0.2, 0.5, 1.3]),
            strategies.sampled_from([0.2, 0.7, 2.0]),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_whatever_comes_shots_are_in_order_and_begin_within_their_transition(
    parts: list[tuple[Film, float, float]],
) -> None:
    film, end_s = parts[0][0], 1.0
    for after, takes_s, stays_s in parts[1:]:
        film = dissolving(film, after, end_s, end_s + max(takes_s, 0.01))
        end_s += takes_s + stays_s
    told = found(film, end_s)
    edges = [0.0, *(one.at_s for one in told if one.at_s > 0)]
    assert edges == sorted(edges)
    assert all(after - before >= MIN_SHOT_S - 1e-6 for before, after in pairwise(edges))
    assert all(0 <= one.start_s <= one.at_s <= one.end_s + 1e-6 for one in told)


@pytest.mark.parametrize("detector", sorted(set(DETECTORS) - {"adaptive"}))
def test_another_detector_finds_cuts_alone(detector: str) -> None:
    film = one_after_another((2.0, moving(1)), (9.0, dissolving(moving(2), moving(3), 4.0, 5.0)))
    assert all(one.kind == "cut" for one in found(film, 9.0, detector))


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(UsageError):
        TransitionFinder("magic")
