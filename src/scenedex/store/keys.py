"""Keys of one owner, the sessions that were got with them, and the search for a key before its owner is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL

from scenedex.store.database import Row, Statements, Transaction
from scenedex.store.encoding import plain
from scenedex.store.tokens import Token
from scenedex.types import Access

COLUMNS: LiteralString = "id, access, label, created_at, expires_at, last_used_at, revoked_at"

MAX_SESSIONS = 100
"""Of one key at a time; the oldest make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What lets a program in, without its secret."""

    id: UUID
    access: Access
    label: str
    created_at: str  #: ISO 8601, UTC, as the others
    expires_at: str | None = None
    last_used_at: str | None = None  #: to five minutes
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """A key or session that lets its holder in, if the secret fits."""

    owner_id: UUID
    id: UUID
    secret_hash: bytes
    access: Access
    session_of: UUID | None
    unnoted: bool  #: its use was not noted for five minutes


def find_key(statements: Statements, key_id: UUID) -> FoundKey | None:
    """The key or session of this id, unless it is revoked or expired, whoever its owner is."""
    rows = statements.execute(
        "select owner_id, id, secret_hash, access, session_of, unnoted from find_api_key(%(key)s)",
        {"key": key_id},
    )
    return FoundKey(**rows[0]) if rows else None


def note_use(tx: Transaction, key_id: UUID) -> None:
    """Keep that the key was used now. Whoever is noting it at the same time does it for all."""
    tx.execute(
        """update api_keys set last_used_at = now() where owner_id = %(owner)s and id = (
          select id from api_keys where owner_id = %(owner)s and id = %(key)s
          for no key update skip locked)""",
        {"key": key_id},
    )


def keys_of(tx: Transaction) -> list[ApiKey]:
    """The owner's keys, the newest first, with those that are expired or revoked; no sessions."""
    rows = tx.execute(
        SQL(
            """select {} from api_keys where owner_id = %(owner)s and session_of is null
            order by created_at desc, id"""
        ).format(SQL(COLUMNS))
    )
    return [_key(row) for row in rows]


def write_key(
    tx: Transaction, token: Token, access: Access, label: str, expires_at: datetime | None
) -> ApiKey:
    """Keep a new key."""
    rows = tx.execute(
        SQL(
            """insert into api_keys (owner_id, id, secret_hash, access, label, expires_at)
            values (%(owner)s, %(id)s, %(digest)s, %(access)s, %(label)s, %(expires)s) returning {}"""
        ).format(SQL(COLUMNS)),
        {
            "id": token.id,
            "digest": token.digest(),
            "access": access,
            "label": plain(label),
            "expires": expires_at,
        },
    )
    return _key(rows[0])


def revoke_key(tx: Transaction, key_id: UUID) -> ApiKey | None:
    """Let the key in no more, nor the sessions got with it; None where this owner has no such key."""
    rows = tx.execute(
        SQL(
            """update api_keys set revoked_at = coalesce(revoked_at, now())
            where owner_id = %(owner)s and id = %(key)s and session_of is null returning {}"""
        ).format(SQL(COLUMNS)),
        {"key": key_id},
    )
    return _key(rows[0]) if rows else None


def write_session(tx: Transaction, token: Token, key_id: UUID, seconds: float) -> None:
    """Keep a session that was got with this key, for so long; it ends with the key, if that is sooner.

    What is over is forgotten, and so is the oldest of more than MAX_SESSIONS.
    """
    params = {
        "id": token.id,
        "digest": token.digest(),
        "key": key_id,
        "seconds": seconds,
        "kept": MAX_SESSIONS - 1,
    }
    tx.execute(
        """delete from api_keys where owner_id = %(owner)s and session_of is not null and (expires_at < now()
          or id in (select id from api_keys where owner_id = %(owner)s and session_of = %(key)s
            order by created_at desc offset %(kept)s))""",
        params,
    )
    tx.execute(
        """insert into api_keys (owner_id, id, secret_hash, access, expires_at, session_of)
        select owner_id, %(id)s, %(digest)s, access, now() + make_interval(secs => %(seconds)s), id
        from api_keys where owner_id = %(owner)s and id = %(key)s and session_of is null""",
        params,
    )


def end_session(tx: Transaction, session: UUID) -> None:
    """Forget a session."""
    tx.execute(
        "delete from api_keys where owner_id = %(owner)s and id = %(id)s and session_of is not null",
        {"id": session},
    )


def has_keys(statements: Statements) -> bool:
    """Whether the transaction sees a key that lets anybody in."""
    rows = statements.execute(
        """select 1 as there from api_keys where session_of is null and revoked_at is null
          and (expires_at is null or expires_at > now()) limit 1"""
    )
    return bool(rows)


def _key(row: Row) -> ApiKey:
    times = {
        name: moment.isoformat(timespec="seconds") if (moment := row[name]) is not None else None
        for name in ("created_at", "expires_at", "last_used_at", "revoked_at")
    }
    return ApiKey(**{**row, **times})
