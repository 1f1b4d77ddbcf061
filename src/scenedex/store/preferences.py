"""What an owner has chosen for the library to remember."""

from typing import Any

from scenedex.store.database import Transaction
from scenedex.store.encoding import plain_json


def preference(tx: Transaction, name: str) -> Any:
    """The value kept under this name; None where nothing is."""
    rows = tx.execute(
        "select value from owner_settings where owner_id = %(owner)s and name = %(name)s", {"name": name}
    )
    return rows[0]["value"] if rows else None


def prefer(tx: Transaction, name: str, value: Any) -> None:
    """Keep a value under this name; it replaces the one before."""
    tx.execute(
        """insert into owner_settings (owner_id, name, value) values (%(owner)s, %(name)s, %(value)s)
        on conflict (owner_id, name) do update set value = excluded.value""",
        {"name": name, "value": plain_json(value)},
    )
