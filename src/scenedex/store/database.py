"""One database, embedded or elsewhere, as the rest of the program sees it: transactions of one owner, and locks."""

import contextlib
import copy
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, Self
from uuid import UUID

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL, Composed, Identifier, Literal

from scenedex.errors import DatabaseUnreachableError, DiskFullError, UsageError
from scenedex.store.connections import CLOSED, Connections, connect, our_errors
from scenedex.store.migrations import check, migrate, newest, one, state

if TYPE_CHECKING:
    from scenedex.store.embedded import EmbeddedServer

CONNECTIONS = 16  #: of the owners' work, for one process; more threads than that wait for one another
OPERATOR_CONNECTIONS = 2
LOW_DISK_BYTES = 20_000_000  #: with less than this, a server that went away most likely ran out of space

CUSTOM: LiteralString = "set local plan_cache_mode = force_custom_plan"  #: as the session has it
KEPT: LiteralString = "set local plan_cache_mode = auto"

READING: LiteralString = "savepoint reading; {custom}; {settings}"
# not by rolling back: the driver forgets all prepared statements then
READ: LiteralString = "set local enable_sort = on; {plans}; release savepoint reading"
FAILED: LiteralString = "rollback to savepoint reading; release savepoint reading"

Row = dict[str, Any]
Query = LiteralString | SQL | Composed


