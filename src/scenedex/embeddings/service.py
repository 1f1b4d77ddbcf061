"""One question to an encoding service over HTTP, with a deadline for the whole of it; failures have names."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from scenedex.errors import (
    EncoderError,
    EncoderTimeoutError,
    RemoteAnswerError,
    RemoteFailedError,
    RemoteRefusedError,
)
from scenedex.types import Vector

MAX_ANSWER_BYTES = 64 << 20
"""An answer that is longer is no embedding."""

Headers = Callable[[str, str, bytes], dict[str, str]]
"""Method, path and body → headers; asked again for each attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where a service is, and how long it is waited for."""

    url: str  #: without the path
    headers: Headers
    timeout_s: float = 10.0  #: for each attempt, from its first byte to its last
    retries: int = 1  #: after a failure that may pass; pauses of 0.2 s, doubled

    def ask(self, client: httpx.Client, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to a JSON question. Raises RemoteEncoderError and EncoderTimeoutError."""
        body = json.dumps(question).encode("utf-8")
        failed: EncoderError = RemoteFailedError()
        for attempt in range(self.retries + 1):
            if attempt:
                time.sleep(0.1 * 2**attempt)
            try:
                return self._once(client, path, body)
            except (RemoteFailedError, EncoderTimeoutError) as exc:
                failed = exc
        raise failed

    def _once(self, client: httpx.Client, path: str, body: bytes) -> dict[str, Any]:
        url = self.url.rstrip("/") + path
        deadline = time.monotonic() + self.timeout_s
        headers = {"Content-Type": "application/json"} | self.headers("POST", httpx.URL(url).path, body)
        try:
            with client.stream(
                "POST", url, content=body, headers=headers, timeout=self.timeout_s
            ) as response:
                answer = _read(response, deadline)
        except httpx.TimeoutException as exc:
            raise EncoderTimeoutError(
                f"Timeout: {self.url} did not answer within {self.timeout_s:g} s."
            ) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise RemoteFailedError(f"The encoding service {self.url} cannot be reached: {exc}") from exc
        return _understood(self.url, response.status_code, answer)


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
        vector = np.asarray(row, dtype=np.float64)
    except (TypeError, ValueError):
        return RemoteAnswerError("The encoding service gives an embedding that is no list of numbers.")
    if vector.shape != (dim,):
        return RemoteAnswerError(
            f"The encoding service gives embeddings of the shape {vector.shape}, ({dim},) is expected: "
            "it runs another model than this library."
        )
    norm = float(np.linalg.norm(vector))
    if not np.isfinite(norm) or norm < 1e-12:
        return RemoteAnswerError(f"The encoding service gives numbers that are no direction (norm {norm:g}).")
    return (vector / norm).astype(np.float32)


def _read(response: httpx.Response, deadline: float) -> bytes:
    parts = bytearray()
    for chunk in response.iter_bytes():
        parts += chunk
        if len(parts) > MAX_ANSWER_BYTES:
            raise RemoteAnswerError("The encoding service sends more than an embedding can be.")
        if time.monotonic() > deadline:
            raise EncoderTimeoutError("Timeout: the encoding service sends its answer too slowly.")
    return bytes(parts)


def _understood(url: str, status: int, answer: bytes) -> dict[str, Any]:
    said = " ".join(answer[:300].decode("utf-8", "replace").split())
    if status in (408, 429) or status >= 500:
        raise RemoteFailedError(f"The encoding service {url} fails ({status}): {said}")
    if status in (401, 403):
        raise RemoteRefusedError(
            f"The encoding service {url} does not accept the key or the signature ({status}): check the "
            "secret and "
            f"the clocks of both machines. {said}"
        )
    if status != 200:
        raise RemoteAnswerError(f"The encoding service {url} does not take the request ({status}): {said}")
    try:
        found = json.loads(answer)
    except ValueError as exc:
        raise RemoteAnswerError(f"The encoding service {url} does not answer with JSON: {said}") from exc
    if not isinstance(found, dict):
        raise RemoteAnswerError(f"The encoding service {url} does not answer with an object: {said}")
    return found
