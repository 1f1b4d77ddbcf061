"""How much may be held at once: counted, so that memory is bounded and nobody waits in a queue without end."""

from collections.abc import Iterator
from contextlib import contextmanager

from scenedex.http.errors import ApiError

RETRY_AFTER_S = 1


class Places:
    """So many of something at once. For one thread."""

    def __init__(self, most: int, what: str) -> None:
        self.most = most
        self.held = 0
        self._what = what

    @contextmanager
    def taken(self, count: int) -> Iterator[None]:
        """Hold `count` of them. Raises ApiError: 429 where they are not free now, 413 where they never are."""
        self.take(count)
        try:
            yield
        finally:
            self.held -= count

    def take(self, count: int) -> None:
        """Hold so many more; whoever does takes them off `held` again. Raises as `taken` does."""
        if count > self.most:
            raise ApiError(
                413, "too_large", f"These are {count:,} {self._what}; {self.most:,} at once are the most."
            )
        if self.held + count > self.most:
            raise ApiError(
                429,
                "too_many_requests",
                f"The server has too much to do ({self.held:,} {self._what}): ask again in {RETRY_AFTER_S} s.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        self.held += count
