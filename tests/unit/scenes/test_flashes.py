"""After a flash what was there before is there again: no shot has begun."""

import cv2
import numpy as np
import pytest
from tests.unit.scenes.pictures import Shown, flat
from tests.unit.scenes.test_gradual import Film, dissolving, moving
from tests.unit.scenes.test_transitions import RATE, black, found, one_after_another

from scenedex.scenes.cuts import MIN_SHOT_S
from scenedex.scenes.segment import segment
from scenedex.scenes.transitions import TransitionFinder

CUT = ("cut", 4.0)


def flashed(film: Film, at_s: float, length_s: float = 0.12) -> Film:
    """Somebody takes a photo."""

    def seen(t_s: float):
        bright = at_s - 1e-9 <= t_s < at_s + length_s - 1e-9
        return np.asarray(cv2.convertScaleAbs(film(t_s), alpha=1.0, beta=120)) if bright else film(t_s)

    return seen


def told(film: Film, length_s: float = 8.0) -> list[tuple[str, float]]:
    return [(one.kind, one.at_s) for one in found(film, length_s)]


@pytest.mark.parametrize("speed", [0.0, 6.0, 15.0])
@pytest.mark.parametrize("length_s", [0.04, 0.12, 0.4])
@pytest.mark.parametrize("at_s", [0.8, 2.0, 5.0, 7.8])
def test_a_flash_is_no_cut(at_s: float, length_s: float, speed: float) -> None:
    film = one_after_another((4.0, moving(1, speed)), (8.0, moving(2, speed)))
    assert told(flashed(film, at_s, length_s)) == [CUT]


@pytest.mark.parametrize("frames", [4, 5, 8, 14])
def test_the_cut_so_many_pictures_after_a_flash_began_is_found(frames: int) -> None:
    film = one_after_another((4.0, moving(1)), (8.0, moving(2)))
    assert told(flashed(film, 4.0 - frames / RATE)) == [CUT]


@pytest.mark.parametrize("between", [flat(0), flat(255), moving(3)(0.0)])
@pytest.mark.parametrize("frames", [1, 3, 12])
def test_neither_is_anything_else_that_is_shorter_than_a_shot(between, frames: int) -> None:
    until_s = 4.0 + frames / RATE
    assert told(one_after_another((4.0, moving(1)), (until_s, lambda _: between), (8.0, moving(1)))) == []


def test_another_shot_as_long_as_one_can_be_has_its_two_cuts() -> None:
    film = one_after_another((4.0, moving(1)), (4.0 + MIN_SHOT_S, moving(3)), (8.0, moving(1)))
    assert told(film) == [CUT, ("cut", 4.0 + MIN_SHOT_S)]


def test_a_shot_that_begins_with_a_flash_begins_with_it() -> None:
    film = one_after_another((4.0, moving(1)), (8.0, moving(2)))
    assert told(flashed(film, 4.0)) == [CUT]


@pytest.mark.parametrize("length_s", [5.0, 6.0, 7.0, 8.0, 9.0])
def test_a_last_shot_as_long_as_one_can_be_is_kept(length_s: float) -> None:
    film = one_after_another((length_s - MIN_SHOT_S, moving(1)), (length_s, moving(2)))
    assert [kind for kind, _ in told(film, length_s)] == ["cut"]


@pytest.mark.parametrize(("last_s", "kinds"), [(0.4, ["cut"]), (0.32, ["cut"]), (0.2, [])])
def test_a_shorter_last_shot_is_kept_if_no_flash_lasts_so_long(last_s: float, kinds: list[str]) -> None:
    film = one_after_another((8.0 - last_s, moving(1)), (8.0, moving(2)))
    assert [kind for kind, _ in told(film)] == kinds


@pytest.mark.parametrize("rate", [3.0, 4.0, 5.0, 6.0, 10.0])
def test_a_flash_of_one_picture_among_few(rate: float) -> None:
    finder, cuts = TransitionFinder(), []
    for n in range(30):
        picture = flat(255) if n == 12 else moving(1, 0.0)(0.0)
        cuts += finder.push(n / rate, picture)
    assert cuts + finder.finish(30 / rate) == []


def test_a_flash_in_the_last_pictures_before_sound_goes_on() -> None:
    finder, film, cuts = TransitionFinder(), flashed(moving(1), 7.84, 0.08), []
    for n in range(200):
        cuts += finder.push(n / RATE, film(n / RATE))
    assert cuts + finder.finish(10.0) == []


def test_a_flash_before_pictures_that_are_passed_over() -> None:
    finder, film, cuts = TransitionFinder(), flashed(moving(1, 0.0), 4.0, 0.04), []
    for n in range(103):
        cuts += finder.push(n / RATE, film(n / RATE))
    cuts += finder.push(8.0, film(8.0), after_gap=True)
    assert cuts + finder.finish(9.0) == []


@pytest.mark.parametrize("new_s", [4.4, 6.0])
def test_a_glimpse_between_black_takes_nothing_from_the_next_shot(new_s: float) -> None:
    film = one_after_another(
        (4.0, dissolving(moving(1), black, 2.0, 2.6)), (4.2, moving(3)), (new_s, black), (9.0, moving(2))
    )
    assert [at_s for _, at_s in told(film, 9.0)] == [new_s]


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("fall_s", [0.3, 0.5])
def test_a_flash_that_decays(level: int, fall_s: float) -> None:
    still = moving(1, 0.0)
    film = one_after_another(
        (4.0, still), (9.0, dissolving(lambda _: flat(level), still, 4.08, 4.08 + fall_s))
    )
    assert told(film, 9.0) == []


def test_a_cut_is_in_doubt_until_a_shot_could_have_passed() -> None:
    film, finder = one_after_another((2.0, moving(1)), (8.0, moving(2))), TransitionFinder()
    since, until = [], []
    for n in range(100):
        for one in finder.push(n / RATE, film(n / RATE)):
            until.append((n / RATE, one.at_s))
        if finder.doubt_s is not None:
            since.append((n / RATE, finder.doubt_s))
    assert since[0] == (2.08, 2.0)
    assert until == [(2.0 + MIN_SHOT_S, 2.0)]


def test_pictures_of_both_sides_of_a_flash_stand_for_their_scene_and_none_of_another_shot() -> None:
    film = flashed(
        one_after_another((3.0, moving(1, 0.0)), (3.7, moving(2, 0.0)), (9.0, moving(3, 0.0))), 5.0
    )
    frames = (Shown(n / RATE, (n + 1) / RATE, film(n / RATE)) for n in range(225))
    scenes = list(segment(frames, duration_s=lambda: 9.0))
    assert [(one.start_s, one.end_s) for one in scenes] == [(0.0, 3.0), (3.0, 3.72), (3.72, 9.0)]
    for number, scene in enumerate(scenes, 1):
        assert scene.keyframes
        for keyframe in scene.keyframes:
            picture = cv2.cvtColor(cv2.imdecode(np.frombuffer(keyframe.jpeg, np.uint8), 1), cv2.COLOR_BGR2RGB)
            unlike = {n: np.abs(picture.astype(int) - moving(n, 0.0)(0.0)).mean() for n in (1, 2, 3)}
            assert min(unlike, key=unlike.__getitem__) == number
            assert unlike[number] < 20, "the flash itself stands for nothing"
