"""Decodes ahead: frames are made in a thread of their own while those before them are looked at."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from scenedex.types import VideoTrack

AHEAD_PIXELS = 25_000_000
"""Pixels that may wait, in whole pictures."""

MOST_AHEAD = 8

T = TypeVar("T")


def ahead_of(track: VideoTrack | None) -> int:
    """How many pictures of a stream may wait; 0 where there is one processor, and nothing to gain."""
    if track is None or (os.cpu_count() or 1) == 1:
        return 0
    return max(1, min(MOST_AHEAD, AHEAD_PIXELS // max(1, track.coded_width * track.coded_height)))


class Ahead(Generic[T]):
    """What an iterable gives, made in a thread until `most` of it waits, by its `weight`; 0: in the caller's own.

    A context manager: at its end the thread is over. What goes wrong there is raised here, in its place.
    """

    def __init__(self, items: Iterable[T], most: int, weight: Callable[[T], int] = lambda _: 1) -> None:
        self._items, self._most, self._weight = iter(items), most, weight
        self._ready: deque[T] = deque()
        self._waiting = 0  # their weight
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._over = self._unwanted = False
        self._thread = threading.Thread(target=self._run, name="decode-ahead", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin, once."""
        if self._most:
            self._thread.start()

    def close(self) -> None:
        """Make no more, and wait until the thread is over."""
        with self._changed:
            self._unwanted = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if not self._most:
            return next(self._items)
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._over)
            if self._ready:
                item = self._ready.popleft()
                self._waiting -= self._weight(item)
                self._changed.notify_all()
                return item
        error, self._error = self._error, None
        raise error or StopIteration

    def _run(self) -> None:
        try:
            for item in self._items:
                with self._changed:
                    self._ready.append(item)
                    self._waiting += self._weight(item)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._unwanted or self._waiting < self._most)
                    if self._unwanted:
                        return
        except BaseException as exc:  # noqa: BLE001 - it is raised where the items are taken
            self._error = exc
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
