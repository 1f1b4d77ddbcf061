import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from psycopg.sql import SQL, Identifier, Literal
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.errors import StoreError
from scenedex.store import spaces
from scenedex.store.database import Database, Statements
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.sizes import KnownSizes
from scenedex.store.spaces import attach, choices, ensure_space, live_spaces, partition, stand_alone
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, Space

WIDE = replace(TEXT, name="wide", dim=1024)


def test_a_space_is_made_once(database: Database) -> None:
    made = ensure_space(database, TEXT)
    assert made == replace(TEXT, id=made.id)
    assert made.id > 0
    assert ensure_space(database, TEXT) == made
    other = ensure_space(database, WIDE)
    assert other.id != made.id
    with database.transaction(LOCAL_OWNER) as tx:
        assert live_spaces(tx) == [made, other]


def test_a_space_holds_what_its_model_gives(database: Database) -> None:
    made = ensure_space(database, WIDE)
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(embeddings={made.id: embeddings([unit(1, 1024)])}))
    with database.migrator() as connection:
        kept = connection.execute(
            "select indexdef from pg_indexes where tablename = %s and indexdef like '%%hnsw%%'",
            [f"embeddings_{made.id}"],
        ).fetchall()
        options = connection.execute(
            "select reloptions from pg_class where relname = %s", [f"embeddings_{made.id}"]
        ).fetchone()
    assert len(kept) == 1
    assert "halfvec(1024)" in kept[0]["indexdef"]
    assert options == {"reloptions": ["toast_tuple_target=8160"]}


@pytest.mark.parametrize(("allowed", "more"), [("1GB", True), ("2MB", False), ("", False)])
def test_an_index_is_built_in_as_much_memory_as_it_takes_and_may_have(
    database: Database, allowed: str, more: bool
) -> None:
    with database.migrator() as connection:
        tx = Statements(connection, {"allowed": allowed})
        (made,) = tx.execute(
            """insert into spaces (name, model, revision, modality, dim) values ('b', 'm', '1', 'visual', 64)
            returning id"""
        )
        stand_alone(tx, made["id"])
        tx.execute(
            SQL(
                """insert into {} (owner_id, space_id, scene_id, vector)
                select gen_random_uuid(), {}, gen_random_uuid(), array_fill(1, array[64])::halfvec
                from generate_series(1, 4000)"""
            ).format(Identifier(partition(made["id"])), Literal(made["id"]))
        )
        tx.execute("select set_config('scenedex.build_memory', %(allowed)s, true)")
        tx.execute("set local maintenance_work_mem = '1MB'")
        tx.execute("alter table embeddings drop constraint embeddings_owner_id_scene_id_fkey")
        attach(tx, made["id"], 64)
        memory = "pg_size_bytes(current_setting('maintenance_work_mem')) >> 20"
        (given,) = connection.execute(f"select {memory} as megabytes").fetchall()
        connection.rollback()
    assert given["megabytes"] in (range(3, 10) if more else (1, 2))


def test_another_space_by_the_same_name_is_refused(database: Database) -> None:
    ensure_space(database, TEXT)
    for changed in ({"dim": 16}, {"revision": "2"}, {"model": "other"}, {"modality": "visual"}):
        with pytest.raises(StoreError, match="another space by the name of 'tiny-text'"):
            ensure_space(database, replace(TEXT, **changed))


def test_many_at_once_make_one(server: EmbeddedServer, database_name: str, database: Database) -> None:
    found: list[Space] = []

    def ensure() -> None:
        with Database.at(server, database_name) as own:
            found.append(ensure_space(own, TEXT))

    threads = [threading.Thread(target=ensure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_an_unknown_space_takes_no_embedding(database: Database) -> None:
    with pytest.raises(StoreError, match="no partition"), database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(embeddings={77: embeddings([unit(1)])}))


def test_the_app_may_not_read_partitions_or_make_spaces(database: Database) -> None:
    made = ensure_space(database, TEXT)

    def forbidden(query: str) -> Callable[[], None]:
        def run() -> None:
            with database.transaction(LOCAL_OWNER) as tx:
                tx.execute(query)  # type: ignore[arg-type]

        return run

    for query in (
        f"select * from embeddings_{made.id}",
        "insert into spaces (name, model, revision, modality, dim) values ('x', 'x', 'x', 'text', 3)",
        "create table mine (id int)",
        "delete from schema_migrations",
    ):
        with pytest.raises(StoreError, match="permission denied"):
            forbidden(query)()


def test_what_is_remembered_of_sizes_holds_until_a_space_comes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenedex.store.sizes.LARGE", 1)
    made, known = ensure_space(database, TEXT), KnownSizes()

    def vectors(space: Space) -> float:
        with database.transaction(LOCAL_OWNER) as tx:
            return choices(tx, known).sizes[space.id].vectors

    def write(space: Space, count: int) -> None:
        drafts = embeddings([unit(n, space.dim) for n in range(count)])
        with database.transaction(LOCAL_OWNER) as tx:
            write_video(tx, record("a", ["."] * count, embeddings={space.id: drafts}))

    write(made, 2)
    assert vectors(made) == 2
    write(made, 3)
    assert vectors(made) == 2
    other = ensure_space(database, WIDE)
    assert vectors(other) == 0
    assert vectors(made) == 3


@pytest.mark.parametrize(("many", "care"), [(100, 200), (1_000_000, 64)])
def test_an_index_over_many_is_built_with_more_care_than_later_rows_get(
    database: Database, many: int, care: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(
            tx, record(embeddings={made.id: embeddings([unit(n, TEXT.dim) for n in range(300)], 100)})
        )
    monkeypatch.setattr(spaces, "MANY", many)
    index, run = f"{partition(made.id)}_vector_idx", Statements.execute
    said: list[str] = []

    def heard(self: Statements, query: SQL | str, *arguments: object) -> object:
        said.append(query if isinstance(query, str) else query.as_string())
        return run(self, query, *arguments)

    monkeypatch.setattr(Statements, "execute", heard)
    with database.migrator() as connection:
        tx = Statements(connection, {})
        tx.execute(SQL("drop index {}").format(Identifier(index)))
        spaces.build_index(tx, made.id, made.dim)
        (kept,) = tx.execute("select reloptions from pg_class where relname = %(name)s", {"name": index})
    (built,) = [one for one in said if one.startswith("create index")]
    assert f"ef_construction = {care})" in built
    assert set(kept["reloptions"]) == {"m=16", "ef_construction=64"}
