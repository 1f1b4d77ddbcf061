"""Numbered SQL files, applied in order, each once. `sql/schema.sql` is their sum (a test holds the two together)."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from psycopg import Connection, errors
from psycopg.rows import DictRow

from scenedex.errors import NewerLibraryError, OldDatabaseError, StoreError
from scenedex.store.connections import our_errors

MIN_POSTGRES = 15  #: views with security_invoker
MIN_PGVECTOR = (0, 8, 2)  #: before it, parallel index builds can overflow a buffer
LOCK = "scenedex migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: bytes


@dataclass(frozen=True, slots=True)
class State:
    """What a database has, as far as it decides whether we can work with it."""

    pgvector: str | None  #: version of the extension, None where it is not there
    roles: bool  #: ours are there
    number: int  #: newest migration; 0 for none


@cache
def migrations() -> tuple[Migration, ...]:
    """All that this scenedex knows, in order."""
    found = []
    for file in (files("scenedex.store") / "sql").iterdir():
        if match := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name):
            found.append(Migration(int(match[1]), match[2], file.read_bytes()))
    return tuple(sorted(found, key=lambda migration: migration.number))


def newest() -> int:
    """Number of the newest migration that this scenedex knows."""
    return migrations()[-1].number


def state(connection: Connection[DictRow]) -> State:
    """What this database has. Two quick queries."""
    with our_errors():
        row = one(
            connection,
            """select (select extversion from pg_extension where extname = 'vector') as pgvector,
                      (select count(*) from pg_roles where rolname in ('scenedex_app', 'scenedex_operator')) as roles,
                      to_regclass('public.schema_migrations') is not null as begun""",
        )
        number = 0
        if row["begun"]:
            number = one(connection, "select coalesce(max(number), 0) as number from schema_migrations")[
                "number"
            ]
        return State(row["pgvector"], row["roles"] == 2, number)


def check(connection: Connection[DictRow]) -> State:
    """The state of a database that we can work with, or could after migrating.

    Raises OldDatabaseError or NewerLibraryError, or StoreError where its encoding cannot hold every text.
    """
    encoding = connection.info.parameter_status("server_encoding") or "UTF8"
    if encoding != "UTF8":
        raise StoreError(
            f"The database {connection.info.dbname!r} is encoded in {encoding}; scenedex needs UTF8: create one with "
            "`create database … encoding 'UTF8' template template0`."
        )
    major = connection.info.server_version // 10_000
    if major < MIN_POSTGRES:
        raise OldDatabaseError(
            f"This is PostgreSQL {major}; scenedex needs {MIN_POSTGRES} or later: upgrade it, or use another one."
        )
    found = state(connection)
    needed = ".".join(str(part) for part in MIN_PGVECTOR)
    if found.pgvector and version(found.pgvector) < MIN_PGVECTOR:
        raise OldDatabaseError(
            f"This database has pgvector {found.pgvector}; scenedex needs {needed} or later: upgrade it and run "
            "`alter extension vector update`."
        )
    if found.number > newest():
        raise NewerLibraryError(
            f"This library was made by a newer scenedex (its schema is number {found.number}, this scenedex knows "
            f"{newest()}): upgrade scenedex to open it."
        )
    return found


def version(text: str) -> tuple[int, ...]:
    """`0.8.2` → (0, 8, 2)."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def migrate(connection: Connection[DictRow], upto: int | None = None) -> list[int]:
    """Bring the database up to date, or to number `upto`, in one transaction; the numbers of what was applied.

    Others that do the same at the same time wait, and find nothing to do. Raises StoreError with what an
    administrator has to run where this user may not do it.
    """
    with our_errors():
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        found = check(connection)
        try:
            if found.pgvector is None:
                connection.execute("create extension vector")
                found = check(connection)
            if not found.roles:
                connection.execute((files("scenedex.store") / "sql" / "roles.sql").read_bytes())
            todo = [one for one in migrations() if found.number < one.number <= (upto or newest())]
            for migration in todo:
                connection.execute(migration.sql)
                connection.execute(
                    "insert into schema_migrations (number, name) values (%s, %s)",
                    [migration.number, migration.name],
                )
            connection.commit()
        except errors.InsufficientPrivilege as error:
            connection.rollback()
            raise StoreError(refusal(connection.info.user, error)) from error
        except (errors.UndefinedFile, errors.FeatureNotSupported) as error:
            connection.rollback()
            raise OldDatabaseError(
                f"This PostgreSQL has no pgvector: install version {'.'.join(map(str, MIN_PGVECTOR))} or later "
                "(https://github.com/pgvector/pgvector), or use another database."
            ) from error
    return [migration.number for migration in todo]


def refusal(user: str, error: errors.InsufficientPrivilege) -> str:
    """What to tell an administrator."""
    return (
        f"The database user {user!r} may not set up or upgrade this library ({error.diag.message_primary}): run "
        "`scenedex migrate` once as a user that may create extensions, roles and tables, or let an administrator run "
        f"`create extension vector; create role scenedex_app; create role scenedex_operator bypassrls; "
        f'grant scenedex_app, scenedex_operator to "{user}"; grant create on schema public to "{user}"`.'
    )


def one(connection: Connection[DictRow], query: Any) -> dict[str, Any]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
