"""One encoder behind a deadline."""

import threading
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest
from tests.unit.search.encoders import Does, Good, Hangs, direction, raises, space

from scenedex.embeddings.breaker import FAILURES, PAUSE_S
from scenedex.errors import EncoderError, EncoderPausedError, EncoderTimeoutError
from scenedex.search.guard import Guard, checked

SPACE = space("tiny")
SHORT_S = 0.05
LONG_S = 30.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def asked(guard: Guard, text: str = "a dog") -> Any:
    return guard.result(guard.ask([text]))


def test_what_comes_back_is_the_encoders_own() -> None:
    guard = Guard(Good(SPACE), SPACE, timeout_s=LONG_S)
    found = guard.result(guard.ask(["a", "b"]))
    assert np.allclose(found, [direction("a", 8), direction("b", 8)])
    assert asked(guard) is not None


def test_calls_at_the_same_time_run_one_after_another() -> None:
    at_once, most = 0, 0

    def count(texts: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        threading.Event().wait(0.005)
        at_once -= 1
        return [direction(text, 8) for text in texts]

    guard = Guard(Does(SPACE, count), SPACE, timeout_s=LONG_S)
    found: dict[str, Any] = {}
    names = [f"text {n}" for n in range(12)]
    threads = [
        threading.Thread(target=lambda n=name: found.update({n: asked(guard, n)[0]})) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert all(np.allclose(found[name], direction(name, 8)) for name in names)


def test_a_late_answer_is_not_waited_for_but_kept() -> None:
    encoder = Hangs(SPACE)
    guard = Guard(encoder, SPACE, timeout_s=SHORT_S)
    kept: list[Any] = []
    there = threading.Event()
    call = guard.ask(["a dog"], lambda found: (kept.extend(found), there.set()))
    with pytest.raises(EncoderTimeoutError, match=r"within 0\.05 s"):
        guard.result(call)
    assert kept == []
    encoder.go.set()
    assert there.wait(LONG_S)
    assert np.allclose(kept, [direction("a dog", 8)])


def test_an_encoder_that_hangs_is_not_started_again_on_top() -> None:
    encoder = Hangs(SPACE)
    guard = Guard(encoder, SPACE, timeout_s=SHORT_S)
    with pytest.raises(EncoderTimeoutError):
        asked(guard)
    for _ in range(20):
        with pytest.raises(EncoderPausedError, match="still busy"):
            asked(guard)
    assert encoder.threads == 1
    encoder.go.set()


def test_who_waits_behind_one_that_hangs_gives_up_in_time_and_was_never_begun() -> None:
    encoder = Hangs(SPACE)
    guard = Guard(encoder, SPACE, timeout_s=SHORT_S)
    calls = [guard.ask([f"text {n}"]) for n in range(5)]
    for call in calls:
        with pytest.raises(EncoderTimeoutError):
            guard.result(call)
    assert encoder.threads == 1
    encoder.go.set()


def test_failures_in_a_row_give_it_a_pause_and_then_one_trial() -> None:
    clock = Clock()
    encoder = Does(SPACE, raises(RuntimeError("no")))
    guard = Guard(encoder, SPACE, timeout_s=LONG_S, clock=clock)
    for _ in range(FAILURES):
        with pytest.raises(RuntimeError):
            asked(guard)
    with pytest.raises(EncoderPausedError, match="again in 5 s"):
        asked(guard)
    assert len(encoder.asked) == FAILURES
    clock.now += PAUSE_S
    encoder.does = lambda texts: [direction(text, 8) for text in texts]
    assert asked(guard) is not None
    assert asked(guard) is not None


def test_timeouts_count_as_failures() -> None:
    clock = Clock()
    encoder = Hangs(SPACE)
    guard = Guard(encoder, SPACE, timeout_s=0.0, clock=clock)
    for n in range(FAILURES):
        there = threading.Event()
        encoder.inside.clear()
        encoder.go.clear()
        call = guard.ask([f"text {n}"], lambda _, there=there: there.set())
        encoder.inside.wait(LONG_S)
        with pytest.raises(EncoderTimeoutError):
            guard.result(call)
        encoder.go.set()
        there.wait(LONG_S)
        while guard._current is not None:  # its thread has one more line to run
            threading.Event().wait(0.001)
    with pytest.raises(EncoderPausedError, match="again in"):
        asked(guard)


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), MemoryError("no memory"), GeneratorExit()]
)
def test_whatever_an_encoder_raises_in_its_thread_is_a_failure_of_its_own(error: BaseException) -> None:
    guard = Guard(Does(SPACE, raises(error)), SPACE, timeout_s=LONG_S)
    with pytest.raises(Exception, match=r"no memory|the encoder failed \("):
        asked(guard)


