"""Requests that share runs: who is with whom, who is left out, and who is to blame."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.embed_server.batcher import Batcher, Done, Ran, Work
from scenedex.errors import EncoderError, EncoderTimeoutError

FOREVER = 1e12
PATIENCE_S = 60.0


class Network:
    """Doubles numbers, when it is let; refuses negative ones, with whatever is beside them."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.begun, self.open = threading.Semaphore(0), threading.Event()
        self.open.set()

    def __call__(self, rows: list[int]) -> Sequence[int | EncoderError]:
        self.runs.append(list(rows))
        self.begun.release()
        assert self.open.wait(PATIENCE_S)
        if min(rows) < 0:
            raise EncoderError(f"negative: {min(rows)}")
        return [2 * row for row in rows]


Make = Callable[..., Batcher[int, int]]


@pytest.fixture
def made() -> Iterator[Make]:
    batchers: list[Batcher[int, int]] = []

    def make(
        network: Callable[[list[int]], Sequence[int | EncoderError]], **how: object
    ) -> Batcher[int, int]:
        batchers.append(Batcher(network, **how))  # type: ignore[arg-type]
        batchers[-1].start()
        return batchers[-1]

    yield make
    for batcher in batchers:
        batcher.close()


def asked(batcher: Batcher[int, int], *rows: int, until: float = FOREVER) -> Work[int, int]:
    work: Work[int, int] = Work(until=until, rows=rows)
    batcher.put(work)
    return work


def results(work: Work[int, int]) -> list[int | EncoderError]:
    done: Done[int] = work.future.result(PATIENCE_S)
    return done.results


def held(network: Network, batcher: Batcher[int, int]) -> Work[int, int]:
    """A run that goes on until the network is opened: what comes now waits."""
    network.open.clear()
    first = asked(batcher, 0)
    assert network.begun.acquire(timeout=PATIENCE_S)
    return first


def test_what_comes_within_the_window_shares_a_run(made: Make) -> None:
    network = Network()
    batcher = made(network, sizes=(1, 2, 4), window_s=PATIENCE_S)
    works = [asked(batcher, n) for n in range(4)]  # the fourth fills the run, so nobody waits for the window
    assert [results(work) for work in works] == [[0], [2], [4], [6]]
    assert network.runs == [[0, 1, 2, 3]]


def test_one_alone_is_run_when_its_window_ends(made: Make) -> None:
    network = Network()
    assert results(asked(made(network, window_s=0.001), 5)) == [10]


def test_runs_have_sizes_that_were_warmed(made: Make) -> None:
    network = Network()
    ran: list[Ran] = []
    batcher = made(network, sizes=(2, 4), window_s=0.0, watch=ran.append)
    first = held(network, batcher)
    works = [asked(batcher, n, n, n) for n in (1, 2, 3)] + [asked(batcher, 4), asked(batcher, 5)]
    network.open.set()
    assert [results(work) for work in [first, *works]] == [[0], [2] * 3, [4] * 3, [6] * 3, [8], [10]]
    assert [len(run) for run in network.runs] == [1, 4, 4, 2, 1]
    batcher.close()
    assert [run.rows for run in ran] == [1, 4, 4, 2, 1]
    assert all(run.waited_s >= 0 and run.seconds >= 0 for run in ran)


def test_a_client_that_has_gone_costs_no_run(made: Make) -> None:
    network = Network()
    batcher = made(network, sizes=(1, 8), window_s=0.0)
    held(network, batcher)
    works = [asked(batcher, n) for n in (1, 2, 3)]
    assert works[1].future.cancel()
    network.open.set()
    assert [results(works[0]), results(works[2])] == [[2], [6]]
    assert 2 not in {row for run in network.runs for row in run}


def test_who_goes_during_a_run_disturbs_nobody(made: Make) -> None:
    network = Network()
    batcher = made(network, window_s=0.0)
    first = held(network, batcher)
    assert first.future.cancel()
    network.open.set()
    assert results(asked(batcher, 4)) == [8]


def test_what_waited_for_too_long_costs_no_run_and_says_so(made: Make) -> None:
    network, now = Network(), [0.0]
    batcher = made(network, window_s=0.0, clock=lambda: now[0])
    held(network, batcher)
    late, timely = asked(batcher, 1, 2, until=5.0), asked(batcher, 3, until=50.0)
    now[0] = 10.0
    network.open.set()
    assert results(timely) == [6]
    assert [type(result) for result in results(late)] == [EncoderTimeoutError] * 2
    assert {row for run in network.runs for row in run} == {0, 3}


def test_a_poisoned_row_fails_alone(made: Make) -> None:
    network = Network()
    batcher = made(network, sizes=(8,), window_s=PATIENCE_S)
    works = [asked(batcher, n) for n in (1, 2, 3, -4, 5, 6, 7, 8)]
    found = [results(work)[0] for work in works]
    assert str(found.pop(3)) == "negative: -4"
    assert found == [2, 4, 6, 10, 12, 14, 16]


def test_one_bad_row_of_a_work_leaves_it_the_others(made: Make) -> None:
    found = results(asked(made(Network(), window_s=0.0), 1, -1, 3))
    assert (found[0], found[2]) == (2, 6)
    assert isinstance(found[1], EncoderError)


@pytest.mark.parametrize("fault", ["raises", "too few"])
def test_a_network_that_does_what_it_must_not_harms_its_run_alone(
    made: Make, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    def network(rows: list[int]) -> list[int | EncoderError]:
        if -1 in rows:
            if fault == "raises":
                raise ZeroDivisionError
            return []
        return [2 * row for row in rows]

    batcher = made(network, window_s=0.0)
    (found,) = results(asked(batcher, -1))
    assert isinstance(found, EncoderError)
    assert results(asked(batcher, 2)) == [4]
    assert ("ZeroDivisionError" in caplog.text) == (fault == "raises")


def test_at_the_end_nobody_is_left_waiting(made: Make) -> None:
    network = Network()
    batcher = made(network, sizes=(1,), window_s=0.0)
    first = held(network, batcher)
    waiting = asked(batcher, 1, 2)
    closing = threading.Thread(target=batcher.close)
    closing.start()
    assert "ends" in str(results(waiting)[0])  # while the run is still under way
    network.open.set()
    closing.join(PATIENCE_S)
    assert results(first) == [0]
    assert "ends" in str(results(asked(batcher, 3))[0])


def test_nothing_asked_is_nothing_answered(made: Make) -> None:
    assert results(asked(made(Network()))) == []


@given(
    questions=st.lists(st.lists(st.integers(-3, 50), max_size=6), max_size=12),
    sizes=st.sets(st.sampled_from([1, 2, 3, 5, 8]), min_size=1),
    threads=st.integers(1, 3),
)
def test_every_row_gets_its_own_result(questions: list[list[int]], sizes: set[int], threads: int) -> None:
    network = Network()
    batcher: Batcher[int, int] = Batcher(network, sizes=sorted(sizes), window_s=0.0, threads=threads)
    works = [asked(batcher, *rows) for rows in questions]
    batcher.start()
    for rows, work in zip(questions, works, strict=True):
        for row, result in zip(rows, results(work), strict=True):
            assert result == 2 * row if row >= 0 else str(result) == f"negative: {row}"
    batcher.close()
    assert all(len(run) <= max(sizes | {1}) for run in network.runs)
