"""Every table that has an owner, found in the catalogue, with rows of two owners in each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Literal

from scenedex.store.embedded import EmbeddedServer

SAMPLES = {
    "uuid": "gen_random_uuid()",
    "jsonb": "'{}'",
    "json": "'{}'",
    "bytea": "'\\x00'",
    "bool": "false",
    "timestamptz": "now()",
    "halfvec": "'[1,0]'",
    "vector": "'[1,0]'",
    "text": "md5(random()::text)",
    "varchar": "md5(random()::text)",
    "interval": "'1 s'",
}
"""A value of each type, for rows of tables that this test has never heard of; numbers are 1, lists empty."""

OWNER_COLUMN = {"owners": "id"}
"""Where it is not called owner_id."""


@dataclass(frozen=True)
class Owned:
    """A table or view of which each row belongs to somebody."""

    name: str
    owner: str  #: the column
    kind: str  #: r, p or v
    partition: bool


class Catalogue:
    """The database as its superuser sees it: nothing is hidden there."""

    def __init__(self, server: EmbeddedServer, name: str) -> None:
        self.server, self.name = server, name
        self.admin: Connection[dict[str, Any]] = psycopg.connect(
            server.conninfo("postgres", name), autocommit=True, row_factory=dict_row
        )

    def owned(self, kinds: str = "rp") -> list[Owned]:
        """Tables (and views: `v`) with an owner, partitions too."""
        rows = self.admin.execute(
            """select c.relname as name, a.attname as owner, c.relkind::text as kind, c.relispartition as partition
            from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind::text = any(%s)
              and a.attname = coalesce(%s::jsonb->>c.relname, 'owner_id') order by 1""",
            [list(kinds), psycopg.types.json.Jsonb(OWNER_COLUMN)],
        ).fetchall()
        return [Owned(**row) for row in rows]

    def unguarded(self) -> list[str]:
        """Tables that have an owner and are not closed to the others, as a sentence each."""
        wrong = []
        for table in self.owned():
            (row,) = self.admin.execute(
                """select relrowsecurity and relforcerowsecurity as forced, pg_get_userbyid(relowner) as owner,
                  (select array_agg(pg_get_expr(polqual, polrelid)) from pg_policy where polrelid = c.oid
                    and polroles = '{0}' and polcmd = '*') as own,
                  has_table_privilege('scenedex_app', c.oid, 'select') as readable
                from pg_class c where oid = %s::regclass""",
                [table.name],
            ).fetchall()
            expected = f"({table.owner} = (NULLIF(current_setting('scenedex.owner_id'::text, true), ''::text))::uuid)"
            if not row["forced"]:
                wrong.append(f"{table.name} has no forced row-level security")
            if table.partition and row["readable"]:
                wrong.append(f"{table.name} is a partition that the app may read")
            if not table.partition and row["own"] != [expected]:
                wrong.append(f"{table.name} has not the policy of its owner alone: {row['own']}")
        return wrong

    def rows(self, table: Owned, owner: UUID) -> list[dict[str, Any]]:
        """All rows of an owner, as JSON."""
        query = SQL("select to_jsonb(t) as row from {} t where {} = {}").format(
            Identifier(table.name), Identifier(table.owner), Literal(owner)
        )
        return [found["row"] for found in self.admin.execute(query)]

    def complete(self, *owners: UUID) -> None:
        """A made-up row for each owner in each table where they have none. Checks and references are given up."""
        for table in self.owned("r"):
            if not table.partition and any(not self.rows(table, owner) for owner in owners):
                self._unchecked(table)
                for owner in owners:
                    if not self.rows(table, owner):
                        self._make_up(table, owner)

    def _unchecked(self, table: Owned) -> None:
        for row in self.admin.execute(
            "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'f')",
            [table.name],
        ).fetchall():
            self.admin.execute(
                SQL("alter table {} drop constraint {}").format(
                    Identifier(table.name), Identifier(row["conname"])
                )
            )

    def _make_up(self, table: Owned, owner: UUID) -> None:
        columns = self.admin.execute(
            """select attname as name, typname as type from pg_attribute join pg_type t on t.oid = atttypid
            where attrelid = %s::regclass and attnum > 0 and not attisdropped
              and attidentity = '' and attgenerated = ''""",
            [table.name],
        ).fetchall()
        values = {
            column["name"]: Literal(str(owner))
            if column["name"] == table.owner
            else SQL("'{{}}'" if column["type"].startswith("_") else SAMPLES.get(column["type"], "'1'"))
            for column in columns
        }
        self.admin.execute(
            SQL("insert into {} ({}) values ({})").format(
                Identifier(table.name),
                SQL(", ").join(map(Identifier, values)),
                SQL(", ").join(SQL("{}").format(value) for value in values.values()),
            )
        )

    def close(self) -> None:
        self.admin.close()


def new_owner(catalogue: Catalogue, name: str) -> UUID:
    """An owner with a name and a row in the registry."""
    owner = uuid4()
    catalogue.admin.execute("insert into owners (id, name) values (%s, %s)", [owner, name])
    return owner
