"""Makes the items of several iterables at the same time, before somebody takes them, one iterable after another."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

FIRST_IN_LINE = 4
"""Items that may wait of the iterable that is taken next, however many wait of the others."""


class SideBySide(Generic[T]):
    """Threads that work through iterables in the order in which they were added. Close it.

    `most` items that count may wait in all of them together: more are made when some are taken.
    """

    def __init__(self, threads: int, most: int, counts: Callable[[T], bool] = lambda _: True) -> None:
        self._threads_wanted, self._most, self._counts = threads, most, counts
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._lines: deque[Line[T]] = deque()  # which are not closed, the next to be taken first
        self._to_do: deque[Line[T]] = deque()
        self._closed = False

    def add(self, items: Iterable[T]) -> "Line[T]":
        """One more; it begins once those before it leave a thread."""
        line = Line(self, iter(items))
        with self._changed:
            self._lines.append(line)
            self._to_do.append(line)
            self._changed.notify_all()
        if len(self._threads) < self._threads_wanted:
            thread = threading.Thread(target=self._run, name="side-by-side", daemon=True)
            thread.start()
            self._threads.append(thread)
        return line

    def close(self) -> None:
        """Make no more of anything, and wait until the threads are over."""
        with self._changed:
            self._closed = True
            for line in self._to_do:
                line.over = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def take(self, line: "Line[T]") -> T:
        """The next item of a line; raises what went wrong in its place, and StopIteration at its end."""
        with self._changed:
            self._changed.wait_for(lambda: line.ready or line.over or self._closed)
            if line.ready:
                item = line.ready.popleft()
                line.waiting -= self._counts(item)
                self._changed.notify_all()
                return item
        error, line.error = line.error, None
        raise error or StopIteration

    def drop(self, line: "Line[T]") -> None:
        """Make no more of it, and wait until nobody does."""
        with self._changed:
            line.unwanted = True
            if line in self._to_do:
                self._to_do.remove(line)
                line.over = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: line.over)
            if line in self._lines:
                self._lines.remove(line)
            self._changed.notify_all()

    def _run(self) -> None:
        while (line := self._next()) is not None:
            try:
                self._work(line)
            except BaseException as exc:  # noqa: BLE001 - it is raised where the items are taken
                line.error = exc
            with self._changed:
                line.over = True
                self._changed.notify_all()

    def _next(self) -> "Line[T] | None":
        with self._changed:
            self._changed.wait_for(lambda: self._to_do or self._closed)
            return None if self._closed else self._to_do.popleft()

    def _work(self, line: "Line[T]") -> None:
        items, line.items = line.items, iter(())  # so that a generator ends here, and not with the line
        for item in items:
            with self._changed:
                line.ready.append(item)
                line.waiting += self._counts(item)
                self._changed.notify_all()
                self._changed.wait_for(lambda: line.unwanted or self._closed or self._room(line))
                if line.unwanted or self._closed:
                    return

    def _room(self, line: "Line[T]") -> bool:
        if line is self._lines[0] and line.waiting < FIRST_IN_LINE:
            return True
        return sum(one.waiting for one in self._lines) < self._most


class Line(Generic[T]):
    """What one iterable gives, for one thread to take. Close it."""

    def __init__(self, makers: SideBySide[T], items: Iterator[T]) -> None:
        self._makers = makers
        self.items = items
        self.ready: deque[T] = deque()
        self.waiting = 0  # of them, those that count
        self.error: BaseException | None = None
        self.over = self.unwanted = False

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        return self._makers.take(self)

    def close(self) -> None:
        """It is wanted no more."""
        self._makers.drop(self)
