"""A PostgreSQL of our own inside the library's folder, shared by every process that has the library open.

Three locks of the kernel (flock), which it lets go when their holder dies, however it dies:

- `pg.lock`: held while somebody starts or stops the server,
- `pg.users`: shared by every process that uses the server; who leaves last stops it,
- `pg.server`: held by the server itself, all its processes. Free means that none is left.

The socket lies in the data folder, or, where that path is too long for one, in a private folder below /tmp. Who
connects is who the kernel says (peer), and only the owner of the library and root may.
"""

import atexit
import contextlib
import errno
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from scenedex.errors import DiskFullError, EmbeddedServerError, UsageError
from scenedex.store import binaries
from scenedex.store.account import able, account_for, name_of
from scenedex.store.binaries import Account
from scenedex.store.connections import CLOSED, our_errors
from scenedex.store.locks import locked, open_lock, taken
from scenedex.store.postmaster import (
    ROLES,
    absent,
    alive,
    answers,
    create,
    launch,
    log_tail,
    pid_file,
    put,
    version_of,
)

DATABASE = "scenedex"
START_TIMEOUT_S = 300.0  #: recovery after a crash takes a while
STOP_TIMEOUT_S = 60.0


class EmbeddedServer:
    """The server of one library folder. `start()` begins it or joins it, `close()` leaves it."""

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().absolute()
        self._users: int | None = None
        self._pid = 0

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "pg"

    def start(self) -> Self:
        """Use the server; begin it where it is not running.

        Raises EmbeddedServerError, or DiskFullError, with a sentence that says what to do.
        """
        if self._users is not None:
            return self
        with readable_errors(self.home):
            self.home = prepared(self.home)
            if bad := next((c for c in "\n\r\0" if c in str(self.home)), None):
                raise EmbeddedServerError(
                    f"The path of a library may not contain {bad!r}: {str(self.home)!r}."
                )
            account = account_for(self.home)
            with locked(self.home / "pg.lock"):
                users = open_lock(self.home / "pg.users")
                try:
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._run(account)
                except BaseException:
                    self._abandon(users)
                    os.close(users)
                    raise
        self._users, self._pid = users, os.getpid()
        atexit.register(self._close_at_exit)
        return self

    @property
    def held(self) -> bool:
        """Whether we are one of the users: started, and not closed."""
        return self._users is not None

    def revive(self) -> None:
        """Begin the server again where it died under its users; returns when it answers.

        Raises UsageError where we are none of them: nobody would stop it.
        """
        with readable_errors(self.home), locked(self.home / "pg.lock"):
            if not self.held:
                raise UsageError(CLOSED)
            self._run(account_for(self.home))

    def conninfo(self, user: str = "scenedex_app", dbname: str = DATABASE, **settings: str) -> str:
        """How to reach the running server, for libpq. `user` is one of ROLES."""
        folder = str(self.data)
        with contextlib.suppress(OSError, IndexError):
            said = pid_file(self.data)[4]
            folder = folder if said == "." else said
        return make_conninfo(host=folder, port="5432", user=user, dbname=dbname, **settings)

    def close(self) -> None:
        """Leave the server. The last one out stops it."""
        atexit.unregister(self._close_at_exit)
        users, self._users = self._users, None
        if users is None:
            return
        try:
            # a fork has a copy of this lock, and no say; a server whose folder was deleted ends by itself
            if self._pid == os.getpid() and self.data.exists():
                with readable_errors(self.home), locked(self.home / "pg.lock"):
                    if taken(users):
                        self._stop()
        finally:
            if self._pid == os.getpid():
                fcntl.flock(users, fcntl.LOCK_UN)  # closing is not enough while a fork has a copy
            os.close(users)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _close_at_exit(self) -> None:
        with contextlib.suppress(EmbeddedServerError, DiskFullError):
            self.close()

    def _run(self, account: Account) -> None:
        """Under `pg.lock`: a server that answers, whatever there was before."""
        for left in self.home.glob("pg-new-*"):  # an initdb that was killed
            shutil.rmtree(left, ignore_errors=True)
        if absent(self.data):
            create(self.home, able(account, self.home))
        made_by = version_of(self.data)
        if made_by != str(binaries.MAJOR):
            raise EmbeddedServerError(
                f"The library {str(self.home)!r} was made with PostgreSQL {made_by}, this scenedex carries "
                f"{binaries.MAJOR}: use the scenedex that made it, or index into a new folder (SCENEDEX_HOME)."
            )
        started = False
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            server = open_lock(self.home / "pg.server")
            try:
                if taken(server) and not alive(self.data):
                    if started:
                        raise binaries.failure("the server does not start", log_tail(self.data))
                    launch(self.data, able(account, self.home), server)
                    started = True
                elif answers(self.data):
                    self._furnish(account)
                    return
            finally:
                os.close(server)
            time.sleep(0.005)
        raise binaries.failure(f"the server was not ready after {START_TIMEOUT_S:.0f} s", log_tail(self.data))

    def _furnish(self, account: Account) -> None:
        """Under `pg.lock`: our roles and our database. Not while nobody listens (`postgres --single`): what is made
        then counts as part of PostgreSQL, and pg_dump leaves it out."""
        done = self.data / "scenedex.made"
        if done.exists():
            return
        with (
            our_errors(),
            psycopg.connect(self.conninfo("postgres", "postgres"), autocommit=True) as connection,
        ):
            connection.execute((files("scenedex.store") / "sql" / "roles.sql").read_bytes())
            for role in ROLES[1:]:
                connection.execute(SQL("alter role {} login").format(Identifier(role)))
            if not connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchall():
                create = SQL("create database {} owner scenedex_owner").format(Identifier(DATABASE))
                connection.execute(create)
        with our_errors(), psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute("create extension if not exists vector")
        put(done, "", account)

    def _abandon(self, users: int) -> None:
        """Under `pg.lock`: end a server that was begun in vain, unless others use it."""
        if not taken(users):
            return
        deadline = time.monotonic() + STOP_TIMEOUT_S
        with contextlib.suppress(EmbeddedServerError, OSError):  # why it was in vain is what matters
            server = open_lock(self.home / "pg.server")
            try:  # one that was launched a moment ago has not written its number yet
                while not taken(server) and not alive(self.data) and time.monotonic() < deadline:
                    time.sleep(0.005)
            finally:
                os.close(server)
            self._stop()

    def _stop(self) -> None:
        """Under `pg.lock`: ask the server to end, and wait until its data lie on the disk."""
        if not alive(self.data):
            return
        try:
            lines = pid_file(self.data)
            os.kill(int(lines[0]), signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
        except (FileNotFoundError, ProcessLookupError):  # it ended by itself
            return
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (self.data / "postmaster.pid").exists() and alive(self.data):
            if time.monotonic() > deadline:
                raise binaries.failure(
                    f"the server did not stop in {STOP_TIMEOUT_S:.0f} s", log_tail(self.data)
                )
            time.sleep(0.005)
        if lines[4] not in {"", "."}:
            with contextlib.suppress(OSError):
                Path(lines[4]).rmdir()


def prepared(home: Path) -> Path:
    """The library's folder with links resolved, made where it is missing: nobody else may list it."""
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        # the service account of a root's library passes through; what lies inside is closed by itself
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    if not home.is_dir():
        raise EmbeddedServerError(f"{str(home)!r} is no folder: set SCENEDEX_HOME to one.")
    return home.resolve()


@contextlib.contextmanager
def readable_errors(home: Path) -> Iterator[None]:
    """What the file system says, as a sentence about the library."""
    try:
        yield
    except DiskFullError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(binaries.DISK_FULL) from error
        raise EmbeddedServerError(
            f"The library {str(home)!r} cannot be used ({error.strerror or error}): set SCENEDEX_HOME to a folder that "
            f"{name_of(os.geteuid())} can write to."
        ) from error
