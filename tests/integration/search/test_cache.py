"""Embeddings of queries in the database."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.search.encoders import Good, direction, space

from scenedex.errors import DatabaseUnreachableError
from scenedex.search.cache import CLEAN_ONE_IN, CacheCounts, QueryCache, digest_of
from scenedex.search.calibration import Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import Encoded, QueryEncoding
from scenedex.store.database import Database, Transaction
from scenedex.types import LOCAL_OWNER, Space

BACKGROUND = Background(even=0.3, scale=0.1)
ONE = space("one", 64, number=7)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def encode(database: Database, encoding: QueryEncoding, text: str, *encoders: Good) -> Encoded:
    dense = [
        Dense(channel="transcript", space=one.space, encoder=one, background=BACKGROUND) for one in encoders
    ]
    with database.transaction(LOCAL_OWNER) as tx:
        found = encoding.encode(tx, text, dense)
        assert tx.execute("select 1 as one") == [{"one": 1}]  # whatever happened, the transaction is usable
    return found


def rows(database: Database) -> list[dict[str, object]]:
    with database.operator() as tx:
        return tx.execute("select space_id, query_hash, made_at from query_embeddings order by space_id")


def test_another_process_finds_it(database: Database) -> None:
    encoder = Good(ONE)
    first, second = QueryEncoding(cache=QueryCache()), QueryEncoding(cache=QueryCache())
    made = encode(database, first, "a dog", encoder)
    found = encode(database, second, " a  dog", encoder)
    assert encoder.asked == ["a dog"]
    assert (found.cached, found.asked) == (1, 0)
    ours, theirs = made.vectors[0].vector, found.vectors[0].vector
    assert float(ours @ theirs) > 0.9999
    assert np.array_equal(ours.astype(np.float16), theirs.astype(np.float16))  # what the store compares
    encode(database, second, "a dog", encoder)
    assert first.cache is not None
    assert second.cache is not None
    assert first.cache.counts == CacheCounts(misses=1)
    assert second.cache.counts == CacheCounts(hits_database=1, hits_memory=1)


def test_nobody_can_read_the_query_there(database: Database) -> None:
    encode(database, QueryEncoding(cache=QueryCache()), "my secret wish", Good(ONE))
    (row,) = rows(database)
    assert row["query_hash"] == digest_of("my secret wish")
    assert b"secret" not in bytes(row["query_hash"])  # type: ignore[call-overload]


def test_each_space_has_its_own(database: Database) -> None:
    encoder, other = Good(ONE), Good(space("other", 16, number=8))
    encode(database, QueryEncoding(cache=QueryCache()), "a dog", encoder)
    found = encode(database, QueryEncoding(cache=QueryCache()), "a dog", other, encoder)
    assert (found.cached, found.asked) == (1, 1)
    assert [len(query.vector) for query in found.vectors] == [16, 64]
    assert [row["space_id"] for row in rows(database)] == [7, 8]


def test_an_hour_counts_from_when_it_was_made_not_from_when_it_was_read(database: Database) -> None:
    clock = Clock()
    encoder = Good(ONE)
    encode(database, QueryEncoding(cache=QueryCache()), "a dog", encoder)
    with database.operator() as tx:
        tx.execute("update query_embeddings set made_at = made_at - interval '50 minutes'")
    cache = QueryCache(clock=clock)
    encode(database, QueryEncoding(cache=cache), "a dog", encoder)
    assert cache.find(None, "a dog", [ONE])
    clock.now += 11 * 60
    assert cache.find(None, "a dog", [ONE]) == {}


@pytest.mark.parametrize(
    "vector", ["array_fill(0.1::real, array[64])", "array_fill(0.125::real, array[63])", "array[1]::real[]"]
)
def test_what_is_no_vector_of_the_space_there_is_a_miss(database: Database, vector: str) -> None:
    with database.operator() as tx:
        tx.execute(
            f"insert into query_embeddings values (7, %(digest)s, ({vector})::halfvec)",  # type: ignore[arg-type]
            {"digest": digest_of("a dog")},
        )
    encoder = Good(ONE)
    encode(database, QueryEncoding(cache=QueryCache()), "a dog", encoder)
    assert encoder.asked == ["a dog"]
    found = encode(database, QueryEncoding(cache=QueryCache()), "a dog", encoder)
    assert found.cached == 1  # it was written over


@pytest.fixture
def broken(database: Database, request: pytest.FixtureRequest) -> Database:
    """A database whose cache cannot be used in one way or another."""
    with database.migrator() as connection:
        connection.execute(request.param)
    return database


@pytest.mark.parametrize(
    "broken",
    [
        "drop table query_embeddings",
        "alter table query_embeddings rename column vector to v",
        "revoke select on query_embeddings from scenedex_app",
        "revoke insert, update, delete on query_embeddings from scenedex_app",
        "alter table query_embeddings add check (space_id < 0)",
    ],
    indirect=True,
)
def test_a_failing_cache_never_fails_a_search(broken: Database) -> None:
    encoder = Good(ONE)
    encoding = QueryEncoding(cache=QueryCache())
    for text in ("a dog", "a dog", "a cat"):
        found = encode(broken, encoding, text, encoder)
        assert np.allclose(found.vectors[0].vector, direction(text, 64))
        assert found.degraded == ()
    assert encoder.asked == ["a dog", "a cat"]  # the memory works


def test_a_reader_s_transaction_stays_usable(database: Database) -> None:
    encoding = QueryEncoding(cache=QueryCache())
    dense = [Dense(channel="transcript", space=ONE, encoder=Good(ONE), background=BACKGROUND)]
    with database.transaction(LOCAL_OWNER) as tx:
        tx.execute("set transaction read only")
        assert len(encoding.encode(tx, "a dog", dense).vectors) == 1
        assert tx.execute("select 1 as one") == [{"one": 1}]
    assert rows(database) == []


def test_without_connection_the_search_says_so_and_not_the_cache(database: Database) -> None:
    encoding = QueryEncoding(cache=QueryCache())
    dense = [Dense(channel="transcript", space=ONE, encoder=Good(ONE), background=BACKGROUND)]
    connection = database.connect_app()
    connection.close()
    tx = Transaction(connection, LOCAL_OWNER)
    assert len(encoding.encode(tx, "a dog", dense).vectors) == 1
    with pytest.raises(DatabaseUnreachableError):
        tx.execute("select 1")


def test_old_rows_go_when_new_ones_come(database: Database) -> None:
    encoding = QueryEncoding(cache=QueryCache())
    texts = [f"text {n}" for n in range(5 * CLEAN_ONE_IN)]
    cleaner = next(t for t in texts if int.from_bytes(digest_of(t)[:4]) % CLEAN_ONE_IN == 0)
    others = [t for t in texts if int.from_bytes(digest_of(t)[:4]) % CLEAN_ONE_IN][:5]
    for text in others:
        encode(database, encoding, text, Good(ONE))
    with database.operator() as tx:
        tx.execute("update query_embeddings set made_at = made_at - interval '2 hours'")
    encode(database, encoding, "one more", Good(replace(ONE, id=9, name="nine")))
    assert len(rows(database)) == 6
    encode(database, encoding, cleaner, Good(ONE))
    assert {row["query_hash"] for row in rows(database)} == {digest_of("one more"), digest_of(cleaner)}


def test_a_space_that_the_store_does_not_know_is_kept_in_memory_alone(database: Database) -> None:
    nowhere: Space = replace(ONE, id=0)
    encode(database, QueryEncoding(cache=QueryCache()), "a dog", Good(nowhere))
    assert rows(database) == []
