import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.errors import DatabaseUnreachableError, DiskFullError, StoreError, UsageError
from scenedex.store import connections
from scenedex.store.connections import translated, unreachable
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.migrations import newest
from scenedex.store.postmaster import alive
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import find_by_hash, list_videos, write_video
from scenedex.types import LOCAL_OWNER

OWNED = ("videos", "scenes", "keyframes", "captions", "embeddings", "postings")


def url_of(server: EmbeddedServer, user: str, name: str) -> str:
    """The database as somebody else's, by URL."""
    folder = psycopg.conninfo.conninfo_to_dict(server.conninfo())["host"]
    return f"postgresql://{user}@/{name}?host={quote(str(folder), safe='')}"


@pytest.fixture
def url(server: EmbeddedServer, database_name: str) -> str:
    return url_of(server, "postgres", database_name)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_an_owner_sees_nothing_of_another(database: Database) -> None:
    space = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(embeddings={space.id: embeddings([unit(1)])}))
        assert all(tx.execute(f"select from {table}") for table in OWNED)
    with database.transaction(uuid4()) as tx:
        assert [table for table in OWNED if tx.execute(f"select from {table}")] == []
        assert tx.execute("update videos set title = 'taken' returning id") == []
        assert tx.execute("delete from scenes returning id") == []
        assert list_videos(tx) == []
    for query in (
        "update videos set owner_id = %(other)s",
        """insert into videos (owner_id, id, content_hash, title, duration_s, recipe)
        values (%(other)s, %(other)s, '', '', 1, '')""",
    ):
        with pytest.raises(StoreError, match="row-level security"), database.transaction(LOCAL_OWNER) as tx:
            tx.execute(query, {"other": uuid4()})
    with database.operator() as operator:
        assert [row["id"] for row in operator.execute("select id from videos")] == [video_id]
    with database.ownerless() as tx:
        assert [table for table in OWNED if tx.execute(f"select from {table}")] == []


def test_the_owner_of_one_transaction_is_not_left_to_the_next(database: Database) -> None:
    for _ in range(3):
        with database.transaction(LOCAL_OWNER) as tx:
            write_video(tx, record())
        with database.ownerless() as tx:
            assert tx.execute("select from videos") == []


