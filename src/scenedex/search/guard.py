"""One encoder behind a deadline: whoever asks it waits no longer than that, whatever it does.

Its calls run one after another in one daemon thread, which lives while there is something to do. So no more than one
thread can hang in an encoder, and none keeps the process from ending (a ThreadPoolExecutor would wait for its own).
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any

import numpy as np

from scenedex.embeddings.breaker import Breaker
from scenedex.embeddings.encoder import TextEncoder
from scenedex.errors import EncoderError, EncoderPausedError, EncoderTimeoutError
from scenedex.types import Space, Vector

LOAD_S = 30.0
"""Longest wait for a network that is being loaded; that time does not count towards the deadline."""

CLOSED = "This library is closed."

LEAST = 1e-6
"""A vector without a number this large has no direction: encoders give unit vectors, up to rounding."""

Found = Sequence[Vector | None]


class Call:
    """Texts that an encoder was asked for. Made by `Guard.ask`, which alone changes it."""

    def __init__(
        self, texts: Sequence[str], keep: Callable[[Found], None], asked: tuple[float, float]
    ) -> None:
        self.texts = texts
        self.keep = keep
        self.asked_at, self.loading_s = asked
        self.context = copy_context()  #: of who asks: request and trace go on in the encoder's thread
        self.given_up = False
        self.ended_at: float | None = None
        self.found: Found | None = None
        self.error: BaseException | None = None


class Guard:
    """One encoder of one space. Safe to share between threads.

    An encoder may say two things about itself. `static = True`: it only looks words up, which takes microseconds; so it
    is asked on the spot, without a thread and a deadline. `prepare()`: loads its network.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        space: Space,
        *,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.encoder = encoder
        self._space = space
        self._static = bool(getattr(encoder, "static", False))
        self._timeout_s = timeout_s
        self._clock = clock
        self._breaker = Breaker(clock)
        self._changed = threading.Condition()
        self._waiting: deque[Call] = deque()
        self._current: Call | None = None
        self._running = False
        self._closed = False
        self._loading_since: float | None = None
        self._loaded_s = 0.0  #: spent on loading before

    def ask(self, texts: Sequence[str], keep: Callable[[Found], None] = lambda _: None) -> Call:
        """Begin; does not wait, but for a static encoder, and never raises: `result` does.

        `keep` gets what is found, perhaps from another thread, even when it comes too late.
        """
        with self._changed:
            call = Call(texts, keep, (self._clock(), self._loading_s()))
            call.error = self._refusal()
            if call.error is not None:
                return call
            self._breaker.begin()
            if not self._static:
                self._waiting.append(call)
                self._start()
        if self._static:
            self._run(call)
        return call

    def result(self, call: Call) -> Found:
        """Wait for it until its deadline: a unit vector for each text, or None.

        Raises EncoderTimeoutError; EncoderPausedError when the encoder hangs in an earlier call, or has failed too
        often lately; EncoderError for a result that is none; and whatever the encoder raised.
        """
        with self._changed:
            while call.found is None and call.error is None:
                left_s = self._left_s(call)
                if left_s <= 0:
                    self._give_up(call)
                    raise EncoderTimeoutError(
                        f"Timeout: the encoder gave no answer within {self._timeout_s:g} s."
                    )
                self._changed.wait(left_s)
        if call.found is None:
            raise call.error or EncoderPausedError()
        return call.found

    def took_s(self, call: Call) -> float:
        """From asking to its end, or to now."""
        return (self._clock() if call.ended_at is None else call.ended_at) - call.asked_at

    def close(self) -> None:
        """Ask it nothing more; who waits is told so."""
        with self._changed:
            self._closed = True
            for call in filter(None, (*self._waiting, self._current)):
                call.error = call.error or EncoderPausedError(CLOSED)
            self._waiting.clear()
            self._changed.notify_all()

    def _refusal(self) -> EncoderPausedError | None:
        if self._closed:
            return EncoderPausedError(CLOSED)
        if self._current is not None and self._current.given_up:
            return EncoderPausedError("the encoder is still busy with an earlier query")
        wait_s = self._breaker.wait_s()
        if wait_s > 0:
            return EncoderPausedError(
                f"the encoder failed several times and is asked again in {max(1.0, wait_s):.0f} s"
            )
        return None

    def _start(self) -> None:
        if self._running:
            return
        try:
            threading.Thread(target=self._work, daemon=True, name="encode").start()
            self._running = True
        except RuntimeError as exc:  # no more threads on this machine
            call = self._waiting.pop()
            call.error = exc
            self._breaker.failed()

    def _loading_s(self) -> float:
        """Spent on loading so far."""
        since = self._loading_since
        return self._loaded_s + (self._clock() - since if since is not None else 0.0)

    def _left_s(self, call: Call) -> float:
        waited_s = self._clock() - call.asked_at
        loading_s = self._loading_s() - call.loading_s
        return min(self._timeout_s + loading_s, self._timeout_s + LOAD_S) - waited_s

    def _give_up(self, call: Call) -> None:
        call.given_up = True
        if call is self._current:
            self._breaker.failed()
        else:
            self._waiting.remove(call)
            self._breaker.dropped()

    def _work(self) -> None:
        while (call := self._next()) is not None:
            call.context.run(self._run, call)

    def _run(self, call: Call) -> None:
        found: Found | None = None
        error: BaseException | None = None
        try:
            self._load()
            found = checked(self.encoder.embed(call.texts), len(call.texts), self._space)
            call.keep(found)
        except BaseException as exc:  # noqa: BLE001  raised again by `result`
            error = exc
            if not (self._static or isinstance(exc, Exception)):
                # in a thread of our own no Ctrl-C arrives: whatever it is, the encoder did it
                error = EncoderError(f"the encoder failed ({type(exc).__name__})")
                error.__cause__ = exc
        self._settle(call, found, error)

    def _next(self) -> Call | None:
        with self._changed:
            self._current = self._waiting.popleft() if self._waiting else None
            self._running = self._current is not None
            return self._current

    def _load(self) -> None:
        """Load what the encoder says that it needs: a network may take seconds, and not because it hangs."""
        prepare = getattr(self.encoder, "prepare", None)
        if prepare is None:
            return
        with self._changed:
            self._loading_since = self._clock()
        try:
            prepare()
        finally:
            with self._changed:
                self._loaded_s, self._loading_since = self._loading_s(), None

    def _settle(self, call: Call, found: Found | None, error: BaseException | None) -> None:
        with self._changed:
            self._current = None
            call.ended_at = self._clock()
            if call.given_up or call.error is not None:
                return
            call.found, call.error = (None, error) if error is not None else (found, None)
            if isinstance(error, EncoderPausedError):
                self._breaker.dropped()  # it has a breaker of its own, and asked nobody
            elif error is not None:
                self._breaker.failed()
            else:
                self._breaker.succeeded()
            self._changed.notify_all()


def checked(rows: Any, count: int, space: Space) -> Found:
    """What an encoder gave as vectors of this space, made unit length. Raises EncoderError for anything else."""
    if not isinstance(rows, Sequence | np.ndarray) or len(rows) != count:
        raise EncoderError("the encoder does not give one vector for each text")
    return [None if row is None else _unit(row, space.dim) for row in rows]


def _unit(row: Any, dim: int) -> Vector:
    try:
        given = np.asarray(row)
    except (TypeError, ValueError) as exc:
        raise EncoderError("the encoder gives vectors that are no numbers") from exc
    if given.dtype.kind not in "fiu":
        raise EncoderError("the encoder gives vectors that are no numbers")
    if given.shape != (dim,):
        raise EncoderError(
            f"the encoder gives vectors of the shape {given.shape}, ({dim},) is expected: it is another model"
        )
    vector = given.astype(np.float64)
    largest = float(np.abs(vector).max())
    if not LEAST < largest < math.inf:  # NaN is neither
        raise EncoderError("the encoder gives numbers that are no direction")
    vector /= largest  # squares of huge numbers overflow
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
