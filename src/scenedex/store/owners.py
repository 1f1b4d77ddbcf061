"""Who has rows here. Only the operator sees all of them; an owner sees their own name."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL

from scenedex.store.database import Row, Statements, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody who has videos of their own here, and sees nobody else's."""

    id: UUID
    name: str
    created_at: str  #: ISO 8601, UTC


COLUMNS: LiteralString = "id, name, created_at"


def owners(statements: Statements) -> list[Owner]:
    """All owners that the transaction sees, by name."""
    query = SQL("select {} from owners order by name").format(SQL(COLUMNS))
    return [_owner(row) for row in statements.execute(query)]


def own_entry(tx: Transaction) -> Owner | None:
    """The owner whose transaction this is; None where nobody has given them a name."""
    query = SQL("select {} from owners where id = %(owner)s").format(SQL(COLUMNS))
    rows = tx.execute(query)
    return _owner(rows[0]) if rows else None


def find_owner(statements: Statements, name: str) -> Owner | None:
    """The owner of this name."""
    query = SQL("select {} from owners where name = %(name)s").format(SQL(COLUMNS))
    rows = statements.execute(query, {"name": name})
    return _owner(rows[0]) if rows else None


def write_owner(statements: Statements, owner_id: UUID, name: str) -> Owner | None:
    """Keep a new owner; None where the name is taken."""
    query = SQL(
        "insert into owners (id, name) values (%(id)s, %(name)s) on conflict do nothing returning {}"
    ).format(SQL(COLUMNS))
    rows = statements.execute(query, {"id": owner_id, "name": name})
    return _owner(rows[0]) if rows else None


def remove_owner(statements: Statements, owner_id: UUID) -> bool:
    """Forget an owner with their keys, settings and entities, unless they have videos; whether it was done."""
    params = {"id": owner_id}
    gone = statements.execute(
        """delete from owners where id = %(id)s
          and not exists (select from videos where owner_id = %(id)s) returning id""",
        params,
    )
    if gone:
        statements.execute("delete from owner_settings where owner_id = %(id)s", params)
        statements.execute("delete from saved_searches where owner_id = %(id)s", params)
        statements.execute("delete from forgotten_files where owner_id = %(id)s", params)
        statements.execute("delete from backgrounds where owner_id = %(id)s", params)
        statements.execute("delete from entities where owner_id = %(id)s", params)
        statements.execute("delete from baselines where owner_id = %(id)s", params)
    return bool(gone)


def _owner(row: Row) -> Owner:
    return Owner(**{**row, "created_at": row["created_at"].isoformat(timespec="seconds")})
