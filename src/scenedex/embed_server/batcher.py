"""Many small requests share few runs of a network."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scenedex.errors import EncoderError, EncoderTimeoutError

log = logging.getLogger(__name__)

Row = TypeVar("Row")
Result = TypeVar("Result")

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[Result]):
    """What became of a work."""

    results: list[Result | EncoderError]  #: one for each row
    took_ms: float  #: of the runs that it shared, all of them


@dataclass(eq=False, slots=True)
class Work(Generic[Row, Result]):
    """One question: some rows, and a future for all their results. Who cancels that is not worked for any more."""

    until: float  #: by the batcher's clock; later, nobody waits for it
    rows: Sequence[Row] = ()
    future: Future[Done[Result]] = field(default_factory=Future)
    _results: dict[int, Result | EncoderError] = field(default_factory=dict)
    _left: int = 0
    _took_ms: float = 0.0

    def give_up(self, reason: EncoderError) -> None:
        """End it with this reason for every row."""
        self._end([reason] * max(1, len(self.rows)))

    def begin(self) -> None:
        """From now on results are taken."""
        self._left = len(self.rows)
        if not self._left:
            self._end([])

    def take(self, index: int, result: Result | EncoderError, took_ms: float) -> None:
        """The result of one row. Called by one thread at a time."""
        self._results[index] = result
        self._left -= 1
        self._took_ms += took_ms
        if not self._left:
            self._end([self._results[place] for place in range(len(self.rows))])

    def _end(self, results: list[Result | EncoderError]) -> None:
        try:
            self.future.set_result(Done(results=results, took_ms=self._took_ms))
        except InvalidStateError:
            log.debug("nobody waits for this any more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run, for who watches."""

    rows: int
    seconds: float
    waited_s: float  #: the row that waited longest


class Batcher(Generic[Row, Result]):
    """Rows of any works, in runs of a few sizes, on threads of its own.

    Rows that come within `window_s` of one another share a run; a run is as large as the largest of `sizes` that
    can be filled, so that a network sees only sizes for which it was warmed. A run that raises is halved until the
    row to blame stands alone. The queue itself has no limit: who puts works in counts them.
    """

    def __init__(
        self,
        run: Callable[[list[Row]], Sequence[Result | EncoderError]],
        *,
        sizes: Sequence[int] = (1, 2, 4, 8),
        window_s: float = 0.002,
        threads: int = 1,
        watch: Callable[[Ran], None] = lambda ran: None,
        clock: Clock = time.monotonic,
    ) -> None:
        """`run` gives one result a row; what it raises costs every row of the run. `threads`: runs at once."""
        self._run, self._sizes, self._window_s = run, sorted({1, *sizes}), window_s
        self._watch, self._clock = watch, clock
        self._waiting: deque[tuple[Work[Row, Result], int, float]] = deque()
        self._changed = threading.Condition()
        self._taking = threading.Lock()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._loop, name=f"batcher-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to run what is put in."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End after the run that is under way; what still waits is given up."""
        with self._changed:
            self._closed = True
            left = {id(work): work for work, *_ in self._waiting}
            self._waiting.clear()
            self._changed.notify_all()
        for work in left.values():
            work.give_up(EncoderError("The server ends."))
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def put(self, work: Work[Row, Result]) -> None:
        """Have it run. Never waits; from any thread."""
        work.begin()
        now = self._clock()
        with self._changed:
            closed = self._closed
            if not closed:
                self._waiting.extend((work, index, now) for index in range(len(work.rows)))
                self._changed.notify()
        if closed:
            work.give_up(EncoderError("The server ends."))

    @property
    def waiting(self) -> int:
        """Rows that wait for a run."""
        return len(self._waiting)

    def _loop(self) -> None:
        while batch := self._gathered():
            self._work(batch)

    def _gathered(self) -> list[tuple[Work[Row, Result], int, float]]:
        """The rows of the next run; none at the end."""
        with self._changed:
            while not self._closed:
                if not self._waiting:
                    self._changed.wait()
                    continue
                left_s = self._waiting[0][2] + self._window_s - self._clock()
                if len(self._waiting) < self._sizes[-1] and left_s > 0:
                    self._changed.wait(left_s)
                    continue
                self._drop()
                if self._waiting:
                    size = max(size for size in self._sizes if size <= len(self._waiting))
                    return [self._waiting.popleft() for _ in range(size)]
        return []

    def _drop(self) -> None:
        """Forget rows of works for which nobody waits any more."""
        now, kept = self._clock(), deque[tuple[Work[Row, Result], int, float]]()
        for each in self._waiting:
            work = each[0]
            if work.future.done():
                continue
            if now >= work.until:
                work.give_up(EncoderTimeoutError("Timeout: this waited for its turn for longer than it may."))
                continue
            kept.append(each)
        self._waiting = kept

    def _work(self, batch: list[tuple[Work[Row, Result], int, float]]) -> None:
        began = self._clock()
        results = self._results([work.rows[index] for work, index, _ in batch])
        seconds = self._clock() - began
        self._watch(Ran(rows=len(batch), seconds=seconds, waited_s=began - min(came for *_, came in batch)))
        with self._taking:
            for (work, index, _), result in zip(batch, results, strict=True):
                work.take(index, result, 1000 * seconds)

    def _results(self, rows: list[Row]) -> list[Result | EncoderError]:
        reason: EncoderError
        try:
            found = list(self._run(rows))
            if len(found) == len(rows):
                return found
            reason = EncoderError(f"The network gives {len(found)} results for {len(rows)} rows.")
        except EncoderError as exc:
            reason = exc
        except Exception:
            log.exception("a run failed")
            reason = EncoderError("The network failed on this; the log has the reason.")
        if len(rows) == 1:
            return [reason]
        middle = len(rows) // 2
        return self._results(rows[:middle]) + self._results(rows[middle:])