def test_a_statement_cannot_name_another_owner(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        assert tx.execute("select %(owner)s::uuid as owner", {"owner": uuid4()}) == [{"owner": LOCAL_OWNER}]


def test_a_superusers_url_is_bound_as_well(url: str, tmp_path: Path) -> None:
    with Database.open(url=url, home=tmp_path) as database:
        with database.transaction(LOCAL_OWNER) as tx:
            write_video(tx, record())
            assert tx.execute("select current_user::text as u, current_setting('jit') as jit") == [
                {"u": "scenedex_app", "jit": "off"}
            ]
            settings = tx.execute(
                "select current_setting('plan_cache_mode') as plan, current_setting('hnsw.iterative_scan') as scan"
            )
            assert settings == [{"plan": "force_custom_plan", "scan": "relaxed_order"}]
        with database.transaction(uuid4()) as tx:
            assert tx.execute("select from videos") == []
        with database.operator() as tx:
            assert len(tx.execute("select from videos")) == 1
        assert ensure_space(database, TEXT).id == 1
    assert not list(tmp_path.iterdir())


def test_each_transaction_says_its_role_whoever_had_the_session_before(url: str, tmp_path: Path) -> None:
    """A pooler between gives a transaction a session that another one has set to another role."""
    with Database.open(url=url, home=tmp_path) as database:
        for pool in (database._app, database._operator):
            for role in ("scenedex_app", "scenedex_operator", "none"):
                with pool.lend() as connection:
                    connection.execute(f"set role {role}")  # type: ignore[arg-type]
                current = "select current_user::text as role"
                with database.transaction(LOCAL_OWNER) as tx:
                    assert tx.execute(current) == [{"role": "scenedex_app"}]
                with database.ownerless() as statements:
                    assert statements.execute(current) == [{"role": "scenedex_app"}]
                with database.operator() as statements:
                    assert statements.execute(current) == [{"role": "scenedex_operator"}]


def test_options_of_the_url_are_libpqs(url: str, tmp_path: Path) -> None:
    asked = f"{url}&application_name=films&options=-c%20statement_timeout%3D123456&tcp_user_timeout=5000"
    with Database.open(url=asked, home=tmp_path) as database, database.transaction(LOCAL_OWNER) as tx:
        assert tx.execute(
            "select current_setting('application_name') as name, current_setting('statement_timeout') as most"
        ) == [{"name": "films", "most": "123456ms"}]
        assert "tcp_user_timeout=5000" in tx.driver.info.dsn


def test_an_empty_database_elsewhere_is_set_up(
    server: EmbeddedServer, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    name = new_database("template1")
    with (
        Database.open(url=url_of(server, "postgres", name), home=tmp_path) as database,
        database.transaction(LOCAL_OWNER) as tx,
    ):
        write_video(tx, record())
    with Database.open(url=url_of(server, "scenedex_app", name), home=tmp_path) as database:
        with database.transaction(LOCAL_OWNER) as tx:
            assert find_by_hash(tx, "aa")
        with pytest.raises(StoreError, match="grant scenedex_app, scenedex_operator"), database.operator():
            pass
        with pytest.raises(StoreError, match="permission denied"):
            ensure_space(database, TEXT)


def test_roles_are_made_where_they_are_missing(library: Path, tmp_path: Path) -> None:
    """Without a superuser: by one who may make roles, and owns the database."""
    with EmbeddedServer(library) as server:
        with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
            admin.execute("drop database scenedex")
            for role in ("scenedex_owner", "scenedex_app", "scenedex_operator"):
                admin.execute(f"drop owned by {role}; drop role {role}")
            # the map of the embedded server lets us in under this name
            admin.execute("create role scenedex_owner login createrole")
            admin.execute("create database elsewhere owner scenedex_owner")
        with psycopg.connect(server.conninfo("postgres", "elsewhere"), autocommit=True) as admin:
            admin.execute("create extension vector")
        with Database.open(url=url_of(server, "scenedex_owner", "elsewhere"), home=tmp_path) as database:
            with database.transaction(LOCAL_OWNER) as tx:
                write_video(tx, record())
            with database.transaction(uuid4()) as tx:
                assert tx.execute("select from videos") == []
            with database.operator() as tx:
                assert len(tx.execute("select from videos")) == 1
                # it could not be given the attribute: the policies let it through
                bypasses = tx.execute(
                    "select rolbypassrls as b from pg_roles where rolname = 'scenedex_operator'"
                )
                assert bypasses == [{"b": False}]


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path, silent_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed_port = listening.getsockname()[1]
    for where in (f"127.0.0.1:{closed_port}", f"127.0.0.1:{silent_port}", "no.such.host.invalid:5432"):
        began = time.monotonic()
        with pytest.raises(DatabaseUnreachableError, match="cannot be reached") as raised:
            Database.open(url=f"postgresql://me:s3cret-word@{where}/films?connect_timeout=2", home=tmp_path)
        assert time.monotonic() - began < 5
        message = str(raised.value)
        assert where.partition(":")[0] in message
        assert "s3cret-word" not in message
        assert "\n" not in message
        assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "bad",
    [
        "postgres:s3cret-word",
        "postgresql://me:s3cret-word@[::1/x",
        "http://s3cret-word",
        "postgresql://me:p@s3cret-word@127.0.0.1:1/films",  # the host would be s3cret-word@127.0.0.1
        "postgresql://me:12/s3cret-word@127.0.0.1/films",  # the database
        "postgresql://me:s3cret-word/x@127.0.0.1/films",  # the port
        "postgresql://me:s3cret-word",
    ],
)
def test_what_is_no_url_is_not_repeated(bad: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError, match="no database URL") as raised:
        Database.open(url=bad, home=tmp_path)
    assert "s3cret-word" not in str(raised.value)
    assert "s3cret-word" not in "".join(traceback.format_exception(raised.value)).replace(repr(bad), "")


def test_a_refused_login_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(
        DatabaseUnreachableError, match=r"refuses the login \(Peer authentication failed"
    ) as raised:
        Database.open(url=url.replace("postgres@", "somebody@"), home=tmp_path)
    assert "check user and password in DATABASE_URL" in str(raised.value)
    assert "cannot be reached" not in str(raised.value)


def test_a_wrong_password_says_so(library: Path, tmp_path: Path) -> None:
    (library / "pg" / "pg_hba.conf").write_text(
        "local all postgres peer map=scenedex\nlocal all all scram-sha-256\n"
    )
    (library / "pg" / "scenedex.made").touch()
    with EmbeddedServer(library) as server:
        with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
            admin.execute("create role films login password 'right'")
        url = url_of(server, "films", "films")
        for password, reason in (
            (":s3cret-word", 'password authentication failed for user "films"'),
            (":films", 'password authentication failed for user "films"'),
            ("", "no password supplied"),
        ):
            with pytest.raises(DatabaseUnreachableError, match="refuses the login") as raised:
                Database.open(url=url.replace("films@", f"films{password}@"), home=tmp_path)
            assert reason in str(raised.value)
            assert "s3cret-word" not in str(raised.value)
            assert "cannot be reached" not in str(raised.value)
        with pytest.raises(
            DatabaseUnreachableError, match=r"there is no database 'films'.*create it"
        ) as raised:
            Database.open(url=url.replace("films@", "films:right@"), home=tmp_path)
        assert "cannot be reached" not in str(raised.value)


@pytest.mark.parametrize(
    ("login", "said", "shown"),
    [
        ("u:p", "connection to server on port 5432 failed", "connection to server on port 5432 failed"),
        ("postgres:postgres", 'no "postgres" is there', 'no "postgres" is there'),
        ("u:password", "password authentication", "password authentication"),
        ("u:s3cret", "s3cret, (s3cret) s3crets", "***, (***) s3crets"),
        ("u:a%40b%2F.%2A", "you sent a@b/.*", "you sent ***"),
    ],
)
def test_a_password_is_hidden_and_nothing_else(login: str, said: str, shown: str) -> None:
    message = str(unreachable(f"postgresql://{login}@localhost/films", psycopg.OperationalError(said)))
    assert f"({shown})" in message


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused(
    encoding: str, server: EmbeddedServer, tmp_path: Path
) -> None:
    name = f"test_{os.getpid()}_{encoding.lower()}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(
            f"create database {name} encoding '{encoding}' template template0 locale_provider libc locale 'C'"  # type: ignore[arg-type]
        )
        try:
            said = f"The database '{name}' is encoded in {encoding}; scenedex needs UTF8: create one with `create data"
            with pytest.raises(StoreError, match=said):
                Database.open(url=url_of(server, "postgres", name), home=tmp_path)
        finally:
            admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


