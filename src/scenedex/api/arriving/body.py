"""The body of a request, block by block, handed to threads that write it."""

from collections.abc import AsyncIterator, Callable

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

BLOCK_BYTES = 1 << 20
IDLE_S = 60.0  #: a sender that is silent for longer than this is gone


async def pour(request: Request, write: Callable[[bytes], object]) -> bool:
    """Give the body to `write`, which runs in a thread. False where it broke off; all that came was written then.

    What `write` raises ends it.
    """
    waiting = bytearray()
    whole = True
    parts = request.stream()
    while True:
        part = await _next(parts)
        if part is None:
            whole = False
            break
        if not part:
            break
        waiting += part
        if len(waiting) >= BLOCK_BYTES:
            block = bytes(waiting)
            waiting.clear()
            await run_in_threadpool(write, block)
    if waiting:
        await run_in_threadpool(write, bytes(waiting))
    return whole


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    """The next part that is not empty, b"" at the end, or None where it breaks off."""
    try:
        with anyio.fail_after(IDLE_S):
            async for part in parts:
                if part:
                    return part
            return b""
    except (ClientDisconnect, TimeoutError):
        return None
