"""Several files side by side: their outcomes in the order of the files, and one story for whoever watches."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from scenedex.indexing.progress import Progress, Step
from scenedex.types import FileOutcome

_Item = TypeVar("_Item")


class _Ended(BaseException):
    """Another file ended the run, or a person did. No Exception: nobody may take it for the fault of a file."""


class Turns:
    """A Progress for several threads, which tells another one of one file at a time: of the oldest in hand."""

    def __init__(self, told: Progress) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._in_hand: dict[int, str] = {}  # thread to path, in the order in which they were begun
        self._ended = False

    def found(self, files: int) -> None:
        """So many files will be looked at."""
        self._told.found(files)

    def start(self, path: str) -> None:
        """This thread begins this file."""
        with self._lock:
            self._check()
            self._in_hand[threading.get_ident()] = path
            if len(self._in_hand) == 1:
                self._told.start(path)

    def step(self, step: Step, done: float) -> None:
        """How far this thread has come. Ends it where the run has ended."""
        with self._lock:
            self._check()
            if next(iter(self._in_hand), threading.get_ident()) == threading.get_ident():
                self._told.step(step, done)

    def finish(self, outcome: FileOutcome) -> None:
        """The file of this thread is done."""
        with self._lock:
            shown = next(iter(self._in_hand), None) == threading.get_ident()
            self._in_hand.pop(threading.get_ident(), None)
            self._told.finish(outcome)
            if shown and self._in_hand:
                self._told.start(next(iter(self._in_hand.values())))

    def end(self) -> None:
        """Let every thread end at its next step."""
        with self._lock:
            self._ended = True

    def _check(self) -> None:
        if self._ended:
            raise _Ended


def side_by_side(
    work: Callable[[_Item], FileOutcome], items: Sequence[_Item], at_once: int, turns: Turns
) -> list[FileOutcome]:
    """`work` on each item, `at_once` of them at a time; the outcomes in the order of the items.

    What one of them raises, and Ctrl-C, ends them all, and is raised when all have ended: what was finished stays.
    """
    with ThreadPoolExecutor(at_once, thread_name_prefix="index") as pool:
        waiting = [pool.submit(work, item) for item in items]
        try:
            for done in wait(waiting, return_when=FIRST_EXCEPTION).done:
                done.result()
            return [each.result() for each in waiting]
        except BaseException as first:  # noqa: BLE001 - raised again when all have ended
            turns.end()
            pool.shutdown(cancel_futures=True)
            raise _cause(
                first, [each.exception() for each in waiting if each.done() and not each.cancelled()]
            ) from None


def _cause(seen: BaseException, raised: Sequence[BaseException | None]) -> BaseException:
    """What ended the run, of what its threads raised."""
    if not isinstance(seen, _Ended):
        return seen
    return next((one for one in raised if one is not None and not isinstance(one, _Ended)), seen)
