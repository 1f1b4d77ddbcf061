import time
from contextlib import ExitStack

import pytest
from psycopg.sql import SQL
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.store import warming
from scenedex.store.database import Database, Transaction
from scenedex.store.sizes import Size
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.warming import BY_KEY, CONNECTIONS, ROUNDS, WORDS, read_ahead, read_rows, walk, walk_all
from scenedex.types import LOCAL_OWNER, Space


@pytest.fixture
def space(database: Database) -> Space:
    """With three vectors."""
    made = ensure_space(database, TEXT)
    drafts = embeddings([unit(n, made.dim) for n in range(3)])
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record("a", ["."] * 3, embeddings={made.id: drafts}))
    return made


def pid(tx: Transaction) -> int:
    (row,) = tx.execute("select pg_backend_pid() as pid")
    return int(row["pid"])


def test_the_files_of_an_embedded_server_are_read(database: Database) -> None:
    folder = database.files()
    assert folder is not None
    assert read_ahead(database) > sum(path.stat().st_size for path in folder.glob("*/*")) / 2


def test_a_space_is_walked_from_vectors_that_are_in_it(database: Database, space: Space, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with database.transaction(LOCAL_OWNER) as tx:
        assert walk(tx, space, 3) == 3  # there are no more to begin at
        monkeypatch.setattr(warming, "AT_LEAST", 2)
        assert walk(tx, space, 3) == 2
        monkeypatch.setattr(warming, "DEPTH", 1)
        monkeypatch.setattr(warming, "SHARE", 1)
        assert walk(tx, space, 3) == 3
        assert walk(tx, space, 3, until=time.monotonic() - 1) == 0
        assert tx.execute("select 1 as one") == [{"one": 1}]  # the transaction goes on


def test_a_walk_goes_on_as_deep_as_it_is_told(database: Database, space: Space, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    found: list[int] = []
    execute = Transaction.execute

    def watched(self, query, params=None):  # type: ignore[no-untyped-def]
        rows = execute(self, query, params)
        found.extend(row["count"] for row in rows if "count" in row)
        return rows

    monkeypatch.setattr(Transaction, "execute", watched)
    with database.transaction(LOCAL_OWNER) as tx:
        walk(tx, space, 3)
        monkeypatch.setattr(warming, "DEPTH", 2)
        walk(tx, space, 3)
    assert found == [3, 3, 3, 2, 2, 2]


def test_every_connection_that_a_search_may_use_walks(database: Database, space: Space, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    walked: list[int] = []

    def watched(tx: Transaction, *more) -> int:  # type: ignore[no-untyped-def]
        walked.append(pid(tx))
        return walk(tx, *more)

    monkeypatch.setattr(warming, "walk", watched)
    sizes = {space.id: Size(vectors=3.0, scenes=3.0, total=3.0)}
    assert walk_all(database, LOCAL_OWNER, [space], sizes) == 3 * CONNECTIONS * ROUNDS
    with ExitStack() as held:
        lent = [pid(held.enter_context(database.transaction(LOCAL_OWNER))) for _ in range(CONNECTIONS)]
    assert sorted(walked) == sorted(lent * ROUNDS)


def test_rows_are_read_by_key_and_as_they_lie(database: Database, space: Space, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    asked: list[str] = []
    execute = Transaction.execute

    def watched(self, query, params=None):  # type: ignore[no-untyped-def]
        asked.append(query if isinstance(query, str) else query.as_string())
        return execute(self, query, params)

    monkeypatch.setattr(Transaction, "execute", watched)
    with database.transaction(LOCAL_OWNER) as tx:
        read_rows(tx, [space], time.monotonic() - 1)
        assert asked == ["set local statement_timeout = default"]
        read_rows(tx, [space], time.monotonic() + 60)
        assert [sum(f" {name} " in one for one in asked) for name in TABLES] == [2, 2, 2, 2, 1]
        with tx.reading(SQL(BY_KEY)):
            plan = [row["QUERY PLAN"] for row in tx.execute(SQL("explain " + WORDS))]
    assert "postings_pkey" in " ".join(plan)


TABLES = ("embeddings", "scenes", "keyframes", "captions", "postings")


def test_reading_ends_when_its_time_is_over(database: Database, space: Space, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    slow = "select count(pg_sleep(30)) from embeddings where owner_id = %(owner)s and space_id = {space}"
    monkeypatch.setattr(warming, "EMBEDDINGS", slow)
    began = time.monotonic()
    with database.transaction(LOCAL_OWNER) as tx:
        read_rows(tx, [space], began + 0.3)
        assert time.monotonic() - began < 20
        assert tx.execute("select current_setting('statement_timeout') as limited") == [{"limited": "0"}]
