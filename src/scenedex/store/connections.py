"""Connections that are kept and lent out, and what their failures mean in our words.

No background threads and no extra round trip: a connection that the server has closed is noticed on its socket
when it is lent, and whoever needs a new one opens it and sees the error itself.
"""

import contextlib
import os
import re
import select
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import numpy as np
import psycopg
from psycopg import AsyncConnection, Connection, errors
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format, TransactionStatus
from psycopg.rows import DictRow, dict_row

from scenedex.errors import DatabaseUnreachableError, DiskFullError, ScenedexError, StoreError

CONNECT_TIMEOUT_S = 5
WAIT_TIMEOUT_S = 30.0  #: for a connection, when all are lent out

# a machine that is cut off is noticed within a minute, on both ends; the server then lets go of what was locked for it
ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}

CLOSED = "This library is closed: open it again."

LOGIN_REFUSED = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|not permitted to log in|permission denied for database|"
    r'role "[^\n]*" does not exist'
)
NO_DATABASE = re.compile(r'database "[^\n]*" does not exist')
MIN_MASKED = 4  #: characters; a shorter password is part of too many words
#: what libpq itself says: as a password, one of these is not to be told from it, and hiding it would point at it
ITS_WORDS = {
    "authentication", "connection", "database", "failed", "host", "localhost", "password", "port", "role", "server",
    "user",
}  # fmt: skip

# no parallel workers: to use them, the planner reads a whole partition for a part of it
SETTINGS = """
set plan_cache_mode = 'force_custom_plan';
set jit = off;
set max_parallel_workers_per_gather = 0;
set hnsw.iterative_scan = 'relaxed_order';
set client_min_messages = 'error';
set timezone = 'UTC';
select set_config('search_path', concat_ws(', ', 'public', (
  select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'vector' and n.nspname <> 'public')), false)
"""


class HalfvecDumper(Dumper):
    """A numpy vector as pgvector's halfvec: shape (dim,), binary, big endian."""

    format = Format.BINARY
    oid = 0  # the statement says what it is

    def dump(self, obj: Any) -> bytes:
        """Two 16-bit words (dimension, 0), then one half float an element."""
        vector = np.asarray(obj)
        return np.array([vector.shape[0], 0], dtype=">u2").tobytes() + vector.astype(">f2").tobytes()


def connect(conninfo: str, role: str | None) -> Connection[DictRow]:
    """A connection with our settings, working as `role` (None: as whoever the login is).

    Raises DatabaseUnreachableError or StoreError; no message contains the password.
    """
    known = described(conninfo)
    alive = {name: known.get(name) or value for name, value in ALIVE.items()}
    try:
        connection = psycopg.connect(
            make_conninfo(conninfo, **alive),
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=int(known.get("connect_timeout") or CONNECT_TIMEOUT_S),
            application_name=known.get("application_name") or "scenedex",
        )
    except psycopg.Error as error:
        raise unreachable(conninfo, error) from None  # the original may quote the password
    try:
        connection.execute(_session(alive))
        if role is not None:
            connection.execute(psycopg.sql.SQL("set role {}").format(psycopg.sql.Identifier(role)))
        connection.adapters.register_dumper(np.ndarray, HalfvecDumper)
        connection.autocommit = False
    except errors.InsufficientPrivilege as error:
        user = connection.info.user
        connection.close()
        raise StoreError(
            f"The database user {user!r} may not work as {role}: let an administrator run "
            f'`grant scenedex_app, scenedex_operator to "{user}"`.'
        ) from error
    except psycopg.Error as error:
        connection.close()
        raise translated(error) from error
    return connection


def _session(alive: Mapping[str, Any]) -> psycopg.sql.Composed:
    """Our settings. The server notices a client that is cut off as soon as the client notices that of the server."""
    noticing = [
        psycopg.sql.SQL("set {} = {}").format(
            psycopg.sql.Identifier("tcp_" + name.removeprefix("tcp_")), int(value)
        )
        for name, value in alive.items()
    ]
    return psycopg.sql.SQL("; ").join([*noticing, psycopg.sql.SQL(SETTINGS)])


def queue_session(role: str | None) -> Callable[[AsyncConnection[Any]], Awaitable[None]]:
    """What prepares a connection of the queue's own pool, which works as `role` (None: as whoever the login is).

    A worker that freezes in the middle of a transaction loses it, and with it what it has locked.
    """

    async def prepare(connection: AsyncConnection[Any]) -> None:
        known = connection.autocommit
        await connection.set_autocommit(True)
        await connection.execute(_session(ALIVE))
        await connection.execute("set idle_in_transaction_session_timeout = '30s'")
        if role is not None:
            await connection.execute(psycopg.sql.SQL("set role {}").format(psycopg.sql.Identifier(role)))
        await connection.set_autocommit(known)

    return prepare


