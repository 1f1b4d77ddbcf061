"""What is made in a thread comes in order, bounded, and with its errors."""

import threading
from collections.abc import Iterator

import pytest

from scenedex.media.ahead import Ahead, ahead_of
from scenedex.types import VideoTrack


@pytest.mark.parametrize("most", [0, 1, 8])
def test_everything_comes_in_order(most: int) -> None:
    with Ahead(range(100), most) as ahead:
        assert list(ahead) == list(range(100))
        assert list(ahead) == []


@pytest.mark.parametrize("most", [0, 3])
def test_what_goes_wrong_is_raised_in_its_place(most: int) -> None:
    def items():
        yield 1
        raise ValueError("broken")

    with Ahead(items(), most) as ahead:
        assert next(ahead) == 1
        with pytest.raises(ValueError, match="broken"):
            next(ahead)
        with pytest.raises(StopIteration):
            next(ahead)


def counted(made: list[int], last: int, enough: threading.Event) -> Iterator[int]:
    """A thousand numbers, which say what is made of them, and when so many are."""
    for n in range(1000):
        made.append(n)
        if n == last:
            enough.set()
        yield n


def test_no_more_is_made_than_may_wait() -> None:
    made, enough = list[int](), threading.Event()
    with Ahead(counted(made, 9, enough), 9) as ahead:
        assert not enough.wait(0.2)
        assert next(ahead) == 0
        assert enough.wait(10)
        assert len(made) == 10
    assert len(made) == 10, "nothing is made after the end"


def test_what_weighs_nothing_may_wait_besides() -> None:
    made, enough = list[int](), threading.Event()
    with Ahead(counted(made, 20, enough), 3, weight=lambda n: n % 10 == 0) as ahead:
        assert enough.wait(10)
        assert next(ahead) == 0
        assert list(ahead) == list(range(1, 1000))
    with Ahead(range(1000), 3, weight=lambda _: 5) as ahead:
        assert list(ahead) == list(range(1000)), "one may always wait"


def test_the_thread_ends_with_the_context() -> None:
    before = set(threading.enumerate())
    with Ahead(iter(int, 1), 4) as ahead:
        next(ahead)
    assert set(threading.enumerate()) <= before


def test_fewer_large_pictures_wait_than_small_ones() -> None:
    def track(width: int, height: int) -> VideoTrack:
        return VideoTrack(
            index=0, codec="h264", width=width, height=height, coded_width=width, coded_height=height,
            frame_rate=None, rotation=0, hdr=False,
        )  # fmt: skip

    waiting = [ahead_of(track(*size)) for size in ((64, 64), (3840, 2160), (30_000, 30_000))]
    assert waiting in ([8, 3, 1], [0, 0, 0])
    assert ahead_of(None) == 0