def test_a_closed_database_does_nothing(library: Path) -> None:
    database = Database.open(url=None, home=library)
    with database.transaction(LOCAL_OWNER) as tx:
        assert list_videos(tx) == []
    database.close()
    database.close()
    for work in (
        lambda: database.transaction(LOCAL_OWNER),
        database.operator,
        database.ownerless,
        database.migrator,
        lambda: database.lock("films"),
    ):
        with pytest.raises(UsageError, match=r"^This library is closed: open it again\.$"), work():
            pass
    for ask in (database.versions, database.migrate, database.connect_app):
        with pytest.raises(UsageError, match="is closed"):
            ask()
    assert not alive(library / "pg")


def test_locks_exclude_each_other(database: Database) -> None:
    order: list[str] = []

    def second() -> None:
        with database.lock("films"):
            order.append("second")

    with database.lock("films"):
        thread = threading.Thread(target=second)
        thread.start()
        with database.lock("other films"):
            time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_more_threads_than_connections_take_turns(database: Database) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        with database.transaction(LOCAL_OWNER) as tx:
            tx.execute("select pg_sleep(0.01)")
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(40))


def test_when_all_connections_stay_in_use_it_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_TIMEOUT_S", 0.05)
    with (
        database.operator(),
        database.operator(),
        pytest.raises(StoreError, match="in use"),
        database.operator(),
    ):
        pass


