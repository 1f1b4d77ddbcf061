import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from psycopg.sql import SQL
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.store import warming
from scenedex.store.database import Database, Query, Row, Transaction
from scenedex.store.scoring import some_vectors
from scenedex.store.sizes import Size
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.warming import BY_KEY, CONNECTIONS, ROUNDS, WORDS, read_ahead, read_rows, walk, walk_all
from scenedex.types import LOCAL_OWNER, Space, Vectors


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


def listened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Row]]]:
    """Each statement from now on, with the rows that it gives."""
    asked: list[tuple[str, list[Row]]] = []
    execute = Transaction.execute

    def watched(tx: Transaction, query: Query, params: Mapping[str, Any] | None = None) -> list[Row]:
        rows = execute(tx, query, params)
        asked.append((query if isinstance(query, str) else query.as_string(), rows))
        return rows

    monkeypatch.setattr(Transaction, "execute", watched)
    return asked


def test_the_files_of_an_embedded_server_are_read(database: Database) -> None:
    folder = database.files()
    assert folder is not None
    assert read_ahead(database) > sum(path.stat().st_size for path in folder.glob("*/*")) / 2


def test_a_space_is_walked_from_vectors_that_are_in_it(
    database: Database, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        assert walk(tx, space, 3) == 3  # there are no more to begin at
        monkeypatch.setattr(warming, "AT_LEAST", 2)
        assert walk(tx, space, 3) == 2
        monkeypatch.setattr(warming, "DEPTH", 1)
        monkeypatch.setattr(warming, "SHARE", 1)
        assert walk(tx, space, 3) == 3
        assert walk(tx, space, 3, until=time.monotonic() - 1) == 0
        assert tx.execute("select 1 as one") == [{"one": 1}]  # the transaction goes on


def test_a_walk_goes_on_as_deep_as_it_is_told(
    database: Database, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deeper than the 40 vectors that pgvector gathers at once."""
    drafts = embeddings([unit(n % space.dim, space.dim) for n in range(90)])
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record("b", ["."] * 90, embeddings={space.id: drafts}))
        asked = listened(monkeypatch)
        walk(tx, space, 93)
        monkeypatch.setattr(warming, "DEPTH", 70)
        walk(tx, space, 93)
    found = [row["count"] for _, rows in asked for row in rows if "count" in row]
    assert found == [93] * 4 + [70] * 4


def test_what_cannot_be_walked_is_passed_over(
    database: Database, space: Space, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(tx: Transaction, one: Space, count: int) -> Vectors:
        if one.name == "odd one":
            tx.execute("select 1 / 0")
        return some_vectors(tx, one, count)

    monkeypatch.setattr(warming, "some_vectors", refused)
    sizes = {space.id: Size(vectors=3.0, scenes=3.0, total=3.0)}
    walks = walk_all(database, LOCAL_OWNER, [replace(space, name="odd one"), space], sizes)
    assert walks == 3 * CONNECTIONS * ROUNDS
    assert "space odd one is not read ahead" in caplog.text


def test_the_first_turn_takes_no_time_from_the_last() -> None:
    now = time.monotonic()
    ends = warming.deadlines(12)
    assert ends[-1] == pytest.approx(now + warming.AT_MOST_S, abs=5)
    assert [later - earlier for earlier, later in pairwise(ends)] == pytest.approx(
        [warming.AT_MOST_S / 12] * 11
    )


def test_every_connection_that_a_search_may_use_walks(
    database: Database, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[int] = []

    def watched(tx: Transaction, *more: Any) -> int:
        walked.append(pid(tx))
        return walk(tx, *more)

    monkeypatch.setattr(warming, "walk", watched)
    sizes = {space.id: Size(vectors=3.0, scenes=3.0, total=3.0)}
    assert walk_all(database, LOCAL_OWNER, [space], sizes) == 3 * CONNECTIONS * ROUNDS
    with ExitStack() as held:
        lent = [pid(held.enter_context(database.transaction(LOCAL_OWNER))) for _ in range(CONNECTIONS)]
    assert sorted(walked) == sorted(lent * ROUNDS)


def test_rows_are_read_by_key_and_as_they_lie(
    database: Database, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = listened(monkeypatch)
    with database.transaction(LOCAL_OWNER) as tx:
        read_rows(tx, [space], time.monotonic() - 1)
        assert [said for said, _ in asked] == ["set local statement_timeout = default"]
        read_rows(tx, [space], time.monotonic() + 60)
        assert [sum(f" {name} " in said for said, _ in asked) for name in TABLES] == [2, 2, 2, 2, 1]
        with tx.reading(SQL(BY_KEY)):
            plan = [row["QUERY PLAN"] for row in tx.execute(SQL("explain " + WORDS))]
    assert "postings_pkey" in " ".join(plan)


TABLES = ("embeddings", "scenes", "keyframes", "captions", "postings")


def test_reading_ends_when_its_time_is_over(
    database: Database, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "select count(pg_sleep(30)) from embeddings where owner_id = %(owner)s and space_id = {space}"
    monkeypatch.setattr(warming, "EMBEDDINGS", slow)
    began = time.monotonic()
    with database.transaction(LOCAL_OWNER) as tx:
        read_rows(tx, [space], began + 0.3)
        assert time.monotonic() - began < 20
        assert tx.execute("select current_setting('statement_timeout') as limited") == [{"limited": "0"}]
