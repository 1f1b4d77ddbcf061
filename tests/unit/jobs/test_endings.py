import pytest

from scenedex.errors import (
    DatabaseUnreachableError,
    DecodeError,
    DiskFullError,
    EncoderTimeoutError,
    LimitError,
    NotAVideoError,
    NotFoundError,
    NotInstalledError,
    RemoteFailedError,
    StoreError,
    UsageError,
    WeightsMissingError,
)
from scenedex.jobs.endings import DELAYS_S, OUTAGE_DELAY_S, delay_s, in_words, passes


@pytest.mark.parametrize(
    "failure",
    [
        StoreError(),
        DiskFullError(),
        OSError(5, "Input/output error"),
        PermissionError(),
        RemoteFailedError(),
        EncoderTimeoutError(),
        WeightsMissingError(),
        NotInstalledError(),
        ZeroDivisionError(),
    ],
    ids=repr,
)
def test_what_may_pass_is_tried_again_later_and_later_and_not_for_ever(failure: Exception) -> None:
    assert passes(failure)
    assert [delay_s(failure, failures) for failures in range(1, 6)] == [*DELAYS_S, None]
    assert sorted(DELAYS_S) == list(DELAYS_S)


@pytest.mark.parametrize(
    "failure",
    [DecodeError(), NotAVideoError(), LimitError(), UsageError(), NotFoundError(), FileNotFoundError()],
    ids=repr,
)
def test_what_never_passes_is_not_tried_again(failure: Exception) -> None:
    assert delay_s(failure, 1) is None


def test_an_outage_of_the_database_is_no_fault_of_the_job() -> None:
    assert delay_s(DatabaseUnreachableError(), 1000) == OUTAGE_DELAY_S


def test_reasons_are_sentences() -> None:
    assert in_words(NotAVideoError("This is a picture.")) == "This is a picture."
    assert in_words(OSError(28, "No space left")) == "It cannot be read: No space left."
    assert in_words(FileNotFoundError("The file is gone.")) == "The file is gone."
    assert in_words(KeyError("x")) == "scenedex itself failed on this (KeyError: 'x')."
