"""The ten nearest of all vectors of an owner, read from the tables, against what a search found."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.drawn_library import unit
from scenedex.store.spaces import partition
from scenedex.types import ChannelRow, VectorQuery


def nearest(admin: psycopg.Connection, owner: UUID, asked: Sequence[VectorQuery]) -> list[list[float]]:
    """The cosines of the ten nearest scenes of all vectors, for each query, all of one space."""
    space = asked[0].space
    queries = np.stack([query.vector for query in asked])
    best = [dict[bytes, float]() for _ in asked]
    rows = f"select scene_id, vector from {partition(space.id)} where owner_id = '{owner}'"
    copy = f"copy ({rows}) to stdout (format binary)"
    row = np.dtype([("head", "V6"), ("scene", "V16"), ("size", "V8"), ("vector", (">f2", space.dim))])
    for batch in _batches(admin, copy, row):
        cosines = queries @ unit(batch["vector"].astype(np.float32)).T
        for number, own in enumerate(cosines):
            for place in np.argpartition(-own, min(30, len(own) - 1))[:31]:
                scene, cosine = batch["scene"][place].tobytes(), float(own[place])
                best[number][scene] = max(cosine, best[number].get(scene, -1.0))
    return [sorted(one.values(), reverse=True)[:10] for one in best]


def _batches(
    admin: psycopg.Connection, query: str, row: np.dtype, size: int = 100_000
) -> Iterator[np.ndarray]:
    waiting, skip = bytearray(), 19
    with admin.cursor().copy(query) as copy:
        for block in copy:
            waiting += block[skip:]
            skip = max(0, skip - len(block))
            if len(waiting) >= size * row.itemsize:
                whole = len(waiting) // row.itemsize * row.itemsize
                yield np.frombuffer(bytes(waiting[:whole]), row)
                del waiting[:whole]
    whole = len(waiting) // row.itemsize * row.itemsize
    if whole:
        yield np.frombuffer(bytes(waiting[:whole]), row)


def recall(
    admin: psycopg.Connection, owner: UUID, seen: Mapping[str, Sequence[tuple[VectorQuery, list[ChannelRow]]]]
) -> float:
    """Print recall@10 of each kind; the mean over all that the engine asked for."""
    spaces = defaultdict(list)
    for kind, asked in seen.items():
        for query, rows in asked:
            spaces[query.space].append((kind, query, rows))
    shares = defaultdict(list)
    for asked in spaces.values():
        truth = nearest(admin, owner, [query for _, query, _ in asked])
        for (kind, _, rows), best in zip(asked, truth, strict=True):
            # a cosine of halves is off by up to 1e-3: of scenes that near any will do
            found = sum(row.raw >= best[-1] - 1e-3 for row in rows[:10])
            shares[kind].append(found / len(best))
    for kind, own in sorted(shares.items()):
        print(f"  recall@10 {kind:12s} {np.mean(own):.4f} ({len(own)} lists, worst {min(own):.1f})")
    return float(np.mean([share for own in shares.values() for share in own]))
