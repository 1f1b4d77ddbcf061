"""Work in threads: so much at once, and for so long."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

import anyio

from scenedex.http.errors import ApiError

_T = TypeVar("_T")


class Working:
    """Does what is asked in threads of its own. `most` at once; who comes beyond that is told to come again."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._places = BoundedSemaphore(most)
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="tool")

    async def done(self, work: Callable[[], _T]) -> _T:
        """What `work` gives back. Raises what it raises, and ApiError: 429 for too much, 504 for too long.

        A thread cannot be stopped: what takes too long goes on, and holds its place until its end.
        """
        if not self._places.acquire(blocking=False):
            raise ApiError(429, "too_many_requests", "The server has too much to do: ask again in a second.")
        future = self._threads.submit(contextvars.copy_context().run, work)
        future.add_done_callback(self._over)
        try:
            with anyio.fail_after(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError as exc:
            if future.done() and not future.cancelled():  # it was the work that said so
                raise
            raise ApiError(
                504,
                "timeout",
                f"The answer took longer than {self._seconds:g} s, which is all it may: ask for less.",
            ) from exc

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _over(self, _: "Future[_T]") -> None:
        self._places.release()
