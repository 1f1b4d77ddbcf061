"""Something slow that is asked often: one asks at a time, and nobody waits for ever."""

import threading

import pytest

from scenedex.api.pulse import Pulse

WAIT_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_kept_for_a_moment() -> None:
    clock, asked = Clock(), iter(range(9))
    pulse = Pulse(lambda: next(asked), fresh_s=1.0, wait_s=WAIT_S, clock=clock)
    assert (pulse(), pulse()) == (0, 0)
    clock.now += 0.99
    assert pulse() == 0
    clock.now += 0.02
    assert pulse() == 1


def test_who_asks_of_something_that_hangs_is_told_so_and_starts_no_second_one() -> None:
    go, calls = threading.Event(), []

    def hang() -> str:
        calls.append(1)
        go.wait(WAIT_S)
        return "late"

    pulse = Pulse(hang, fresh_s=1e9, wait_s=0.05)
    assert [pulse() for _ in range(3)] == [None, None, None]
    assert len(calls) == 1
    go.set()
    for _ in range(1000):
        if (found := pulse()) is not None:
            break
    assert found == "late"
    assert len(calls) == 1


def test_an_old_answer_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """Better no answer than one from before the database went away."""
    clock, go = Clock(), threading.Event()
    go.set()

    def ask() -> str:
        go.wait(WAIT_S)
        return "fine"

    pulse = Pulse(ask, fresh_s=1.0, wait_s=0.05, clock=clock)
    for _ in range(1000):
        if pulse() == "fine":
            break
    go.clear()
    clock.now += 2
    assert pulse() is None
    go.set()


def test_one_that_fails_is_logged_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    pulse: Pulse[int] = Pulse(lambda: 1 // 0, wait_s=WAIT_S)
    assert pulse() is None
    assert "a probe failed" in caplog.text


def test_many_threads_share_one_asking() -> None:
    calls = []
    barrier = threading.Barrier(8)
    pulse = Pulse(lambda: calls.append(1) or "yes", fresh_s=1e9, wait_s=WAIT_S)
    found = []

    def ask() -> None:
        barrier.wait(WAIT_S)
        found.append(pulse())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert found == ["yes"] * 8
    assert len(calls) == 1
