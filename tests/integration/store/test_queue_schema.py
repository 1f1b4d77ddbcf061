"""The queue's schema lies in a migration of ours; here it is held against what the installed procrastinate has."""

from collections.abc import Callable

import psycopg
from procrastinate.schema import SchemaManager

from scenedex.store.embedded import EmbeddedServer

OBJECTS = """
select 'column', format('%s.%s %s %s %s %s', c.table_name, c.column_name, c.data_type, c.udt_name, c.is_nullable,
    c.column_default) from information_schema.columns c where c.table_name like 'procrastinate%'
union all select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
  where conrelid::regclass::text like 'procrastinate%'
union all select 'index', indexdef from pg_indexes where tablename like 'procrastinate%'
union all select 'function', pg_get_functiondef(oid) from pg_proc where proname like 'procrastinate%'
union all select 'trigger', pg_get_triggerdef(oid) from pg_trigger
  where not tgisinternal and tgrelid::regclass::text like 'procrastinate%'
union all select 'enum', enumtypid::regtype || ' ' || enumsortorder || ' ' || enumlabel from pg_enum
  where enumtypid::regtype::text like 'procrastinate%'
"""
OURS = {"procrastinate_jobs_lock_waiting", "procrastinate_jobs_owner", "procrastinate_jobs_open"}


def objects(conninfo: str) -> set[tuple[str, str]]:
    with psycopg.connect(conninfo) as connection:
        return set(connection.execute(OBJECTS).fetchall())  # type: ignore[arg-type]


def test_our_migration_gives_what_the_installed_procrastinate_asks_for(
    server: EmbeddedServer, database_name: str, new_database: Callable[[str], str]
) -> None:
    theirs = server.conninfo("postgres", new_database("template1"))
    with psycopg.connect(theirs) as connection:
        connection.execute(SchemaManager.get_schema())
    wanted, found = objects(theirs), objects(server.conninfo("postgres", database_name))
    assert len(wanted) > 60
    assert wanted - found == set()
    more = found - wanted
    assert len(more) == len(OURS)
    assert all(any(name in text for name in OURS) for _, text in more)
