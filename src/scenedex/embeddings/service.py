"""Questions to an encoding service over HTTP, each with a deadline for the whole of it; failures have names."""

import json
import math
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from scenedex.embeddings.breaker import Breaker
from scenedex.embeddings.connections import Connections, Reply
from scenedex.errors import (
    EncoderPausedError,
    EncoderTimeoutError,
    RemoteAnswerError,
    RemoteFailedError,
    RemoteRefusedError,
)
from scenedex.tracing import trace_headers
from scenedex.types import Vector

MAX_ANSWER_BYTES = 64 << 20
"""An answer that is longer is no embedding."""

PASSING = frozenset({429, 502, 503, 504})
"""Answers after which the same question may be taken."""

PAUSE_S = 0.1
"""Before a question is asked again, where the service says nothing else; give or take a half."""

Headers = Callable[[str, str, bytes], dict[str, str]]
"""Method, path and body → headers; asked again for each attempt."""


class Service:
    """One kind of question to a server. Safe to share between threads.

    A question that fails in a way that may pass (nobody listens, the connection breaks off, 429, 502, 503, 504) is
    asked again while its time lasts. After several failures in a row nothing is asked for a while; then one tries.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        headers: Headers,
        timeout_s: float = 10.0,
        retries: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout_s` is for a question with all its attempts; `clock` is the breaker's."""
        self._connections = connections
        self._headers = headers
        self._timeout_s = timeout_s
        self._retries = retries
        self._lock = threading.Lock()
        self._breaker = Breaker(clock)

    def ask(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to a JSON question, in `timeout_s` at most.

        Raises RemoteEncoderError, EncoderTimeoutError, and EncoderPausedError where nothing is asked now.
        """
        body = json.dumps(question, ensure_ascii=False).encode("utf-8")
        self._begin()
        verdict = self._breaker.dropped
        try:
            answer = self._insist(path, body)
            verdict = self._breaker.succeeded
            return answer
        except (RemoteFailedError, EncoderTimeoutError):
            verdict = self._breaker.failed
            raise
        except (RemoteAnswerError, RemoteRefusedError):  # it is there, and says no
            verdict = self._breaker.succeeded
            raise
        finally:
            with self._lock:
                verdict()

    def _begin(self) -> None:
        with self._lock:
            wait_s = self._breaker.wait_s()
            if wait_s > 0:
                raise EncoderPausedError(
                    f"the encoding service failed several times and is asked again in {max(1.0, wait_s):.0f} s"
                )
            self._breaker.begin()

    def _insist(self, path: str, body: bytes) -> dict[str, Any]:
        until, failed, left_s = time.monotonic() + self._timeout_s, None, math.inf
        for left in range(self._retries, -1, -1):
            try:
                return self._once(path, body, until)
            except _Again as again:
                failed = again.error
                if not left or time.monotonic() + again.wait_s >= until:
                    raise failed from failed.__cause__
                time.sleep(again.wait_s)
                left_s = until - time.monotonic()
            except EncoderTimeoutError as late:
                if failed is None or left_s > PAUSE_S:
                    raise
                raise failed from late  # there was hardly any time left: the attempt before says more
        raise AssertionError("the last attempt ends the loop")

    def _once(self, path: str, body: bytes, until: float) -> dict[str, Any]:
        headers = trace_headers() | self._headers("POST", self._connections.path(path), body)
        try:
            reply = self._connections.post(path, headers, body, until=until, max_bytes=MAX_ANSWER_BYTES)
        except RemoteFailedError as exc:
            raise _Again(exc, _pause_s()) from exc
        return _understood(self._connections.url, reply)


class _Again(Exception):
    """This attempt failed in a way that another may not."""

    def __init__(self, error: RemoteFailedError, wait_s: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


def _pause_s() -> float:
    return PAUSE_S * random.uniform(0.5, 1.5)


def _asked_wait_s(reply: Reply) -> float:
    """What the service asks for; a service that is too busy and does not say for how long is not asked again."""
    if reply.retry_after.isascii() and reply.retry_after.isdigit():
        return float(reply.retry_after)
    return math.inf if reply.status == 429 else _pause_s()


def unit_vectors(rows: Any, count: int, dim: int) -> list[Vector | RemoteAnswerError]:
    """What a service gave as embeddings, made unit length; a row that is none is an error value.

    Raises RemoteAnswerError when there are not `count` of them.
    """
    if not isinstance(rows, list) or len(rows) != count:
        there = len(rows) if isinstance(rows, list) else "no"
        raise RemoteAnswerError(f"The encoding service gives {there} embeddings for {count} inputs.")
    return [_unit(row, dim) for row in rows]


def all_vectors(rows: Any, count: int, dim: int) -> list[Vector]:
    """The same where one bad row spoils them all. Raises RemoteAnswerError."""
    found: list[Vector] = []
    for row in unit_vectors(rows, count, dim):
        if isinstance(row, RemoteAnswerError):
            raise row
        found.append(row)
    return found


def _unit(row: Any, dim: int) -> Vector | RemoteAnswerError:
    try:
        if not isinstance(row, list) or not all(type(number) in (int, float) for number in row):
            raise TypeError
        vector = np.asarray(row, dtype=np.float64)
    except (TypeError, OverflowError):
        return RemoteAnswerError("The encoding service gives an embedding that is no list of numbers.")
    if vector.shape != (dim,):
        return RemoteAnswerError(
            f"The encoding service gives embeddings of the shape {vector.shape}, ({dim},) is expected: "
            "it runs another model than this library."
        )
    largest = float(np.abs(vector).max())
    if not 1e-12 < largest < math.inf:  # NaN is neither
        return RemoteAnswerError(
            f"The encoding service gives numbers that are no direction (largest {largest:g})."
        )
    vector /= largest  # squares of huge numbers overflow
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _understood(url: str, reply: Reply) -> dict[str, Any]:
    status, said = reply.status, " ".join(reply.body[:300].decode("utf-8", "replace").split())
    if status in PASSING or status == 408 or status >= 500:
        failed = RemoteFailedError(f"The encoding service {url} fails ({status}): {said}")
        if status in PASSING:
            raise _Again(failed, _asked_wait_s(reply))
        raise failed
    if status in (401, 403):
        raise RemoteRefusedError(
            f"The encoding service {url} does not accept the key or the signature ({status}): check the "
            f"secret and the clocks of both machines. {said}"
        )
    if status != 200:
        raise RemoteAnswerError(f"The encoding service {url} does not take the request ({status}): {said}")
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError) as exc:
        raise RemoteAnswerError(f"The encoding service {url} does not answer with JSON: {said}") from exc
    if not isinstance(found, dict):
        raise RemoteAnswerError(f"The encoding service {url} does not answer with an object: {said}")
    return found
