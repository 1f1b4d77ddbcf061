"""Messages over a pipe: a kind, a header in JSON, and bytes that are not text.

Whoever reads believes nothing: lengths are compared with limits before anything is allocated for them.
"""

import json
import os
import select
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KINDS = frozenset(b"ISPCWXMEF")
"""Info, Scene, Progress, Captions, Waveform, piXels, Movie, End, Failure."""

STARVED = 1000
"""In place of an exit status: the child held more memory than it may."""

MAX_HEADER_BYTES = 32 * 1024 * 1024  #: twice the longest subtitle file: one caption may be all of it
MAX_BODY_BYTES = 256 * 1024 * 1024  #: the keyframes of a scene; the largest picture of 67 million pixels
READ_BYTES = 1 << 20

_PREFIX = struct.Struct(">BII")


class WireError(Exception):
    """This is no message, or one longer than any may be."""


class ClosedError(Exception):
    """The other side has closed the pipe."""


class LateError(Exception):
    """Nothing came in time."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `header` is JSON that nobody has looked at yet."""

    kind: bytes
    header: bytes
    body: bytes = b""


def packed(kind: bytes, header: Any, body: bytes = b"") -> list[bytes]:
    """A message as it goes over the pipe. Raises WireError where it is longer than may be."""
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(text) > MAX_HEADER_BYTES or len(body) > MAX_BODY_BYTES:
        raise WireError(f"A message of {len(text)} and {len(body)} bytes is too long.")
    return [_PREFIX.pack(kind[0], len(text), len(body)) + text, body]


def send(fd: int, parts: list[bytes]) -> None:
    """Write all of it; waits for the reader. Raises BrokenPipeError when there is none any more."""
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(fd, view) :]


def receive(fd: int, left_s: Callable[[], float]) -> Message:
    """The next message; `left_s` is asked before each wait how many seconds it may last.

    Raises WireError, ClosedError and LateError.
    """
    code, header_bytes, body_bytes = _PREFIX.unpack(_exactly(fd, _PREFIX.size, left_s))
    if code not in KINDS or header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise WireError("These bytes are no message.")
    header = _exactly(fd, header_bytes, left_s)
    return Message(bytes([code]), header, _exactly(fd, body_bytes, left_s))


def _exactly(fd: int, size: int, left_s: Callable[[], float]) -> bytes:
    """So many bytes; memory is taken as they come, not as they are announced."""
    parts, missing = [], size
    while missing:
        wait(fd, select.POLLIN, left_s())
        part = os.read(fd, min(missing, READ_BYTES))
        if not part:
            raise ClosedError("The pipe was closed.")
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def wait(fd: int, event: int, seconds: float) -> None:
    """Until the pipe is ready, or closed. Raises LateError after so many seconds."""
    poll = select.poll()
    poll.register(fd, event)
    if seconds <= 0 or not poll.poll(seconds * 1000):
        raise LateError("Nothing came in time.")