class Slow(Good):
    """Loads until it is let go."""

    def __init__(self) -> None:
        super().__init__(SPACE)
        self.loaded = threading.Event()

    def prepare(self) -> None:
        assert self.loaded.wait(LONG_S)


def test_loading_does_not_count() -> None:
    encoder = Slow()
    guard = Guard(encoder, SPACE, timeout_s=0.2)
    call, behind = guard.ask(["a"]), guard.ask(["b"])
    threading.Timer(1.0, encoder.loaded.set).start()
    assert np.allclose(guard.result(call), [direction("a", 8)])
    assert np.allclose(guard.result(behind), [direction("b", 8)])


def test_what_cannot_be_loaded_is_a_failure() -> None:
    encoder = Good(SPACE)
    encoder.prepare = lambda: raises(EncoderError("The weights are gone."))([])  # type: ignore[attr-defined]
    with pytest.raises(EncoderError, match="weights are gone"):
        asked(Guard(encoder, SPACE, timeout_s=LONG_S))


def test_a_static_encoder_is_asked_on_the_spot() -> None:
    names = []
    encoder = Does(SPACE, lambda texts: names.append(threading.current_thread()) or [direction("x", 8)])
    encoder.static = True  # type: ignore[attr-defined]
    assert asked(Guard(encoder, SPACE, timeout_s=LONG_S)) is not None
    assert names == [threading.current_thread()]


def test_closing_tells_who_waits() -> None:
    encoder = Hangs(SPACE)
    guard = Guard(encoder, SPACE, timeout_s=LONG_S)
    calls = [guard.ask(["a"]), guard.ask(["b"])]
    guard.close()
    for call in [*calls, guard.ask(["c"])]:
        with pytest.raises(EncoderPausedError, match="closed"):
            guard.result(call)
    encoder.go.set()


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (None, "one vector for each"),
        ("ab", "numbers"),
        (7, "one vector for each"),
        ({}, "one vector for each"),
        ([], "one vector for each"),
        ([[1.0] * 8] * 3, "one vector for each"),
        ([[1.0] * 7] * 2, "another model"),
        ([[[1.0] * 8]] * 2, "another model"),
        ([7.0, 7.0], "another model"),
        ([["a"] * 8] * 2, "numbers"),
        ([[1.0, None] * 4] * 2, "no numbers"),
        ([[1.0], [1.0, 2.0]], "another model"),
        ([np.zeros((0,)), np.zeros((0,))], "another model"),
        ([[[1.0], [1.0, 2.0]]] * 2, "no numbers"),
        ([[1j] * 8] * 2, "numbers"),
        ([[True] * 8] * 2, "numbers"),
        ([[0.0] * 8] * 2, "no direction"),
        ([[1e-9] * 8] * 2, "no direction"),
        ([[1.0] * 7 + [float("nan")]] * 2, "no direction"),
        ([[1.0] * 7 + [float("inf")]] * 2, "no direction"),
    ],
)
def test_what_is_no_vector_of_the_space_is_refused(rows: Any, word: str) -> None:
    with pytest.raises(EncoderError, match=word):
        checked(rows, 2, SPACE)


def test_vectors_are_made_unit_length() -> None:
    found = checked([[3.0] + [0.0] * 7, None, np.full(8, 0.001, np.float16), [1e308] * 8], 4, SPACE)
    assert found[1] is None
    assert found[0] is not None
    assert found[0].dtype == np.float32
    assert found[0][0] == 1
    for vector in found[2:]:
        assert np.allclose(vector, 8**-0.5)  # type: ignore[arg-type]


def test_an_encoder_that_pauses_by_itself_is_not_paused_once_more() -> None:
    encoder = Does(SPACE, raises(EncoderPausedError("the service is left alone")))
    guard = Guard(encoder, SPACE, timeout_s=LONG_S, clock=Clock())
    for _ in range(3 * FAILURES):
        with pytest.raises(EncoderPausedError, match="left alone"):
            asked(guard)
    encoder.does = lambda texts: [direction(text, 8) for text in texts]
    assert asked(guard) is not None


def test_what_surrounds_who_asks_is_there_for_the_encoder() -> None:
    about: ContextVar[str] = ContextVar("about", default="nobody")
    seen: list[str] = []

    def look(texts: Any) -> Any:
        seen.append(about.get())
        return [direction(text, 8) for text in texts]

    guard = Guard(Does(SPACE, look), SPACE, timeout_s=LONG_S)
    for asker in ("one", "two"):
        about.set(asker)
        asked(guard)
    assert seen == ["one", "two"]
