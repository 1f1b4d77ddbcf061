"""So much work at once, and for so long."""

import asyncio
from contextlib import suppress
from threading import Event

import pytest

from scenedex.http.errors import ApiError
from scenedex.mcp_server.working import Working


def test_what_takes_too_long_holds_its_place_until_its_end() -> None:
    end = Event()

    async def run() -> None:
        working = Working(1, 0.05)
        with pytest.raises(ApiError, match="longer than"):
            await working.done(end.wait)
        with pytest.raises(ApiError, match="too much to do"):
            await working.done(lambda: 1)
        end.set()
        found = None
        while found is None:
            with suppress(ApiError):
                found = await working.done(lambda: 1)
            await asyncio.sleep(0.01)
        assert found == 1
        working.close()

    asyncio.run(run())


def test_a_failure_and_a_timeout_of_the_work_itself_come_through() -> None:
    def fail() -> None:
        raise TimeoutError("of the work")

    async def run() -> None:
        working = Working(1, 5.0)
        for _ in range(3):
            with pytest.raises(TimeoutError, match="of the work"):
                await working.done(fail)
        working.close()

    asyncio.run(run())
