"""Several iterables at the same time: each in order, bounded in all, with its errors, and never stuck."""

import random
import threading
import time
from collections.abc import Iterator

import pytest

from scenedex.media.side_by_side import FIRST_IN_LINE, SideBySide


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("most", [1, 3, 100])
def test_everything_comes_in_order(threads: int, most: int) -> None:
    makers = SideBySide[tuple[int, int]](threads, most)
    wanted = [[(line, n) for n in range(line * 7 % 20)] for line in range(12)]
    for items, line in zip(wanted, [makers.add(iter(items)) for items in wanted], strict=True):
        assert list(line) == items
        line.close()
    makers.close()


def test_the_next_one_begins_when_one_is_made_and_not_only_when_it_is_taken() -> None:
    begun, makers = [threading.Event() for _ in range(4)], SideBySide[int](2, 100)

    def items(number: int) -> Iterator[int]:
        begun[number].set()
        yield number

    lines = [makers.add(items(number)) for number in range(4)]
    assert all(one.wait(10) for one in begun)
    assert [next(line) for line in lines] == [0, 1, 2, 3]
    makers.close()


def test_no_more_wait_than_may_and_the_first_in_line_is_never_stuck() -> None:
    made, most = [0] * 6, 10
    makers = SideBySide[int](3, most, counts=lambda n: n % 2 == 0)

    def items(number: int) -> Iterator[int]:
        for n in range(200):
            made[number] += 1
            yield n

    lines, taken = [makers.add(items(number)) for number in range(6)], 0
    for line in lines:
        for _ in line:
            taken += 1
            waiting = sum(made) - taken
            assert waiting <= 2 * (most + FIRST_IN_LINE) + 3 * 2, (
                "two of each count for one; one is in each hand"
            )
        line.close()
    assert taken == 6 * 200
    makers.close()


def test_what_goes_wrong_is_raised_in_its_place_and_the_others_go_on() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    makers = SideBySide[int](2, 4)
    first, second = makers.add(items()), makers.add(range(3))
    assert next(first) == 1
    with pytest.raises(ValueError, match="broken"):
        next(first)
    with pytest.raises(StopIteration):
        next(first)
    first.close()
    assert list(second) == [0, 1, 2]
    makers.close()


def test_what_is_not_wanted_any_more_ends_and_leaves_its_thread_to_the_next() -> None:
    ended, makers = threading.Event(), SideBySide[int](1, 2)

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            ended.set()

    first, second, third = makers.add(endless()), makers.add(endless()), makers.add(range(2))
    assert next(first) == 0
    second.close()  # has not begun
    first.close()
    assert ended.is_set()
    assert list(third) == [0, 1]
    makers.close()


def test_closing_ends_all_threads_whatever_they_do() -> None:
    before, rng = set(threading.enumerate()), random.Random(3)

    def slow() -> Iterator[int]:
        while True:
            time.sleep(rng.random() / 100)
            yield 0

    makers = SideBySide[int](3, 5)
    lines = [makers.add(slow()) for _ in range(6)]
    assert next(lines[0]) == 0
    makers.close()
    assert set(threading.enumerate()) <= before
    for line in lines:
        line.close()
