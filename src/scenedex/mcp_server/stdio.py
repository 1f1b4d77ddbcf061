"""Over stdin and stdout, which belong to the protocol: whatever else would be printed goes to stderr."""

import asyncio
import fcntl
import io
import os
import select
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import anyio
import anyio.to_thread
from mcp.server import Server
from mcp.server.stdio import stdio_server

BLOCK = 65_536
FIRST_FREE = 3
"""The lowest number of a file that is not stdin, stdout or stderr."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What stdin and stdout were, under other numbers."""

    reading: int
    writing: int


@contextmanager
def taken() -> Iterator[Wire]:
    """Take stdin and stdout for the protocol. Within the block stdin is empty, and stdout is stderr.

    So no child process reads what the client says, and nothing that a library prints is taken for an answer.
    """
    wire = Wire(reading=_elsewhere(0), writing=_elsewhere(1))
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    try:
        yield wire
    finally:
        os.dup2(wire.reading, 0)
        os.dup2(wire.writing, 1)
        os.close(wire.reading)
        os.close(wire.writing)


def answer(server: Server[Any], wire: Wire, longest: int) -> None:
    """Answer until the client closes its end, or SIGINT or SIGTERM comes. `longest`: bytes of a message."""
    asyncio.run(_answer(server, wire, longest))


async def _answer(server: Server[Any], wire: Wire, longest: int) -> None:
    loop = asyncio.get_running_loop()
    with anyio.CancelScope() as scope, open(wire.writing, "wb", closefd=False) as out:
        for number in SIGNALS:
            loop.add_signal_handler(number, _end, loop, scope)
        lines = cast("anyio.AsyncFile[str]", Lines(wire.reading, longest))
        writing = anyio.wrap_file(io.TextIOWrapper(out, encoding="utf-8", newline="\n"))
        async with stdio_server(lines, writing) as (read, write):
            await server.run(read, write, server.create_initialization_options())


def _end(loop: asyncio.AbstractEventLoop, scope: anyio.CancelScope) -> None:
    """The second signal ends the process as signals do."""
    for number in SIGNALS:
        loop.remove_signal_handler(number)
    scope.cancel()


class Lines:
    """The lines that come from a file number. Waiting for them can be cancelled, which reading a file cannot.

    A line of more than `longest` bytes becomes an empty one: no message.
    """

    def __init__(self, reading: int, longest: int) -> None:
        self._reading, self._longest = reading, longest

    async def __aiter__(self) -> AsyncIterator[str]:
        held, dropped = bytearray(), False
        while block := await self._block():
            *whole, rest = block.split(b"\n")
            for part in whole:
                held += part
                too_long = dropped or len(held) > self._longest
                yield "" if too_long else held.decode("utf-8", "replace")
                held, dropped = bytearray(), False
            held += rest
            if len(held) > self._longest:
                held, dropped = bytearray(), True

    async def _block(self) -> bytes:
        """The next bytes; none at the end."""
        awake, wake = os.pipe()
        try:
            return await anyio.to_thread.run_sync(self._read, awake, abandon_on_cancel=True)
        finally:
            os.close(wake)

    def _read(self, awake: int) -> bytes:
        """In a thread; the other end of `awake` is closed where nobody waits any more."""
        try:
            ready, _, _ = select.select([self._reading, awake], [], [])
            return os.read(self._reading, BLOCK) if awake not in ready else b""
        except OSError:
            return b""
        finally:
            os.close(awake)


def _elsewhere(number: int) -> int:
    return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE)
