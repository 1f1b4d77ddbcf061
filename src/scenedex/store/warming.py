"""What searches of a large library will read, read before the first one comes.

A walk touches thousands of pages all over its index: from a disk that is seconds, from memory milliseconds.
"""

import time
from collections.abc import Sequence
from contextlib import suppress

from scenedex.store.channels import search_channels
from scenedex.store.database import Database, Transaction
from scenedex.store.scoring import some_vectors
from scenedex.types import Filters, Space, VectorQuery

WALKS = 400
"""Searches for vectors that are there, in each space: they bring most of its index into PostgreSQL's own cache."""

DEPTH = 100  #: scenes of each: as many as a channel offers
BLOCK = 1 << 20
AT_MOST_S = 120.0


def read_ahead(database: Database) -> int:
    """Read the files of an embedded server, so that the system has them in memory; the bytes read, 0 elsewhere."""
    folder, read, until = database.files(), 0, time.monotonic() + AT_MOST_S
    for path in sorted(folder.glob("*/*")) if folder else ():
        with suppress(OSError), path.open("rb", buffering=0) as file:  # one may go, or not be ours to read
            while time.monotonic() < until and (block := len(file.read(BLOCK))):
                read += block
    return read


def walk(tx: Transaction, spaces: Sequence[Space], walks: int = WALKS) -> int:
    """Search for vectors of each space; how many were asked for."""
    asked, until = 0, time.monotonic() + AT_MOST_S
    for space in spaces:
        for vector in some_vectors(tx, space, walks):
            if time.monotonic() > until:
                return asked
            query = VectorQuery(channel="anchor", space=space, vector=vector)
            search_channels(tx, terms=(), vectors=[query], filters=Filters(), k=DEPTH)
            asked += 1
    return asked
