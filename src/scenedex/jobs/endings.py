"""How a run of a job can end other than well, and which failures may pass."""

from collections.abc import Sequence

from scenedex.errors import (
    DatabaseUnreachableError,
    MediaError,
    NotInstalledError,
    ProviderError,
    ScenedexError,
    SpeechModelError,
    UsageError,
)

DELAYS_S = (5, 30, 180, 900)
"""Seconds until what failed is tried again: after the first failure, the second ... After one more it has failed."""

OUTAGE_DELAY_S = 2
"""The same where the database was away, however often: that is no fault of the job's."""


class StoppedError(BaseException):
    """The job is to stop: somebody cancelled it, or the worker ends. Nobody on the way may take it for a failure."""


class LostError(BaseException):
    """The job is another worker's by now: this one was taken for dead. Nothing of this run may be written."""


class TryAgainError(Exception):
    """The run failed, and the next one may not."""

    def __init__(self, reason: str, after_s: int) -> None:
        super().__init__(reason)
        self.after_s = after_s


class FinalError(Exception):
    """The run failed, and so would every other."""


def passes(failure: Exception) -> bool:
    """Whether a failure may not come again: not that of a file which is no video, or of a request without sense."""
    if isinstance(failure, NotInstalledError | SpeechModelError | ProviderError):
        return True  # another worker may have it
    if isinstance(failure, MediaError | UsageError):
        return False
    return not isinstance(failure, FileNotFoundError | IsADirectoryError | NotADirectoryError)


def delay_s(failure: Exception, failures: int, delays_s: Sequence[int] = DELAYS_S) -> int | None:
    """Seconds until a job is tried again that has failed so often, this time with it; None: never."""
    if isinstance(failure, DatabaseUnreachableError):
        return OUTAGE_DELAY_S
    if not passes(failure) or failures > len(delays_s):
        return None
    return delays_s[failures - 1]


def in_words(failure: Exception) -> str:
    """The reason, as a sentence."""
    if isinstance(failure, ScenedexError):
        return str(failure)
    if isinstance(failure, OSError):
        return f"It cannot be read: {failure.strerror}." if failure.strerror else str(failure)
    return f"scenedex itself failed on this ({type(failure).__name__}: {failure})."
