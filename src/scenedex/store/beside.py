"""Statements of one search side by side: a part of it on another connection, by another process of the server."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from scenedex.store.database import Database, Transaction

AT_ONCE = 3
"""Parts that run beside their searches: what words and sounds bring, its pictures, and what is kept. With more searches
at once the server's processors have enough to do."""

_T = TypeVar("_T")


class Beside:
    """Runs parts of searches in threads of its own, a transaction each. Safe in threads; `close()` it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, owner: UUID, part: Callable[[Transaction], _T]) -> Future[_T] | None:
        """Begin a part; None where others run already: then it is the caller's to do."""
        if not self._free.acquire(blocking=False):
            return None
        try:
            with self._lock:
                self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="beside")
                return self._threads.submit(self._run, owner, part)
        except BaseException:
            self._free.release()
            raise

    def close(self) -> None:
        """Wait for what runs, and end the threads."""
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown()

    def _run(self, owner: UUID, part: Callable[[Transaction], _T]) -> _T:
        try:
            with self._database.transaction(owner, keep_plans=True) as tx:
                return part(tx)
        finally:
            self._free.release()
