"""Names that people give: what is kept of one, and when two are the same."""

import unicodedata
from typing import Literal
from uuid import UUID

from psycopg.sql import SQL, Identifier

from scenedex.errors import UsageError
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain

MAX_NAME = 200
"""Characters of a name."""

MAX_BYTES = 2_000
"""Of what names are compared by: an index entry has a limit, and some characters become eighteen."""


def checked_name(name: str) -> str:
    """The name as it is kept: composed (NFC), blanks around it and double ones left out. Raises UsageError."""
    kept = " ".join(unicodedata.normalize("NFC", plain(name)).split())
    if not kept or not any(character.isprintable() for character in kept):
        raise UsageError("A name is missing: say what it is to be called.")
    if len(kept) > MAX_NAME or len(folded(kept).encode()) > MAX_BYTES:
        raise UsageError(f"The name has {len(kept):,} characters, {MAX_NAME} are allowed.")
    return kept


def folded(name: str) -> str:
    """The same for names that differ in case, width or blanks alone."""
    return " ".join(unicodedata.normalize("NFKC", plain(name)).casefold().split())


def rename(tx: Transaction, table: Literal["entities", "baselines", "bins"], row_id: UUID, name: str) -> bool:
    """Give what is there another name; false where another one of that table has it. Raises UsageError."""
    kept = checked_name(name)
    rows = tx.execute(
        SQL(
            """update {table} set name = %(name)s, folded = %(folded)s
            where owner_id = %(owner)s and id = %(id)s and not exists (
              select from {table} o where o.owner_id = %(owner)s and o.folded = %(folded)s and o.id <> %(id)s)
            returning id"""
        ).format(table=Identifier(table)),
        {"id": row_id, "name": kept, "folded": folded(kept)},
    )
    return bool(rows)
