"""Lines from a file number."""

import asyncio
import os
from pathlib import Path

from scenedex.mcp_server.stdio import BLOCK, Lines


async def lines(reading: int, longest: int = 1_000) -> list[str]:
    return [line async for line in Lines(reading, longest)]


def test_lines_come_whole_and_long_ones_are_no_messages(tmp_path: Path) -> None:
    file = tmp_path / "said"
    file.write_bytes(
        b"one\n" + b"x" * (3 * BLOCK) + b"\ntwo \xff\r\n" + b"y" * 1_001 + b"\n\nlast without an end"
    )
    with file.open("rb") as opened:
        assert asyncio.run(lines(opened.fileno())) == ["one", "", "two \ufffd\r", "", ""]


def test_waiting_for_a_line_can_be_cancelled() -> None:
    """Reading a pipe in which nothing comes blocks its thread, which would keep the process from ending."""
    reading, writing = os.pipe()

    async def wait() -> None:
        await asyncio.wait_for(lines(reading), 0.05)

    try:
        asyncio.run(wait())
    except TimeoutError:
        pass
    else:
        raise AssertionError("it did not wait")
    finally:
        os.close(writing)
        os.close(reading)
