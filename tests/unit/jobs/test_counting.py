"""How a run of a job ended is told, whatever ended it, and what ended it goes on its way."""

import pytest

from scenedex.jobs.counting import counted
from scenedex.jobs.endings import FinalError, LostError, StoppedError, TryAgainError

Told = list[tuple[str, str, float]]


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (TryAgainError("later", 5), "again"),
        (FinalError("never"), "failed"),
        (StoppedError(), "stopped"),
        (LostError(), "lost"),
        (ValueError(), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_what_ends_a_run(error: BaseException, ending: str) -> None:
    told: Told = []
    with (
        pytest.raises(type(error)),
        counted(lambda *run: told.append(run), "transcription"),
    ):
        raise error
    assert [run[:2] for run in told] == [("transcription", ending)]
    assert told[0][2] >= 0


def test_one_that_ends_well() -> None:
    told: Told = []
    with counted(lambda *run: told.append(run), "screen_text"):
        pass
    assert [run[:2] for run in told] == [("screen_text", "done")]