def stop_in_the_middle(database: Database, server: EmbeddedServer) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record("bb"))
        server._stop()
        tx.execute("select 1")


def test_a_restart_costs_the_transaction_in_flight_and_no_other(library: Path) -> None:
    with Database.open(url=None, home=library) as database:
        assert database._server is not None
        with database.transaction(LOCAL_OWNER) as tx:
            write_video(tx, record())
        with pytest.raises(DatabaseUnreachableError, match="went away"):
            stop_in_the_middle(database, database._server)
        with database.transaction(LOCAL_OWNER) as tx:
            assert (find_by_hash(tx, "aa") is not None, find_by_hash(tx, "bb")) == (True, None)
        with database.operator() as tx:
            assert len(tx.execute("select from videos")) == 1


def test_the_versions_are_those_of_the_parts(database: Database) -> None:
    versions = database.versions()
    assert versions == {"postgresql": versions["postgresql"], "pgvector": "0.8.5", "schema": newest()}
    assert str(versions["postgresql"]).startswith("18.")


def test_an_error_is_ours_inside_the_block_too(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx, pytest.raises(StoreError, match="refused a statement"):
        tx.execute("select 1 / 0")


def test_opening_a_running_library_is_quick(library: Path) -> None:
    with Database.open(url=None, home=library):
        took = []
        for _ in range(3):
            began = time.monotonic()
            Database.open(url=None, home=library).close()
            took.append(time.monotonic() - began)
    assert min(took) < 0.2


def test_a_fork_leaves_its_parents_connections_alone(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record())
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with database.transaction(LOCAL_OWNER) as tx:
                status = 0 if find_by_hash(tx, "aa") else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with database.transaction(LOCAL_OWNER) as tx:
        assert find_by_hash(tx, "aa")


def test_a_full_disk_has_a_name_of_its_own(database: Database) -> None:
    with pytest.raises(DiskFullError, match="no space left"), database.transaction(LOCAL_OWNER) as tx:
        tx.execute("do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$")
    assert isinstance(translated(psycopg.errors.DiskFull("full")), OSError)


PREPARED = "select statement from pg_prepared_statements where statement = 'select 1 as one'"


def test_what_is_read_under_settings_leaves_prepared_statements_alone(database: Database) -> None:
    """The driver forgets all of them at a rollback, and rolling back to a savepoint is one."""
    for _ in range(10):
        with database.transaction(LOCAL_OWNER) as tx:
            tx.execute("select 1 as one")
            with tx.reading(SQL("set local enable_sort = off")):
                assert tx.execute("show enable_sort") == [{"enable_sort": "off"}]
            assert tx.execute("show enable_sort") == [{"enable_sort": "on"}]
    with database.transaction(LOCAL_OWNER) as tx:
        assert len(tx.execute(PREPARED)) == 1


def test_reading_that_fails_leaves_the_transaction_to_go_on(database: Database) -> None:
    with database.transaction(LOCAL_OWNER, keep_plans=True) as tx:
        with pytest.raises(StoreError), tx.reading(SQL("set local enable_sort = off")):
            tx.execute("select 1 / 0")
        assert tx.execute("show enable_sort") == [{"enable_sort": "on"}]
        assert tx.execute("show plan_cache_mode") == [{"plan_cache_mode": "auto"}]


def test_plans_are_kept_where_that_is_asked_for(database: Database) -> None:
    for keep, mode in ((True, "auto"), (False, "force_custom_plan")):
        with database.transaction(LOCAL_OWNER, keep_plans=keep) as tx:
            assert tx.execute("show plan_cache_mode") == [{"plan_cache_mode": mode}]
            with tx.reading(SQL("")):
                assert tx.execute("show plan_cache_mode") == [{"plan_cache_mode": "force_custom_plan"}]
            assert tx.execute("show plan_cache_mode") == [{"plan_cache_mode": mode}]
