"""When something that failed is asked again."""

from scenedex.embeddings.breaker import FAILURES, LONGEST_S, PAUSE_S, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def failing(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.begin()
        breaker.failed()


def test_a_few_failures_are_forgiven_and_a_success_forgets_them() -> None:
    breaker = Breaker(Clock())
    for _ in range(3):
        failing(breaker, FAILURES - 1)
        assert breaker.wait_s() == 0
        breaker.succeeded()


def test_too_many_in_a_row_and_it_is_left_alone_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failing(breaker, FAILURES)
    assert breaker.wait_s() == PAUSE_S
    clock.now += PAUSE_S - 1
    assert breaker.wait_s() == 1
    clock.now += 1
    assert breaker.wait_s() == 0


def test_after_the_pause_one_trial_decides_for_all() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failing(breaker, FAILURES)
    clock.now += PAUSE_S
    breaker.begin()
    assert breaker.wait_s() > 0
    breaker.succeeded()
    failing(breaker, FAILURES - 1)
    assert breaker.wait_s() == 0


def test_the_pause_doubles_up_to_a_limit_and_starts_small_after_a_success() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failing(breaker, FAILURES)
    pauses = []
    for _ in range(8):
        pauses.append(breaker.wait_s())
        clock.now += pauses[-1]
        failing(breaker, 1)
    assert pauses == [5, 10, 20, *[LONGEST_S] * 5]
    clock.now += LONGEST_S
    breaker.begin()
    breaker.succeeded()
    failing(breaker, FAILURES)
    assert breaker.wait_s() == PAUSE_S


def test_a_trial_whose_turn_did_not_come_is_no_verdict() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failing(breaker, FAILURES)
    clock.now += PAUSE_S
    breaker.begin()
    breaker.dropped()
    assert breaker.wait_s() == 0


def test_many_that_were_asked_at_once_and_fail_are_one_pause() -> None:
    breaker = Breaker(Clock())
    for _ in range(20):
        breaker.begin()
    for _ in range(20):
        breaker.failed()
    assert breaker.wait_s() == PAUSE_S


def test_a_success_of_one_that_was_asked_before_ends_the_pause() -> None:
    breaker = Breaker(Clock())
    failing(breaker, FAILURES)
    breaker.succeeded()
    assert breaker.wait_s() == 0
