"""A bounded number of streams, and no owner who has them all."""

from collections import Counter
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from scenedex.http.errors import ApiError

MAX_STREAMS = 64
MAX_OF_ONE = 16
RETRY_AFTER_S = 10


class Streams:
    """Who watches at the moment. Safe in threads."""

    def __init__(self, most: int = MAX_STREAMS, most_of_one: int = MAX_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._open: Counter[UUID] = Counter()
        self._lock = Lock()

    def take(self, owner: UUID) -> Callable[[], None]:
        """A place; call what comes back, once, when the stream has ended. Raises ApiError (429)."""
        with self._lock:
            if self._open.total() >= self._most or self._open[owner] >= self._most_of_one:
                raise ApiError(
                    429,
                    "too_many_requests",
                    "Too many watch at once: close a page, or ask again in a few seconds.",
                    headers={"Retry-After": str(RETRY_AFTER_S)},
                )
            self._open[owner] += 1

        def leave() -> None:
            with self._lock:
                self._open[owner] -= 1
                self._open += Counter()  # without those that are at 0

        return leave
