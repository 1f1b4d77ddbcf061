import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import cv2
import numpy as np
import pytest
from tests.unit.scenes.pictures import flat, scenery

from scenedex.scenes.gradual import Gradual, GradualFinder
from scenedex.types import Pixels

RATE = 25.0

Film = Callable[[float], Pixels]
"""The picture at a time."""


def found(film: Film, length_s: float, rate: float = RATE) -> list[Gradual]:
    finder = GradualFinder()
    told = [one for n in range(round(length_s * rate)) for one in finder.push(n / rate, film(n / rate))]
    return told + finder.settle()


def moving(seed: int, speed: float = 6.0) -> Film:
    """A camera that pans slowly: pixels a second."""
    wide = np.hstack([scenery(seed), scenery(seed)[:, ::-1]])
    return lambda t_s: np.ascontiguousarray(np.roll(wide, -round(t_s * speed), axis=1)[:, :128])


def mixed(one: Pixels, other: Pixels, share: float) -> Pixels:
    return np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), dtype=np.uint8)


def dissolving(before: Film, after: Film, start_s: float, end_s: float) -> Film:
    def at(t_s: float) -> Pixels:
        share = min(1.0, max(0.0, (t_s - start_s) / (end_s - start_s)))
        return mixed(before(t_s), after(t_s), share)

    return at


@pytest.mark.parametrize("length_s", [0.28, 0.5, 1.0, 2.0, 3.2])
@pytest.mark.parametrize("seed", [1, 5])
def test_a_dissolve_of_moving_pictures(length_s: float, seed: int) -> None:
    film = dissolving(moving(seed, 3.0), moving(seed + 1, 3.0), 2.0, 2.0 + length_s)
    (one,) = found(film, 7.0)
    assert one.kind == "dissolve"
    assert one.start_s == pytest.approx(2.0, abs=0.12)
    assert one.end_s == pytest.approx(2.0 + length_s, abs=0.12)
    assert one.shot_s == pytest.approx(2.0 + length_s / 2, abs=0.12)


@pytest.mark.parametrize("rate", [12.0, 24000 / 1001, 50.0, 59.94])
def test_at_other_rates(rate: float) -> None:
    (one,) = found(dissolving(moving(1), moving(2), 2.0, 3.0), 5.0, rate)
    assert (one.kind, one.start_s, one.end_s) == (
        "dissolve",
        pytest.approx(2.0, abs=0.15),
        pytest.approx(3.0, abs=0.15),
    )


@pytest.mark.parametrize("level", [0, 255, 96])
def test_out_into_one_colour_and_in_again(level: int) -> None:
    nothing = flat(level)
    away = dissolving(moving(3), lambda _: nothing, 1.0, 1.6)
    back = dissolving(lambda _: nothing, moving(4), 3.0, 4.0)
    out, into = found(lambda t_s: away(t_s) if t_s < 2.0 else back(t_s), 6.0)
    assert (out.kind, into.kind) == ("out", "in")
    assert (out.start_s, out.end_s) == (pytest.approx(1.0, abs=0.1), pytest.approx(1.6, abs=0.1))
    assert (into.start_s, into.end_s) == (pytest.approx(3.0, abs=0.1), pytest.approx(4.0, abs=0.1))
    assert into.flat_s == pytest.approx(1.6, abs=0.12)


def test_one_after_the_other() -> None:
    first = dissolving(moving(1), moving(2), 1.0, 1.6)
    film = dissolving(first, moving(3), 2.2, 3.0)
    assert [(one.kind, round(one.start_s, 1)) for one in found(film, 5.0)] == [
        ("dissolve", 1.0),
        ("dissolve", 2.2),
    ]


def hard(t_s: float) -> Pixels:
    return moving(1)(t_s) if t_s < 2.0 else moving(2)(t_s)


def wiped(t_s: float) -> Pixels:
    edge = round(128 * min(1.0, max(0.0, t_s - 2.0)))
    return np.hstack([moving(2)(t_s)[:, :edge], moving(1)(t_s)[:, edge:]])


def lit(t_s: float) -> Pixels:
    return np.asarray(
        cv2.convertScaleAbs(moving(1)(t_s), alpha=0.5 + 0.5 * min(1.0, max(0.0, t_s - 2.0))), np.uint8
    )


def titled(t_s: float) -> Pixels:
    picture = moving(1)(t_s).copy()
    words = picture[30:42, 20:108]
    share = min(1.0, max(0.0, t_s - 2.0))
    words[...] = mixed(words, np.full_like(words, 255), share)
    return picture


def passing(t_s: float) -> Pixels:
    picture = moving(1)(t_s).copy()
    left = round(160 * (t_s - 2.0))
    picture[10:, max(0, left) : max(0, left + 40)] = (200, 30, 30)
    return picture


def flashed(t_s: float) -> Pixels:
    return (
        np.asarray(cv2.add(moving(1)(t_s), np.array([90.0] * 4)), np.uint8)
        if 2.0 <= t_s < 2.12
        else moving(1)(t_s)
    )


@pytest.mark.parametrize(
    "film",
    [
        moving(1, 0.0),
        moving(1, 40.0),
        moving(2, 150.0),
        moving(7, 600.0),
        hard,
        wiped,
        lit,
        titled,
        passing,
        flashed,
    ],
    ids=["still", "pan", "fast pan", "whip pan", "cut", "wipe", "light", "title", "somebody passes", "flash"],
)
def test_what_is_none(film: Film) -> None:
    assert found(film, 6.0) == []


def test_what_is_missing_is_not_made_up() -> None:
    film = dissolving(moving(1), moving(2), 2.0, 4.0)
    finder = GradualFinder()
    told = [one for n in range(55) for one in finder.push(n / RATE, film(n / RATE))]
    told += finder.forget()
    told += [one for n in range(95, 150) for one in finder.push(n / RATE, film(n / RATE))]
    assert told + finder.settle() == []


def test_pictures_of_any_size_and_times_that_stand_still() -> None:
    finder = GradualFinder()
    assert finder.push(0.0, flat(0, 1, 1)) == []
    assert finder.push(0.0, flat(255, 256, 3)) == []
    assert finder.push(1e9, scenery(1)) == []
    assert finder.settle() == []


def test_they_are_told_in_order_each_once() -> None:
    edges = [2.0, 4.0, 6.5, 9.0]

    def film(t_s: float) -> Pixels:
        picture = moving(0)(t_s)
        for n, edge in enumerate(edges, 1):
            picture = mixed(picture, moving(n)(t_s), min(1.0, max(0.0, (t_s - edge) / 0.8)))
        return picture

    told = found(film, 11.0)
    assert [round(one.start_s, 1) for one in told] == edges
    assert all(one.end_s <= after.start_s for one, after in pairwise(told))
    assert all(
        math.isfinite(value) for one in told for value in (one.start_s, one.end_s, one.shot_s, one.flat_s)
    )


def test_noise_is_no_transition() -> None:
    random = np.random.default_rng(1)
    noisy: Iterable[Pixels] = (random.integers(0, 256, (72, 128, 3), dtype=np.uint8) for _ in range(150))
    finder = GradualFinder()
    assert [one for n, picture in enumerate(noisy) for one in finder.push(n / RATE, picture)] == []
