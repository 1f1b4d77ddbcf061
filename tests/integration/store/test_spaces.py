import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.errors import StoreError
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space, live_spaces
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