class Statements:
    """Runs statements on a connection in a transaction. Parameters are named: `%(name)s`."""

    def __init__(
        self, connection: Connection[DictRow], fixed: Mapping[str, Any], plans: LiteralString = CUSTOM
    ) -> None:
        self._connection = connection
        self._fixed = fixed
        self._read = SQL(READ).format(plans=SQL(plans))

    def execute(self, query: Query, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Run one statement; its rows, each a dict, or [] where it gives none."""
        with our_errors():
            cursor = self._connection.execute(query, {**(params or {}), **self._fixed})
            return cursor.fetchall() if cursor.description is not None else []

    def tuples(self, query: Query, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The same for many rows: each a tuple, in the order of the columns."""
        with our_errors(), self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(query, {**(params or {}), **self._fixed}).fetchall()

    def execute_many(self, query: Query, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each row, sent together."""
        with our_errors(), self._connection.cursor() as cursor:
            cursor.executemany(query, [{**row, **self._fixed} for row in rows])

    @property
    def driver(self) -> Connection[DictRow]:
        """The driver's own connection, for a library that is to take part in this transaction."""
        return self._connection

    @contextlib.contextmanager
    def reading(self, settings: SQL | Composed) -> Iterator[None]:
        """For statements that are planned anew each time, under `settings` (`set local …; set local …`).

        `enable_sort` ends with the block, other settings with the transaction. When the block raises, the transaction
        around it goes on. One round trip begins it, one ends it.
        """
        with our_errors():
            self._connection.execute(SQL(READING).format(custom=SQL(CUSTOM), settings=settings))
        try:
            yield
        except BaseException:
            with contextlib.suppress(psycopg.Error):  # what was raised first says more
                self._connection.execute(FAILED)
            raise
        with our_errors():
            self._connection.execute(self._read)

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """When the block raises, what it did is undone, and the transaction around it goes on."""
        with our_errors(), self._connection.transaction():
            yield


class Transaction(Statements):
    """Work in the name of one owner: no other owner's row is seen or written. `%(owner)s` is always there."""

    def __init__(self, connection: Connection[DictRow], owner: UUID, plans: LiteralString = CUSTOM) -> None:
        super().__init__(connection, {"owner": owner}, plans)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class Logins:
    """How to connect, for each kind of work. Asked anew for each connection: a server may have moved."""

    migrator: Callable[[], str]
    app: Callable[[], str]
    operator: Callable[[], str]
    switch: bool  #: log in as one user and take the roles on, instead of logging in as them


class Database:
    """An open database. Safe in threads; `close()` it, or use it in a `with` block."""

    def __init__(self, logins: Logins, server: "EmbeddedServer | None" = None) -> None:
        self._logins = logins
        self._server = server
        self._owns_server = False
        self._closed = False
        self._session = ""  #: application_name of its connections; "" for the usual one
        self._guard: Callable[[Transaction], None] | None = None
        self._app = Connections(self.connect_app, CONNECTIONS)
        self._operator = Connections(self._connect_operator, OPERATOR_CONNECTIONS)

    @classmethod
    def open(cls, *, url: str | None, home: Path, upto: int | None = None) -> Self:
        """The database at `url`, or the embedded one in the folder `home`; brought up to date where it is allowed.

        `upto`: an empty one is set up as of the migration of this number; UsageError where one is set up otherwise.

        Raises DatabaseUnreachableError, EmbeddedServerError, OldDatabaseError, NewerLibraryError, DiskFullError, or
        StoreError where the user may not do what is needed.
        """
        if url is not None:
            database = cls(Logins(lambda: url, lambda: url, lambda: url, switch=True))
            database._prepare(upto)
            return database
        from scenedex.store.embedded import (
            EmbeddedServer,
        )  # needs a POSIX system; a database elsewhere does not

        server = EmbeddedServer(home).start()
        try:
            database = cls.at(server, upto=upto)
        except BaseException:
            server.close()
            raise
        database._owns_server = True
        return database

    @classmethod
    def at(cls, server: "EmbeddedServer", name: str = "scenedex", *, upto: int | None = None) -> Self:
        """The database of that name on an embedded server that runs. Closing it leaves the server alone."""
        logins = Logins(
            migrator=lambda: server.conninfo("scenedex_owner", name),
            app=lambda: server.conninfo("scenedex_app", name),
            operator=lambda: server.conninfo("scenedex_operator", name),
            switch=False,
        )
        database = cls(logins, server)
        database._prepare(upto)
        return database

    @contextlib.contextmanager
    def transaction(self, owner: UUID, *, keep_plans: bool = False) -> Iterator[Transaction]:
        """A transaction of this owner: committed at the end of the block, rolled back when it raises.

        `keep_plans`: for statements that are run again and again and go by key, so that one plan fits every owner.
        """
        with self._disk(), self._app.lend() as connection:
            plans = KEPT if keep_plans else CUSTOM
            # in one round trip, and without the driver's BEGIN, which is one of its own
            # a literal SET LOCAL: Citus hands it on to its nodes, and set_config() it does not
            connection.autocommit = True
            connection.execute(
                SQL("begin; {}{}; set local scenedex.owner_id = {}").format(
                    SQL("set local role scenedex_app; ") if self._logins.switch else SQL(""),
                    SQL(plans),
                    Literal(str(owner)),
                )
            )
            tx = Transaction(connection, owner, plans)
            if self._guard is not None:
                self._guard(tx)
            yield tx

    def guarded(self, guard: Callable[[Transaction], None]) -> Self:
        """This database for somebody who may lose the right to change it: each transaction begins with `guard`.

        What that locks stays locked until the transaction ends; where it raises, nothing is done.
        """
        view = copy.copy(self)
        view._guard = guard
        return view

    def name_sessions(self, name: str) -> None:
        """Connections that are opened from now on go by this name, by which `end_sessions` finds them."""
        self._session = name
        self._app.forget()
        self._operator.forget()

    def end_sessions(self, name: str) -> None:
        """End the connections that go by this name, wherever they are from: what they hold is let go."""
        for connections in (self._app, self._operator):
            with connections.lend() as connection:
                connection.execute("set local role none")  # only who has logged in as they did may end them
                connection.execute(
                    """select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = %s and usename = session_user and pid <> pg_backend_pid()""",
                    [name],
                )

    @contextlib.contextmanager
    def operator(self) -> Iterator[Statements]:
        """A transaction that sees every owner's rows."""
        with self._disk(), self._operator.lend() as connection:
            self._take_role(connection, "scenedex_operator")
            yield Statements(connection, {})

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection[DictRow]]:
        """Every owner's rows as they are now, however long the block takes and whoever writes meanwhile. Read only."""
        connection = self._connect_operator()
        try:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with self._disk(), our_errors():
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def ownerless(self) -> Iterator[Statements]:
        """A transaction of nobody: it sees what belongs to no owner, such as the spaces."""
        with self._disk(), self._app.lend() as connection:
            self._take_role(connection, "scenedex_app")
            yield Statements(connection, {})

    @contextlib.contextmanager
    def migrator(self) -> Iterator[Connection[DictRow]]:
        """A transaction of the role that owns the tables, on a connection of its own."""
        connection = self._connect(self._logins.migrator, None)
        try:
            with self._disk(), our_errors(), connection:
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock of this name, waiting for it; other processes of this database wait for it too.

        It is let go when the block ends, or when this process or its connection dies.
        """
        connection = self.connect_app()
        try:
            with our_errors():
                connection.autocommit = True
                connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [name])
            yield
        finally:
            connection.close()

    def versions(self) -> dict[str, str | int | None]:
        """What the database is made of: `postgresql` and `pgvector` (texts), `schema` (newest migration)."""
        with self._app.lend() as connection:
            found = state(connection)
            full = one(connection, "select current_setting('server_version') as version")["version"]
            return {"postgresql": full.partition(" ")[0], "pgvector": found.pgvector, "schema": found.number}

    def files(self) -> Path | None:
        """The folder in which an embedded server keeps its databases; None for a server elsewhere."""
        return self._server.data / "base" if self._server else None

    def migrate(self) -> list[int]:
        """Apply what is missing; the numbers of the migrations applied."""
        with self.migrator() as connection:
            return migrate(connection)

    def close(self) -> None:
        """Close the connections, and leave the embedded server that `open` started. After it, UsageError is raised."""
        self._closed = True
        self._app.close()
        self._operator.close()
        if self._owns_server and self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect_app(self) -> Connection[DictRow]:
        """A connection of its own that is bound by row-level security. The caller closes it."""
        return self._connect(self._logins.app, "scenedex_app")

    def queue_login(self) -> tuple[str, str | None]:
        """How a worker's queue connects: what libpq wants to know, and the role to take on (None: it logs in as it)."""
        return self._named(self._logins.operator()), "scenedex_operator" if self._logins.switch else None

    def _connect_operator(self) -> Connection[DictRow]:
        return self._connect(self._logins.operator, "scenedex_operator")

    def _connect(self, login: Callable[[], str], role: str | None) -> Connection[DictRow]:
        """Connect; an embedded server that died meanwhile is begun again."""
        if self._closed or (self._server is not None and not self._server.held):
            raise UsageError(CLOSED)
        role = role if self._logins.switch else None
        try:
            return connect(self._named(login()), role)
        except DatabaseUnreachableError:
            if self._server is None:
                raise
            self._server.revive()
            return connect(self._named(login()), role)

    def _take_role(self, connection: Connection[DictRow], role: str) -> None:
        """Say the role of this transaction: behind a pooler the session may be one that somebody else has used."""
        if self._logins.switch:
            connection.execute(SQL("set local role {}").format(Identifier(role)))

    def _named(self, conninfo: str) -> str:
        return make_conninfo(conninfo, application_name=self._session) if self._session else conninfo

    def _prepare(self, upto: int | None) -> None:
        """Check the versions, and migrate where something is missing."""
        connection = self._connect(self._logins.migrator, None)
        try:
            found = check(connection)
            if upto is not None and found.number not in (0, upto):
                raise UsageError(
                    f"This library is set up already, and otherwise (schema {found.number}, not {upto}): name a new "
                    "folder in SCENEDEX_HOME, or an empty database in DATABASE_URL."
                )
            if found.pgvector is None or not found.roles or found.number < (upto or newest()):
                with self._disk():
                    migrate(connection, upto)
        finally:
            connection.close()
        with self._app.lend() as first:  # one that may not work as the app is told so here
            one(first, "select 1 as ready")

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        """A full disk can take an embedded server down: say that, rather than that it went away."""
        try:
            yield
        except DatabaseUnreachableError as error:
            if self._server and shutil.disk_usage(self._server.home).free < LOW_DISK_BYTES:
                raise DiskFullError() from error
            raise