def described(conninfo: str) -> dict[str, Any]:
    """The parts of a database URL. Raises DatabaseUnreachableError for one that is none, without repeating it.

    Neither is one whose password, not percent-encoded, would be read as part of the host, port or database: those
    are shown.
    """
    known = None
    with contextlib.suppress(psycopg.Error):
        known = dict(conninfo_to_dict(conninfo))
    scheme, _, rest = conninfo.partition("://")
    before, _, after = rest.partition("?")[0].partition("/")
    unclear = scheme in {"postgresql", "postgres"} and (before.count("@") > 1 or "@" in after)
    if known is None or unclear or not re.fullmatch(r"[\d,]*", str(known.get("port") or "")):
        raise DatabaseUnreachableError(
            "DATABASE_URL is no database URL: it should look like postgresql://user:password@host:5432/database, with "
            "@ and / in the password written as %40 and %2F."
        )
    return known


def unreachable(conninfo: str, error: psycopg.Error) -> DatabaseUnreachableError:
    """A sentence that names the server and the reason, never the password."""
    known = described(conninfo)
    fatal = re.search(r"FATAL:\s*([^\n]+)", str(error))
    said = masked(" ".join(str(error).split()), known)
    reason = masked(fatal[1].strip(), known) if fatal else said
    name = str(known.get("dbname") or known.get("user") or "")
    where = f"{known.get('host') or known.get('hostaddr') or 'localhost'}:{known.get('port') or 5432}"
    if NO_DATABASE.search(reason):
        return DatabaseUnreachableError(
            f"At {where} there is no database {name!r}: create it (`createdb`), or name another one in DATABASE_URL."
        )
    if LOGIN_REFUSED.search(said):
        return DatabaseUnreachableError(
            f"The database {name!r} at {where} refuses the login ({reason}): check user and password in DATABASE_URL."
        )
    return DatabaseUnreachableError(
        f"The database {name!r} at {where} cannot be reached ({said}): start it, or set DATABASE_URL to one that runs."
    )


def masked(said: str, known: dict[str, Any]) -> str:
    """A text of libpq's without the password: as a whole word, unless the word is there for another reason.

    libpq puts no password into its messages. This is for a server, or something that stands between, that does.
    """
    password = str(known.get("password") or "")
    shown = {str(value) for key, value in known.items() if key != "password"}
    if len(password) < MIN_MASKED or password in shown | ITS_WORDS:
        return said
    return re.sub(rf"(?<!\w){re.escape(password)}(?!\w)", "***", said)


def translated(error: psycopg.Error) -> ScenedexError:
    """What the database said, as one of our exceptions."""
    said = " ".join((error.diag.message_primary or str(error)).split())
    if isinstance(error, errors.DiskFull):
        return DiskFullError(
            f"The database has no space left on its disk ({said}): free some, then run it again."
        )
    if isinstance(error, errors.AdminShutdown | errors.CrashShutdown | errors.CannotConnectNow) or (
        isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None
    ):
        return DatabaseUnreachableError(
            f"The database went away in the middle of its work ({said}): nothing of it was kept; run it again."
        )
    return StoreError(f"The database refused a statement: {said} ({error.sqlstate or type(error).__name__}).")


@contextlib.contextmanager
def our_errors() -> Iterator[None]:
    """Raise what the driver raises as one of our exceptions."""
    try:
        yield
    except psycopg.Error as error:
        raise translated(error) from error


class Connections:
    """Up to `size` connections of one kind, lent out one at a time. Safe in threads."""

    def __init__(self, open_one: Callable[[], Connection[DictRow]], size: int) -> None:
        self._open_one = open_one
        self._size = size
        self._slots = threading.BoundedSemaphore(size)
        self._idle: list[Connection[DictRow]] = []
        self._pid = os.getpid()

    @contextlib.contextmanager
    def lend(self) -> Iterator[Connection[DictRow]]:
        """A connection outside a transaction. What is done on it is committed at the end, or rolled back.

        Raises StoreError when all are in use for 30 s, DatabaseUnreachableError when none can be opened.
        """
        if not self._slots.acquire(timeout=WAIT_TIMEOUT_S):
            raise StoreError(
                f"All {self._size} database connections have been in use for {WAIT_TIMEOUT_S:.0f} s."
            )
        try:
            with our_errors():
                connection = self._fresh()
                try:
                    yield connection
                    connection.commit()
                except BaseException:
                    self._undo(connection)
                    raise
                finally:
                    self._keep(connection)
        finally:
            self._slots.release()

    def close(self) -> None:
        """Close what is idle. What is lent out is closed when it comes back."""
        self._size = 0
        self.forget()

    def forget(self) -> None:
        """Close what is idle; whoever needs a connection next opens one."""
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread was faster
                self._idle.pop().close()

    def _fresh(self) -> Connection[DictRow]:
        if self._pid != os.getpid():  # a fork must not speak on its parent's connections
            self._idle, self._pid = [], os.getpid()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if usable(connection):
                return connection
            connection.close()
        return self._open_one()

    def _undo(self, connection: Connection[DictRow]) -> None:
        with contextlib.suppress(psycopg.Error):
            connection.rollback()

    def _keep(self, connection: Connection[DictRow]) -> None:
        if (
            self._size
            and not connection.closed
            and connection.info.transaction_status == TransactionStatus.IDLE
        ):
            connection.autocommit = False  # whoever had it may have begun its transaction alone
            self._idle.append(connection)
        else:
            connection.close()


def usable(connection: Connection[DictRow]) -> bool:
    """Whether the server still holds its end. It says something on an idle connection only to end it."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return not poll.poll(0)
