import re
import subprocess
import threading
from collections.abc import Callable
from importlib.resources import files

import psycopg
import pytest
from tests.integration.store.records import TEXT

from scenedex.errors import NewerLibraryError, OldDatabaseError, StoreError
from scenedex.store import binaries
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.migrations import migrations, newest, version
from scenedex.store.spaces import ensure_space

OWNED = {
    "videos", "files", "scenes", "keyframes", "captions", "descriptions", "embeddings", "postings", "owner_settings",
    "backgrounds", "entities", "entity_examples", "baselines", "api_keys", "job_reports",
    "forgotten_files", "saved_searches", "saved_hits", "fresh_videos", "deliveries",
}  # fmt: skip
REGISTRY = {"owners"}  # an owner sees their own row of it
SHARED = {"schema_migrations", "spaces", "query_embeddings", *REGISTRY}
# procrastinate's own: the owner is in a job's arguments. They stay on one node of a distributed PostgreSQL
QUEUE_OF_OWNERS = {"procrastinate_jobs", "procrastinate_events"}
QUEUE = QUEUE_OF_OWNERS | {"procrastinate_workers", "procrastinate_periodic_defers"}


def dump(conninfo: str) -> str:
    """The schema as `pg_dump` writes it, without the key that it makes up anew each time."""
    command = [str(binaries.programs() / "pg_dump"), "--schema-only", "--dbname", conninfo]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=binaries.environment())
    return re.sub(r"(?m)^\\(un)?restrict .*$", "", done.stdout)


def run(conninfo: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def empty(server: EmbeddedServer, new_database: Callable[[str], str]) -> str:
    """Name of a database with the extension and nothing else."""
    name = new_database("template1")
    run(server.conninfo("postgres", name), "create extension vector")
    return name


def test_migrations_add_up_to_the_schema(server: EmbeddedServer, empty: str, database_name: str) -> None:
    schema = (files("scenedex.store") / "sql" / "schema.sql").read_text(encoding="utf-8")
    run(server.conninfo("scenedex_owner", empty), schema)
    assert dump(server.conninfo("postgres", database_name)) == dump(server.conninfo("postgres", empty))


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, newest() + 1))


def test_migrating_again_changes_nothing(
    server: EmbeddedServer, database: Database, database_name: str
) -> None:
    before = dump(server.conninfo("postgres", database_name))
    assert database.migrate() == []
    assert database.versions()["schema"] == newest()
    assert dump(server.conninfo("postgres", database_name)) == before


def test_many_who_open_a_new_database_at_once_migrate_it_once(server: EmbeddedServer, empty: str) -> None:
    opened: list[object] = []

    def open_it() -> None:
        with Database.at(server, empty) as database:
            opened.append(database.versions()["schema"])

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [newest()] * 4


def test_a_migration_that_fails_leaves_the_old_schema(server: EmbeddedServer, empty: str) -> None:
    run(server.conninfo("scenedex_owner", empty), "create table postings (mine int)")
    with pytest.raises(StoreError, match="already exists"):
        Database.at(server, empty)
    tables = run(
        server.conninfo("postgres", empty), "select tablename from pg_tables where schemaname = 'public'"
    )
    assert tables == [("postings",)]


def test_a_newer_library_is_refused(server: EmbeddedServer, database_name: str) -> None:
    run(
        server.conninfo("scenedex_owner", database_name),
        "insert into schema_migrations values (9000, 'to come')",
    )
    with pytest.raises(NewerLibraryError, match=r"number 9000.*upgrade scenedex"):
        Database.at(server, database_name)


def test_an_old_pgvector_is_refused(server: EmbeddedServer, database_name: str) -> None:
    run(
        server.conninfo("postgres", database_name),
        "update pg_extension set extversion = '0.8.1' where extname = 'vector'",
    )
    with pytest.raises(OldDatabaseError, match=r"pgvector 0\.8\.1; scenedex needs 0\.8\.2"):
        Database.at(server, database_name)


def test_versions_are_compared_as_numbers() -> None:
    assert version("0.10.0") > version("0.8.2") > version("0.8.1")


def test_a_user_who_may_not_make_the_extension_is_told_what_to_do(
    server: EmbeddedServer, new_database: Callable[[str], str]
) -> None:
    with pytest.raises(StoreError, match=r"'scenedex_owner' may not set up .*`create extension vector"):
        Database.at(server, new_database("template1"))


def test_every_owned_table_is_closed_to_other_owners(
    server: EmbeddedServer, database: Database, database_name: str
) -> None:
    ensure_space(database, TEXT)
    login = server.conninfo("postgres", database_name)
    tables = run(
        login,
        """select relname, relrowsecurity and (relforcerowsecurity or relname like 'procrastinate%'),
          exists (select from pg_attribute where attrelid = c.oid and attname = 'owner_id' and attnotnull),
          (select array_agg(polname::text order by polname) from pg_policy where polrelid = c.oid), relispartition
        from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')""",
    )
    assert {name for name, *_, partition in tables if not partition} == OWNED | SHARED | QUEUE
    for name, forced, owned, policies, partition in tables:
        assert owned == (name not in SHARED | QUEUE), name
        assert forced == (name not in (SHARED - REGISTRY) | (QUEUE - QUEUE_OF_OWNERS)), name
        if forced and not partition:
            assert set(policies) - {"lookup" if name == "api_keys" else ""} == {"operator", "own"}, name
    triggers = run(login, "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal")
    assert [name for table, name in triggers if table not in QUEUE] == []
    assert run(login, "select rolbypassrls from pg_roles where rolname = 'scenedex_app'") == [(False,)]
    assert run(login, "select rolbypassrls from pg_roles where rolname = 'scenedex_operator'") == [(True,)]


def test_the_owner_comes_first_in_every_key(
    server: EmbeddedServer, database: Database, database_name: str
) -> None:
    ensure_space(database, TEXT)
    keys = run(
        server.conninfo("postgres", database_name),
        """select c.relname, i.indexrelid::regclass::text, a.attname
        from pg_index i join pg_class c on c.oid = i.indrelid
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indisunique and c.relnamespace = 'public'::regnamespace""",
    )
    owned = [(index, first) for table, index, first in keys if table not in SHARED | QUEUE]
    assert len(owned) >= len(OWNED)
    assert [index for index, first in owned if first != "owner_id"] == []
    foreign = run(
        server.conninfo("postgres", database_name),
        """select conname, confdeltype, attname
        from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where contype = 'f' and connamespace = 'public'::regnamespace
          and confrelid::regclass::text not like 'procrastinate%'""",
    )
    assert len(foreign) >= 6
    assert {(deletes, first) for _, deletes, first in foreign} == {("c", "owner_id")}
