"""How unrelated queries score in a space of one owner: what raw cosines are calibrated against."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenedex.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBackground:
    """The best cosines that unrelated queries reached."""

    quantiles: tuple[float, ...]  #: the deciles, 0.1 to 0.9
    vectors: int  #: how many there were in the space when it was measured


def read_backgrounds(tx: Transaction) -> dict[int, StoredBackground]:
    """Space id to what was measured there."""
    rows = tx.execute("select space_id, quantiles, samples from backgrounds where owner_id = %(owner)s")
    return {
        row["space_id"]: StoredBackground(quantiles=tuple(row["quantiles"]), vectors=row["samples"])
        for row in rows
    }


def write_background(tx: Transaction, space_id: int, quantiles: Sequence[float], vectors: int) -> None:
    """Keep a measurement; it replaces the one before."""
    tx.execute(
        """insert into backgrounds (owner_id, space_id, quantiles, samples)
        values (%(owner)s, %(space)s, %(quantiles)s, %(vectors)s)
        on conflict (owner_id, space_id) do update
          set quantiles = excluded.quantiles, samples = excluded.samples, made_at = now()""",
        {"space": space_id, "quantiles": list(quantiles), "vectors": vectors},
    )


def vectors_by_space(tx: Transaction) -> dict[int, int]:
    """Space id to how many vectors the owner has there."""
    rows = tx.execute(
        """select key::int as space_id, sum(value::bigint)::bigint as vectors
        from videos, jsonb_each_text(vectors) where owner_id = %(owner)s group by key"""
    )
    return {row["space_id"]: row["vectors"] for row in rows if row["vectors"]}
