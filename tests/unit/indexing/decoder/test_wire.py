"""Messages survive a pipe, and bytes that are none are told from them before memory is taken for them."""

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, strategies

from scenedex.indexing.decoder.wire import (
    KINDS,
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    ClosedError,
    LateError,
    Message,
    WireError,
    packed,
    receive,
    send,
)

JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=4)
        | strategies.dictionaries(strategies.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@contextmanager
def pipe_of(data: bytes) -> Iterator[int]:
    """A pipe out of which these bytes come, and then its end."""
    out, into = os.pipe()

    def fill() -> None:
        with os.fdopen(into, "wb") as file:
            file.write(data)

    writer = threading.Thread(target=fill)
    writer.start()
    try:
        yield out
    finally:
        while os.read(out, 1 << 16):
            pass
        writer.join()
        os.close(out)


def patience() -> float:
    return 60.0


@given(kind=strategies.sampled_from(sorted(KINDS)), header=JSON, body=strategies.binary(max_size=200_000))
def test_a_message_arrives_as_it_was_sent(kind: int, header: object, body: bytes) -> None:
    sent = packed(bytes([kind]), header, body)
    with pipe_of(b"".join(sent) * 2) as pipe:
        first, second = receive(pipe, patience), receive(pipe, patience)
        assert first == second
        assert (first.kind, first.body) == (bytes([kind]), body)
        with pytest.raises(ClosedError):
            receive(pipe, patience)


@given(noise=strategies.binary(max_size=400))
def test_any_bytes_are_a_message_or_an_error(noise: bytes) -> None:
    with pipe_of(noise) as pipe, suppress(WireError, ClosedError):
        assert isinstance(receive(pipe, patience), Message)


@pytest.mark.parametrize(
    "prefix",
    [
        struct.pack(">BII", ord("S"), MAX_HEADER_BYTES + 1, 0),
        struct.pack(">BII", ord("S"), 0, MAX_BODY_BYTES + 1),
        struct.pack(">BII", ord("Z"), 0, 0),
    ],
)
def test_what_is_too_long_or_unknown_is_refused_by_its_first_bytes(prefix: bytes) -> None:
    out, into = os.pipe()
    try:
        os.write(into, prefix)  # nothing follows: whoever waited for the rest would be late
        with pytest.raises(WireError):
            receive(out, patience)
    finally:
        os.close(out)
        os.close(into)


def test_a_pipe_that_stays_silent_is_late() -> None:
    out, into = os.pipe()
    try:
        os.write(into, b"S\0")
        left = iter([60.0, 0.01])
        with pytest.raises(LateError):
            receive(out, lambda: next(left))
    finally:
        os.close(out)
        os.close(into)


def test_nothing_longer_than_may_be_is_sent() -> None:
    with pytest.raises(WireError, match="too long"):
        packed(b"C", ["x" * MAX_HEADER_BYTES])


def test_a_reader_that_is_gone_is_noticed() -> None:
    out, into = os.pipe()
    os.close(out)
    try:
        with pytest.raises(BrokenPipeError):
            send(into, packed(b"P", 1.0))
    finally:
        os.close(into)
