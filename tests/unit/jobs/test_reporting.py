import pytest

from scenedex.errors import StoreError
from scenedex.jobs import reporting
from scenedex.jobs.endings import StoppedError
from scenedex.jobs.reporting import Reporter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(reporting.time, "monotonic", lambda: now[0])
    return now


def test_each_new_step_is_written_and_a_long_one_now_and_then(clock: list[float]) -> None:
    written: list[tuple[str, float]] = []
    reporter = Reporter(lambda *said: written.append(said), lambda: False)
    for step, share, seconds in (
        ("hash", 0.0, 0.0), ("hash", 0.5, 0.1), ("scenes", 0.1, 0.1), ("scenes", 0.2, 0.1), ("scenes", 0.3, 0.6),
        ("scenes", 0.3, 9.0), ("scenes", 7.0, 9.0), ("scenes", -1.0, 9.0),
    ):  # fmt: skip
        clock[0] += seconds
        reporter.step(step, share)
    assert written == [("hash", 0.0), ("scenes", 0.1), ("scenes", 0.3), ("scenes", 1.0), ("scenes", 0.0)]


def test_a_job_that_is_to_stop_stops_at_the_next_step() -> None:
    reporter = Reporter(lambda *_: None, lambda: True)
    with pytest.raises(StoppedError):
        reporter.step("hash", 0.0)


def test_progress_that_cannot_be_written_is_no_failure() -> None:
    def away(step: str, share: float) -> None:
        raise StoreError("Away.")

    Reporter(away, lambda: False).step("hash", 0.0)


def test_who_is_to_stop_is_stopped_whoever_catches_exceptions_on_the_way() -> None:
    assert not issubclass(StoppedError, Exception)
