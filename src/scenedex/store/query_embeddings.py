"""Embeddings of queries, by the hash of their text. They belong to no owner, and nobody waits for them."""

from collections.abc import Mapping, Sequence

import numpy as np

from scenedex.store.database import Statements
from scenedex.types import Vector


def read_query_vectors(
    tx: Statements, digest: bytes, spaces: Sequence[int], lifetime_s: float
) -> dict[int, tuple[Vector, float]]:
    """Space id → vector and its age in seconds, where there is one that is younger than `lifetime_s`."""
    rows = tx.execute(
        """select space_id, vector::real[] as vector,
          greatest(extract(epoch from now() - made_at), 0)::float8 as age_s
        from query_embeddings
        where query_hash = %(digest)s and space_id = any(%(spaces)s::int[])
          and made_at > now() - make_interval(secs => %(lifetime_s)s)""",
        {"digest": digest, "spaces": list(spaces), "lifetime_s": lifetime_s},
    )
    return {row["space_id"]: (np.array(row["vector"], dtype=np.float32), row["age_s"]) for row in rows}


def write_query_vectors(tx: Statements, digest: bytes, vectors: Mapping[int, Vector]) -> None:
    """Keep a query's vectors, by the id of their space, as half floats. What another search writes is left to it."""
    tx.execute_many(
        # without the lock this would wait for the end of a search that writes the same
        """insert into query_embeddings (space_id, query_hash, vector)
        select %(space)s, %(digest)s, %(vector)s::halfvec
        where pg_try_advisory_xact_lock(hashtextextended(encode(%(digest)s, 'hex'), %(space)s))
        on conflict (space_id, query_hash) do update set vector = excluded.vector, made_at = excluded.made_at""",
        [{"space": space, "digest": digest, "vector": vector} for space, vector in sorted(vectors.items())],
    )


def forget_old(tx: Statements, lifetime_s: float, limit: int) -> int:
    """Remove up to `limit` rows that are older than that; how many."""
    rows = tx.execute(
        """delete from query_embeddings where (space_id, query_hash) in (
          select space_id, query_hash from query_embeddings
          where made_at < now() - make_interval(secs => %(lifetime_s)s)
          limit %(limit)s for update skip locked) returning space_id""",
        {"lifetime_s": lifetime_s, "limit": limit},
    )
    return len(rows)
