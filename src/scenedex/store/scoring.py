"""Given scenes, and no search: how each of their keyframes compares with a query, and the vectors themselves.

Both read by key. The vector index gives the nearest of all and cannot be asked about these few.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

import numpy as np
from psycopg.sql import SQL, Literal

from scenedex.store.database import Transaction
from scenedex.store.spaces import check_vector
from scenedex.types import Space, Vector, VectorQuery, Vectors

HEADER = 4
"""Bytes before the numbers of a halfvec as pgvector sends it: their count, and a word that is unused."""


def score_scenes(
    tx: Transaction, query: VectorQuery, scene_ids: Sequence[UUID]
) -> dict[UUID, tuple[tuple[float, float], ...]]:
    """Scene → (time in the video in seconds, cosine) of each keyframe, in order; one statement for all scenes.

    Of a keyframe that was seen in parts the best part counts. Scenes that have none in this space, or are not there,
    are left out. Raises UsageError for a vector that is no unit vector of its space.
    """
    check_vector(query)
    if not scene_ids:
        return {}
    parts = {"dim": Literal(query.space.dim), "space": Literal(query.space.id)}
    # as one text: the driver takes twice as long for a list of hundreds
    wanted = f"{{{','.join(map(str, set(scene_ids)))}}}"
    found: dict[UUID, list[tuple[float, float]]] = {}
    for scene, t_s, cosine in tx.tuples(
        SQL(SCORES).format(**parts), {"scenes": wanted, "vector": query.vector}
    ):
        found.setdefault(scene, []).append((t_s, cosine))
    return {scene: tuple(keyframes) for scene, keyframes in found.items()}


def scene_vectors(tx: Transaction, scene_id: UUID, space: Space) -> tuple[tuple[float, Vector], ...]:
    """(time in the video in seconds, unit vector) of each keyframe of a scene, or of its parts, in order; () without.

    The vectors have the precision of 16-bit floats.
    """
    rows = tx.execute(SQL(VECTORS).format(space=Literal(space.id)), {"scene": scene_id})
    return tuple((row["t_s"], _unit(row["vector"])) for row in rows)


def vectors_of(tx: Transaction, scene_ids: Sequence[UUID], space: Space) -> dict[UUID, Vectors]:
    """Scene → unit vectors of its keyframes, (n, dim); scenes without any are left out."""
    if not scene_ids:
        return {}
    rows = tx.execute(SQL(MANY).format(space=Literal(space.id)), {"scenes": list(set(scene_ids))})
    found: dict[UUID, list[Vector]] = {}
    for row in rows:
        found.setdefault(row["scene_id"], []).append(_unit(row["vector"]))
    return {scene: np.stack(vectors) for scene, vectors in found.items()}


def some_vectors(tx: Transaction, space: Space, count: int, without: UUID | None = None) -> Vectors:
    """Up to `count` vectors of the owner in this space, (n, dim), as good as by chance: scenes are numbered so.

    Those of the scene `without` are left out.

    They follow one another from a place drawn for each call, so that the cost does not grow with the library.
    """
    known = {"count": count, "from": uuid4(), "without": without}
    return _units(
        [sent for (sent,) in tx.tuples(SQL(SOME).format(space=Literal(space.id)), known)], space.dim
    )


def _unit(sent: bytes) -> Vector:
    return np.asarray(_units([sent], (len(sent) - HEADER) // 2)[0])


def _units(sent: Sequence[bytes], dim: int) -> Vectors:
    """Of halfvecs as pgvector sends them: a header, then one half float an element, big endian."""
    numbers = b"".join(each[HEADER:] for each in sent)
    vectors = np.frombuffer(numbers, ">f2").reshape(len(sent), dim).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


SCORES = """
select scene_id, t_s, max(1 - (vector::halfvec({dim}) <=> %(vector)s::halfvec({dim}))) as cosine from embeddings
where owner_id = %(owner)s and space_id = {space} and scene_id = any(%(scenes)s::uuid[]) and vector is not null
group by scene_id, t_s order by scene_id, t_s
"""

VECTORS = """
select t_s, halfvec_send(vector) as vector from embeddings
where owner_id = %(owner)s and space_id = {space} and scene_id = %(scene)s and vector is not null
order by ordinal
"""

MANY = """
select scene_id, halfvec_send(vector) as vector from embeddings
where owner_id = %(owner)s and space_id = {space} and scene_id = any(%(scenes)s) and vector is not null
order by scene_id, ordinal
"""

SOME = """
(select halfvec_send(vector) as vector from embeddings
 where owner_id = %(owner)s and space_id = {space} and scene_id >= %(from)s and vector is not null
   and scene_id is distinct from %(without)s::uuid
 order by scene_id limit %(count)s)
union all
(select halfvec_send(vector) from embeddings
 where owner_id = %(owner)s and space_id = {space} and scene_id < %(from)s and vector is not null
   and scene_id is distinct from %(without)s::uuid
 order by scene_id limit %(count)s)
limit %(count)s
"""
