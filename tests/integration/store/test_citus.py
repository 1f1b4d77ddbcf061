"""deploy/citus distributes all that is an owner's, and the schema is one that can be distributed."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer

DEPLOY = Path(__file__).parents[3] / "deploy" / "citus"

LOCAL = {"api_keys", "job_reports"}
"""Tables of owners' rows that stay on the coordinator: keys are looked up before the owner is known, and what is
reported of a job stands beside the queue."""


def owner_tables(connection: Any) -> set[str]:
    """The tables with a column owner_id, without their partitions."""
    rows = connection.execute(
        """select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and a.attname = 'owner_id' and not a.attisdropped"""
    ).fetchall()
    return {row["name"] if isinstance(row, dict) else row[0] for row in rows}


@pytest.fixture
def catalogue(server: EmbeddedServer, database: Database, database_name: str) -> Any:
    with psycopg.connect(server.conninfo("postgres", database_name)) as connection:
        yield connection


def named(function: str) -> list[str]:
    """The tables that the DDL hands to a function of Citus's, in its order."""
    text = (DEPLOY / "distribute.sql").read_text(encoding="utf-8")
    text = re.sub(r"--.*", "", text)
    return re.findall(rf"{function}\('(\w+)'", text)


def test_every_key_of_an_owners_table_holds_the_owner(catalogue: Any) -> None:
    tables = owner_tables(catalogue)
    assert len(tables) >= 12
    rows = catalogue.execute(
        """select c.conrelid::regclass::text, c.conname, c.contype, c.confrelid::regclass::text, a.names, f.names
        from pg_constraint c,
        lateral (select array_agg(attname::text) names from pg_attribute
          where attrelid = c.conrelid and attnum = any(c.conkey)) a,
        lateral (select array_agg(attname::text) names from pg_attribute
          where attrelid = c.confrelid and attnum = any(c.confkey)) f
        where c.contype in ('p', 'u', 'f', 'x') and c.connamespace = 'public'::regnamespace"""
    ).fetchall()
    keyed = set()
    for table, name, kind, target, columns, referred in rows:
        if table not in tables:
            # nothing that is nobody's hangs on a row of an owner's
            assert target not in tables, name
            continue
        if kind in {"f", b"f"}:
            of_owner = "owner_id" in columns and "owner_id" in referred
            assert of_owner or target in LOCAL_TARGETS.get(table, ()), name
        else:
            assert "owner_id" in columns, name
            keyed.add(table)
    assert keyed == tables


LOCAL_TARGETS = {"api_keys": {"owners"}, "job_reports": {"procrastinate_jobs"}}
"""What local tables refer to by another key: local tables, too."""


def test_every_unique_index_of_an_owners_table_holds_the_owner(catalogue: Any) -> None:
    found = catalogue.execute(
        """select i.indrelid::regclass::text, i.indexrelid::regclass::text,
          exists (select from pg_attribute a where a.attrelid = i.indrelid and a.attname = 'owner_id'
            and a.attnum = any(i.indkey[0:i.indnkeyatts - 1]))
        from pg_index i where i.indisunique"""
    ).fetchall()
    tables = owner_tables(catalogue)
    assert {table for table, _, _ in found} >= tables
    assert [index for table, index, holds in found if table in tables and not holds] == []


def test_what_is_distributed_has_no_triggers_and_refers_to_nothing_that_is_not(catalogue: Any) -> None:
    distributed = set(named("create_distributed_table"))
    triggers = catalogue.execute(
        "select tgrelid::regclass::text from pg_trigger where not tgisinternal"
    ).fetchall()
    assert {table for (table,) in triggers}.isdisjoint(distributed)
    links = catalogue.execute(
        """select conrelid::regclass::text, confrelid::regclass::text from pg_constraint
        where contype = 'f' and conparentid = 0"""
    ).fetchall()
    for table, target in links:
        assert (table in distributed) == (target in distributed), (table, target)


def test_the_ddl_distributes_every_owners_table_after_what_it_refers_to(catalogue: Any) -> None:
    distributed = named("create_distributed_table")
    assert len(distributed) == len(set(distributed))
    assert set(distributed) == owner_tables(catalogue) - LOCAL
    links = catalogue.execute(
        """select conrelid::regclass::text, confrelid::regclass::text from pg_constraint
        where contype = 'f' and conparentid = 0"""
    ).fetchall()
    for table, target in links:
        if table in distributed:
            assert distributed.index(target) < distributed.index(table)


def test_the_ddl_names_every_other_table(catalogue: Any) -> None:
    rows = catalogue.execute(
        """select relname from pg_class where relnamespace = 'public'::regnamespace
          and relkind in ('r', 'p') and not relispartition"""
    ).fetchall()
    others = {name for (name,) in rows} - set(named("create_distributed_table"))
    assert named("create_reference_table") == ["spaces"]
    local = others - {"spaces"}
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert [table for table in sorted(local) if f"`{table}`" not in text] == []


def test_the_ddl_is_sql() -> None:
    from pglast import parse_sql

    for path in sorted(DEPLOY.glob("*.sql")):
        assert parse_sql(path.read_text(encoding="utf-8"))
