"""Embeddings of queries that were asked before: in memory, then in the database, for an hour.

Both know a query by the SHA-256 of its text, so that nobody reads in them what others looked for. The database keeps
half floats. That changes no result: the store compares half floats anyway, and what comes back is used as it is, so
the same halves go into the search again. For everything else its cosine with the first vector is over 0.9999.
"""

import hashlib
import logging
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenedex.errors import ScenedexError
from scenedex.store.database import Transaction
from scenedex.store.query_embeddings import forget_old, read_query_vectors, write_query_vectors
from scenedex.types import Space, Vector

log = logging.getLogger(__name__)

SIZE = 4096
"""Vectors in memory; of 768 dimensions they take 13 MB."""

LIFETIME_S = 3600.0

CLEAN_ONE_IN = 64
"""One query in so many, chosen by its hash, removes old rows: so each process does, however short it lives."""

CLEAN_AT_ONCE = 16 * CLEAN_ONE_IN
"""Old rows that are removed together: more than are written meanwhile, and never more than a few milliseconds."""

_Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCounts:
    """What became of the questions to a cache, since it was made."""

    hits_memory: int = 0
    hits_database: int = 0
    misses: int = 0


class QueryCache:
    """Safe to share between threads. What goes wrong in it is a miss."""

    def __init__(
        self,
        *,
        size: int = SIZE,
        lifetime_s: float = LIFETIME_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size = size
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[float, Vector]] = OrderedDict()
        self._counts = {"hits_memory": 0, "hits_database": 0, "misses": 0}

    @property
    def counts(self) -> CacheCounts:
        """Hits and misses, one for each space of each query."""
        with self._lock:
            return CacheCounts(**self._counts)

    def find(self, tx: Transaction | None, text: str, spaces: Sequence[Space]) -> dict[str, Vector]:
        """Name of the space → vector of this text, where it is known. Without `tx` only from memory."""
        digest = digest_of(text)
        found = {
            space.name: vector for space in spaces if (vector := self._recall(space, digest)) is not None
        }
        missing = [space for space in spaces if space.name not in found]
        read = self._read(tx, digest, missing) if tx and missing else {}
        with self._lock:
            self._counts["hits_memory"] += len(found)
            self._counts["hits_database"] += len(read)
            self._counts["misses"] += len(missing) - len(read)
        return found | read

    def remember(self, space: Space, text: str, vector: Vector) -> None:
        """Keep it in memory."""
        self._remember(space, digest_of(text), vector, 0.0)

    def store(self, tx: Transaction, text: str, vectors: Mapping[Space, Vector]) -> None:
        """Keep them in the database, by the ids of their spaces. What fails leaves the transaction usable."""
        digest = digest_of(text)
        stored = {space.id: vector for space, vector in vectors.items() if space.id}
        try:
            with tx.savepoint():
                write_query_vectors(tx, digest, stored)
                if int.from_bytes(digest[:4]) % CLEAN_ONE_IN == 0:
                    forget_old(tx, self._lifetime_s, CLEAN_AT_ONCE)
        except ScenedexError as exc:
            log.warning("a query's embedding is not kept in the database: %s", exc)

    def _read(self, tx: Transaction, digest: bytes, spaces: Sequence[Space]) -> dict[str, Vector]:
        try:
            with tx.savepoint():
                rows = read_query_vectors(
                    tx, digest, [space.id for space in spaces if space.id], self._lifetime_s
                )
        except ScenedexError as exc:
            log.warning("the embeddings of earlier queries cannot be read: %s", exc)
            return {}
        found = {}
        for space in spaces:
            vector, age_s = rows.get(space.id, (None, 0.0))
            if vector is not None and _is_unit(vector, space.dim):
                found[space.name] = self._remember(space, digest, vector, age_s)
        return found

    def _recall(self, space: Space, digest: bytes) -> Vector | None:
        key = (space.name, digest)
        with self._lock:
            until, vector = self._kept.get(key, (0.0, None))
            if vector is None:
                return None
            if until <= self._clock():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return vector

    def _remember(self, space: Space, digest: bytes, vector: Vector, age_s: float) -> Vector:
        kept = np.array(vector, dtype=np.float32)
        kept.flags.writeable = False  # several searches share it
        key = (space.name, digest)
        with self._lock:
            self._kept[key] = (self._clock() + self._lifetime_s - age_s, kept)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return kept


def normalised(text: str) -> str:
    """The text as encoders of queries see it: NFC, single spaces. Its case stays: not every model ignores it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def digest_of(text: str) -> bytes:
    """What a normalised text is known by: 32 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _is_unit(vector: Vector, dim: int) -> bool:
    return vector.shape == (dim,) and bool(abs(float(np.linalg.norm(vector)) - 1.0) < 0.01)
