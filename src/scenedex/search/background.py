"""How unrelated queries score in a space of this library, measured, so that a cosine there means something.

Each query of `unrelated.txt` is asked; the best cosine of each is what chance finds. The curve through their median and
ninth decile makes a cosine that one unrelated query in ten reaches worth 0.5, and the median 0.1.
"""

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from scenedex.search.calibration import Background
from scenedex.store.backgrounds import StoredBackground, write_background
from scenedex.store.channels import search_channels
from scenedex.store.database import Transaction
from scenedex.types import Filters, Space, Vector, VectorQuery

GROWTH = 0.2
"""A library that has grown or shrunk by this part since the measurement is measured again."""

NARROWEST = 0.01
"""Least cosine for a unit of log odds: a handful of scenes may all be as far from everything."""


@cache
def unrelated_queries() -> tuple[str, ...]:
    """Texts about all sorts of things, most of which any one library does not have."""
    return tuple(files("scenedex.search").joinpath("unrelated.txt").read_text(encoding="utf-8").splitlines())


def background_of(stored: StoredBackground) -> Background:
    """The curve of a measurement."""
    median, ninth = stored.quantiles[4], stored.quantiles[8]
    return Background(even=ninth, scale=max((ninth - median) / math.log(9.0), NARROWEST))


def is_stale(stored: StoredBackground | None, vectors: int) -> bool:
    """Whether a space of so many vectors has to be measured (again)."""
    return stored is None or abs(vectors - stored.vectors) > GROWTH * stored.vectors


def measure(
    tx: Transaction, space: Space, embedded: Sequence[Vector | None], vectors: int
) -> Background | None:
    """Ask every unrelated query, `embedded` in this space, and keep what they reach; None without vectors to ask."""
    best = []
    for vector in embedded:
        if vector is None:
            continue
        query = VectorQuery(channel="visual", space=space, vector=vector)
        rows = search_channels(tx, terms=(), vectors=[query], filters=Filters(), k=1)
        best += [row.raw for row in rows]
    if not best:
        return None
    quantiles = tuple(float(q) for q in np.quantile(best, np.arange(1, 10) / 10))
    write_background(tx, space.id, quantiles, vectors)
    return background_of(StoredBackground(quantiles=quantiles, vectors=vectors))
