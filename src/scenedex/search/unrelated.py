"""The unrelated queries of `background.py`, embedded in a thread while something else is waited for."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from scenedex.embeddings.encoder import TextEncoder
from scenedex.errors import EncoderError
from scenedex.search.background import unrelated_queries
from scenedex.types import Space, Vector, words_space

Queries = Callable[[Space], TextEncoder]
"""Gives the encoder of queries for a space; raises EncoderError when this machine has none."""


class Unrelated:
    """What the unrelated queries are in each space: found out when it is asked for, or ahead. Safe in threads. Close
    it."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="unrelated")
        self._lock = threading.Lock()
        self._begun: dict[int, Future[Sequence[Vector | None]]] = {}

    def close(self) -> None:
        """Wait for what is under way, and leave the rest."""
        self._pool.shutdown(cancel_futures=True)

    def begin(self, spaces: Iterable[Space]) -> None:
        """Begin to embed them in these spaces; nothing is waited for."""
        with self._lock:
            for space in spaces:
                if space.id not in self._begun:
                    self._begun[space.id] = self._pool.submit(self._now, space)

    def embedded(self, space: Space) -> Sequence[Vector | None]:
        """The vectors in this space, in the order of the queries. Raises EncoderError.

        What failed ahead is tried once more: an encoder elsewhere may be back.
        """
        with self._lock:
            begun = self._begun.get(space.id)
        if begun is not None and not isinstance(begun.exception(), EncoderError):
            return begun.result()
        return self._now(space)

    def _now(self, space: Space) -> Sequence[Vector | None]:
        return self._queries(words_space(space)).embed(unrelated_queries())
