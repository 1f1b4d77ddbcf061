"""What an owner has chosen for the library to remember."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from scenedex.store.database import Statements, Transaction
from scenedex.store.encoding import plain_json


def preference(tx: Transaction, name: str) -> Any:
    """The value kept under this name; None where nothing is."""
    rows = tx.execute(
        "select value from owner_settings where owner_id = %(owner)s and name = %(name)s", {"name": name}
    )
    return rows[0]["value"] if rows else None


def preferences(tx: Transaction) -> dict[str, Any]:
    """All that is kept, by name."""
    rows = tx.execute("select name, value from owner_settings where owner_id = %(owner)s order by name")
    return {row["name"]: row["value"] for row in rows}


def owners_who_prefer(statements: Statements, name: str) -> list[UUID]:
    """For the operator: the owners who keep something under this name."""
    rows = statements.execute(
        "select owner_id from owner_settings where name = %(name)s order by owner_id", {"name": name}
    )
    return [row["owner_id"] for row in rows]


def prefer(tx: Transaction, name: str, value: Any) -> None:
    """Keep a value under this name; it replaces the one before."""
    tx.execute(
        """insert into owner_settings (owner_id, name, value) values (%(owner)s, %(name)s, %(value)s)
        on conflict (owner_id, name) do update set value = excluded.value""",
        {"name": name, "value": plain_json(value)},
    )


def forget(tx: Transaction, names: Sequence[str]) -> None:
    """Keep nothing under these names any more."""
    tx.execute(
        "delete from owner_settings where owner_id = %(owner)s and name = any(%(names)s)",
        {"names": list(names)},
    )
