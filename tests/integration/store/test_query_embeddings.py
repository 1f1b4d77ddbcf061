import threading

import numpy as np
import pytest
from tests.unit.search.encoders import direction

from scenedex.errors import StoreError
from scenedex.store.database import Database, Transaction
from scenedex.store.query_embeddings import forget_old, read_query_vectors, write_query_vectors
from scenedex.types import LOCAL_OWNER, Vector

DIGEST, OTHER = b"a" * 32, b"b" * 32


def aged(database: Database, digest: bytes, space: int, seconds: float) -> None:
    with database.operator() as tx:
        tx.execute(
            """update query_embeddings set made_at = made_at - make_interval(secs => %(seconds)s)
            where query_hash = %(digest)s and space_id = %(space)s""",
            {"seconds": seconds, "digest": digest, "space": space},
        )


def read(database: Database, digest: bytes, *spaces: int) -> dict[int, Vector]:
    with database.transaction(LOCAL_OWNER) as tx:
        return {id_: vector for id_, (vector, _) in read_query_vectors(tx, digest, spaces, 3600).items()}


def write(database: Database, digest: bytes, vectors: dict[int, Vector]) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_query_vectors(tx, digest, vectors)


@pytest.mark.parametrize("dim", [8, 256, 512, 768, 1152, 4000])
def test_a_vector_comes_back_as_its_halves(database: Database, dim: int) -> None:
    vector = direction("a dog", dim)
    write(database, DIGEST, {7: vector})
    (back,) = read(database, DIGEST, 7).values()
    assert back.shape == (dim,)
    assert back.dtype == np.float32
    assert np.array_equal(back, vector.astype(np.float16).astype(np.float32))
    assert float(back @ vector) / float(np.linalg.norm(back)) > 0.9999


def test_only_what_was_asked_for_comes_back(database: Database) -> None:
    write(database, DIGEST, {7: direction("a", 8), 8: direction("b", 16)})
    write(database, OTHER, {7: direction("c", 8)})
    assert read(database, DIGEST, 7, 8, 9).keys() == {7, 8}
    assert read(database, DIGEST, 8).keys() == {8}
    assert read(database, DIGEST) == {}
    assert read(database, b"c" * 32, 7) == {}


def test_an_hour_and_it_is_gone_and_written_again_it_is_new(database: Database) -> None:
    write(database, DIGEST, {7: direction("a", 8)})
    aged(database, DIGEST, 7, 1000)
    with database.transaction(LOCAL_OWNER) as tx:
        ((_, age_s),) = read_query_vectors(tx, DIGEST, [7], 3600).values()
    assert 1000 <= age_s < 2000
    aged(database, DIGEST, 7, 2600)
    assert read(database, DIGEST, 7) == {}
    write(database, DIGEST, {7: direction("b", 8)})
    assert np.allclose(read(database, DIGEST, 7)[7], direction("b", 8), atol=1e-3)


def test_old_rows_are_removed_so_many_at_a_time(database: Database) -> None:
    for number in range(6):
        write(database, bytes([number]) * 32, {7: direction("a", 8)})
    for number in range(5):
        aged(database, bytes([number]) * 32, 7, 4000)
    with database.transaction(LOCAL_OWNER) as tx:
        assert [forget_old(tx, 3600, 3) for _ in range(3)] == [3, 2, 0]
    assert read(database, bytes([5]) * 32, 7)


def test_both_roles_may_use_it(database: Database) -> None:
    with database.operator() as tx:
        write_query_vectors(tx, DIGEST, {7: direction("a", 8)})
        assert read_query_vectors(tx, DIGEST, [7], 3600)
        assert forget_old(tx, -1, 10) == 1


def test_nobody_waits_for_another_search_that_writes_the_same(database: Database) -> None:
    """A search that would wait for the other's end here would wait for ever."""
    vector = direction("a", 8)
    with database.transaction(LOCAL_OWNER) as first:
        write_query_vectors(first, DIGEST, {7: vector, 8: vector})
        thread = threading.Thread(target=write, args=(database, DIGEST, {7: vector, 8: vector, 9: vector}))
        thread.start()
        thread.join()
        assert read(database, DIGEST, 7, 8, 9).keys() == {9}
    assert read(database, DIGEST, 7, 8, 9).keys() == {7, 8, 9}


def fail(tx: Transaction) -> None:
    with tx.savepoint():
        write_query_vectors(tx, OTHER, {7: direction("a", 8)})
        tx.execute("select no_such_function()")


def test_a_savepoint_undoes_its_block_alone(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_query_vectors(tx, DIGEST, {7: direction("a", 8)})
        with pytest.raises(StoreError):
            fail(tx)
        with tx.savepoint():
            write_query_vectors(tx, DIGEST, {8: direction("a", 8)})
    assert read(database, DIGEST, 7, 8).keys() == {7, 8}
    assert read(database, OTHER, 7) == {}
