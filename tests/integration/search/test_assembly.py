"""Which channels take part: a space that was never measured is measured by a search, within its deadline."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier
from tests.integration.search.shelf import Axes, Shelf, Shot, at
from tests.unit.search.encoders import Does, Hangs, raises

from scenedex.errors import EncoderError, WeightsMissingError
from scenedex.search.assembly import dense_channels, refresh_backgrounds
from scenedex.search.background import unrelated_queries
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.request import DEFAULT_WEIGHTS
from scenedex.search.unrelated import Unrelated
from scenedex.store.backgrounds import read_backgrounds
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import choices, partition
from scenedex.types import Space


@pytest.fixture
def shelf(server: EmbeddedServer, database: Database, database_name: str) -> Shelf:
    made = Shelf(database, server, database_name)
    made.add("a.mp4", *(Shot(looks=(0.9 - i / 10,)) for i in range(5)))
    return made


def channels(
    shelf: Shelf, queries: Callable[[Space], Any], encoding: QueryEncoding
) -> tuple[list[Dense], list[str]]:
    with shelf.database.transaction(shelf.owner) as tx:
        return dense_channels(tx, choices(tx), queries, DEFAULT_WEIGHTS, encoding)


def knows(shelf: Shelf) -> Axes:
    return Axes(shelf.space("visual"), dict.fromkeys(unrelated_queries(), 0))


def stored(shelf: Shelf) -> bool:
    with shelf.database.transaction(shelf.owner) as tx:
        return bool(read_backgrounds(tx))


def test_a_space_is_measured_once(shelf: Shelf) -> None:
    encoding = QueryEncoding(timeout_s=30)
    (one,), degraded = channels(shelf, lambda space: knows(shelf), encoding)
    assert (one.channel, degraded) == ("visual", [])
    assert one.background.even == pytest.approx(0.9, abs=0.01)  # each of these queries finds the first scene
    assert stored(shelf)
    (again,), _ = channels(shelf, lambda space: Does(space, raises(AssertionError())), encoding)
    assert again.background.even == pytest.approx(one.background.even, abs=1e-6)


def test_an_encoder_that_hangs_is_waited_for_no_longer_than_for_a_query_and_serves_the_next(
    shelf: Shelf,
) -> None:
    class Late(Hangs):
        def embed(self, texts: Any) -> Any:
            super().embed(texts)
            return [at(1.0) for _ in texts]

    slow = Late(shelf.space("visual"))
    encoding = QueryEncoding(timeout_s=0.2)
    dense, degraded = channels(shelf, lambda space: slow, encoding)
    assert (dense, degraded) == ([], ["visual: the encoder gave no answer within 0.2 s"])
    assert not stored(shelf)
    _, degraded = channels(shelf, lambda space: slow, encoding)
    assert degraded == ["visual: the encoder is still busy with an earlier query"]
    slow.go.set()
    for _ in range(1000):
        (found, degraded) = channels(shelf, lambda space: slow, encoding)
        if found:
            break
    assert [one.channel for one in found] == ["visual"]
    assert stored(shelf)
    assert len(slow.asked) == len(unrelated_queries())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EncoderError("It is gone."), "It is gone."),
        (RuntimeError("key=0815"), "the encoder failed (RuntimeError)"),
        (MemoryError(), "the encoder failed (MemoryError)"),
    ],
)
def test_an_encoder_that_fails_takes_its_channel_out(shelf: Shelf, error: Exception, said: str) -> None:
    encoding = QueryEncoding(timeout_s=30)
    dense, degraded = channels(shelf, lambda space: Does(space, raises(error)), encoding)
    assert (dense, degraded) == ([], [f"visual: {said}"])


def test_a_model_that_is_not_here_takes_its_channel_out(shelf: Shelf) -> None:
    def queries(space: Space) -> Any:
        raise WeightsMissingError("It is not on this machine.")

    assert channels(shelf, queries, QueryEncoding()) == ([], ["visual: It is not on this machine."])


def test_a_space_that_the_database_cannot_search_takes_its_channel_out(shelf: Shelf) -> None:
    table = partition(shelf.space("visual").id)
    with shelf.migrator() as admin:
        admin.execute(SQL("drop index {}").format(Identifier(f"{table}_vector_idx")))
        admin.execute(SQL("update {} set vector = '[1,0,0]'").format(Identifier(table)))
    dense, degraded = channels(shelf, lambda space: knows(shelf), QueryEncoding(timeout_s=30))
    assert (dense, degraded) == ([], ["visual: the database could not search in it"])


def test_indexing_measures_without_a_deadline_and_only_what_has_grown(shelf: Shelf) -> None:
    encoder = Does(shelf.space("visual"), lambda texts: [at(1.0) for _ in texts])
    for videos in (("b.mp4",), (), ("c.mp4",)):
        for name in videos:
            shelf.add(name, *(Shot(looks=(0.2,)) for _ in range(3)))
        with (
            shelf.database.transaction(shelf.owner) as tx,
            closing(Unrelated(lambda space: encoder)) as unrelated,
        ):
            refresh_backgrounds(tx, unrelated)
    assert len(encoder.asked) == 2 * len(unrelated_queries())
