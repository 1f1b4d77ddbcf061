"""A search whose channels are asked side by side answers as one whose channels are asked together."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from tests.integration.search.shelf import BACKGROUND, Axes, Shelf, Shot, at

from scenedex.errors import StoreError
from scenedex.search import retrieval
from scenedex.search.cache import QueryCache
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.engine import Engine
from scenedex.search.question import read_question
from scenedex.search.request import SearchDefaults, SearchRequest
from scenedex.search.retrieval import Ask, retrieve
from scenedex.store.beside import Beside
from scenedex.store.channels import search_channels
from scenedex.store.database import Database, Transaction
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.scoring import score_scenes
from scenedex.store.sizes import LARGE, Size
from scenedex.types import Channel, ChannelRow, Filters, Mode, Space, Vector, VectorQuery


@pytest.fixture
def shelf(server: EmbeddedServer, database: Database, database_name: str) -> Shelf:
    made = Shelf(database, server, database_name)
    made.add(
        "a.mp4",
        Shot("a zebra", (0.2,), sounds=0.4),
        Shot("", (0.9,)),
        Shot("zebra two", (0.7, 0.5), sounds=0.9),
    )
    return made


def query(shelf: Shelf, channel: Channel) -> VectorQuery:
    return VectorQuery(channel=channel, space=shelf.space(channel), vector=at(1.0))


@pytest.mark.parametrize(
    ("channels", "terms", "statements"),
    [
        (("visual", "audio"), ("zebra",), 2),
        (("audio",), ("zebra",), 2),
        (("visual",), ("zebra",), 2),
        (("visual",), (), 1),
        ((), ("zebra",), 1),
    ],
)
@pytest.mark.parametrize("mode", ["recall", "rerank"])
def test_side_by_side(
    shelf: Shelf, channels: tuple[Channel, ...], terms: tuple[str, ...], statements: int, mode: Mode
) -> None:
    vectors = [query(shelf, channel) for channel in channels]
    sizes = {0: Size(0.0, LARGE, -1.0), **{one.space.id: Size(4.0, LARGE, 4.0) for one in vectors}}
    ask = Ask(
        question=read_question("zebra"), terms=terms, vectors=vectors, mode=mode, filters=Filters(), sizes=sizes
    )  # fmt: skip
    beside = Beside(shelf.database)
    with shelf.database.transaction(shelf.owner) as tx:
        together = retrieve(tx, ask, {}, SearchDefaults())
        with mock.patch.object(retrieval, "search_channels", side_effect=retrieval.search_channels) as asked:
            apart = retrieve(tx, replace(ask, beside=beside), {}, SearchDefaults())
    beside.close()
    assert asked.call_count == statements
    assert together.candidates
    assert apart == together


def looking(shelf: Shelf, beside: Beside | None) -> Ask:
    """Words, sounds and pictures of a large library, with a second look."""
    vectors = [query(shelf, "visual"), query(shelf, "audio")]
    return Ask(
        question=read_question("zebra"),
        terms=("zebra",),
        vectors=vectors,
        mode="rerank",
        filters=Filters(),
        sizes={0: Size(0.0, LARGE, -1.0), **{one.space.id: Size(4.0, LARGE, 4.0) for one in vectors}},
        beside=beside,
    )


@pytest.mark.parametrize("ahead", [0, 1, 500])
def test_pictures_of_what_words_bring_are_looked_at_beside(shelf: Shelf, ahead: int) -> None:
    beside, looks = Beside(shelf.database), list[tuple[bool, list[UUID]]]()
    shelf.add("b.mp4", Shot("no word of it", (0.8,), sounds=0.0))
    all_count = SearchDefaults(pooling="top3")  # the best keyframe of each is known

    def looked(own: Transaction, asked: VectorQuery, scenes: Sequence[UUID]) -> retrieval.Scores:
        if scenes:
            looks.append((own is tx, list(scenes)))
        return score_scenes(own, asked, scenes)

    with shelf.database.transaction(shelf.owner) as tx:
        together = retrieve(tx, looking(shelf, None), {}, all_count)
        with (
            mock.patch.object(retrieval, "score_scenes", looked),
            mock.patch.object(retrieval, "AHEAD", ahead),
        ):
            apart = retrieve(tx, looking(shelf, beside), {}, all_count)
    beside.close()
    assert apart == together
    assert len(together.cosines) == 4
    assert sorted(scene for _, scenes in looks for scene in scenes) == sorted(together.cosines)
    elsewhere = [len(scenes) for own, scenes in looks if not own]
    assert elsewhere == {0: [], 1: [1], 500: [3]}[ahead], "one of four is only seen"


def test_what_was_found_by_its_best_keyframe_is_not_looked_at_again(shelf: Shelf) -> None:
    shelf.add("b.mp4", Shot("no word of it", (0.8, 0.2), sounds=0.0), Shot("a zebra", (0.1, 0.3), sounds=0.0))
    looks: list[UUID] = []
    ask = replace(looking(shelf, None), sizes=None)

    def looked(own: Transaction, asked: VectorQuery, scenes: Sequence[UUID]) -> retrieval.Scores:
        looks.extend(scenes)
        return score_scenes(own, asked, scenes)

    def searched(*args: Any, **named: Any) -> list[ChannelRow]:
        """Of pictures the best three alone, as of a library with more than a channel offers."""
        rows = search_channels(*args, **named)
        seen = [row for row in rows if row.channel == "visual"]
        return [row for row in rows if row not in seen[3:]]

    with (
        shelf.database.transaction(shelf.owner) as tx,
        mock.patch.object(retrieval, "search_channels", searched),
    ):
        with mock.patch.object(retrieval, "_best_known", return_value={}):
            every = retrieve(tx, ask, {}, SearchDefaults())
        with mock.patch.object(retrieval, "score_scenes", looked):
            found = retrieve(tx, ask, {}, SearchDefaults())
    assert found == every
    assert len(found.cosines) == 5
    assert len(looks) == 2


def test_a_look_that_fails_beside_takes_nothing_else_along(shelf: Shelf) -> None:
    beside = Beside(shelf.database)

    def failing(own: Transaction, asked: VectorQuery, scenes: Sequence[UUID]) -> retrieval.Scores:
        if own is not tx:
            raise StoreError("no such table")
        return score_scenes(own, asked, scenes)

    with (
        shelf.database.transaction(shelf.owner) as tx,
        mock.patch.object(retrieval, "score_scenes", failing),
    ):
        found = retrieve(tx, looking(shelf, beside), {}, SearchDefaults(pooling="top3"))
    beside.close()
    assert found.candidates
    assert found.degraded == ("visual: the database could not search in it",)


def test_a_small_library_is_asked_in_one_statement(shelf: Shelf) -> None:
    ask = Ask(
        question=read_question("zebra"),
        terms=("zebra",),
        vectors=[query(shelf, "visual")],
        mode="recall",
        filters=Filters(),
        sizes={0: Size(0.0, 3.0, -1.0), shelf.space("visual").id: Size(4.0, 3.0, 4.0)},
        beside=Beside(shelf.database),
    )
    with (
        shelf.database.transaction(shelf.owner) as tx,
        mock.patch.object(retrieval, "search_channels", side_effect=retrieval.search_channels) as asked,
    ):
        assert retrieve(tx, ask, {}, SearchDefaults()).candidates
    assert asked.call_count == 1


class Slow(Axes):
    """Answers when a search has begun, or not at all."""

    def __init__(self, space: Space, axes: dict[str, int], begun: threading.Event) -> None:
        super().__init__(space, axes)
        self.begun = begun

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        if not self.begun.wait(20):
            raise TimeoutError
        return super().embed(texts)


class Static(Axes):
    static = True


def slow(
    shelf: Shelf,
    begun: threading.Event,
    beside: Beside | None,
    *,
    gives: bool = True,
    cache: QueryCache | None = None,
) -> Engine:
    """What looks for pictures in a large library with an encoder that waits for a search to begin."""
    seen, heard = shelf.space("visual"), shelf.space("audio")
    looking = Slow(seen, shelf.axes if gives else {}, begun)
    dense = [
        Dense(channel="visual", space=seen, encoder=looking, background=BACKGROUND),
        Dense(channel="audio", space=heard, encoder=Static(heard, shelf.axes), background=BACKGROUND),
    ]
    sizes = {0: Size(0.0, LARGE, -1.0), **{space.id: Size(4.0, LARGE, 4.0) for space in (seen, heard)}}
    return Engine(dense=dense, sizes=sizes, beside=beside, encoding=QueryEncoding(timeout_s=30, cache=cache))


@contextmanager
def telling(begun: threading.Event) -> Iterator[mock.Mock]:
    """Statements that say that they have begun."""

    def asked(*arguments: Any, **named: Any) -> Any:
        begun.set()
        return search_channels(*arguments, **named)

    with mock.patch.object(retrieval, "search_channels", side_effect=asked) as statements:
        yield statements


REQUEST = SearchRequest(query="zebra", weaker=True)


@pytest.mark.parametrize("gives", [True, False])
def test_what_needs_no_slow_encoder_is_searched_while_it_works(shelf: Shelf, gives: bool) -> None:
    begun, beside = threading.Event(), Beside(shelf.database)
    shelf.axes = {"zebra": 0}
    with shelf.database.transaction(shelf.owner) as tx, telling(begun) as statements:
        apart = slow(shelf, begun, beside, gives=gives).search(tx, REQUEST)
    beside.close()
    assert statements.call_count == (2 if gives else 3)
    with shelf.database.transaction(shelf.owner) as tx:
        together = slow(shelf, begun, None, gives=gives).search(tx, REQUEST)
    assert apart.hits
    assert replace(apart, took_ms={}) == replace(together, took_ms={})


@pytest.mark.parametrize("large", [True, False])
def test_nobody_waits_until_the_vector_of_a_query_is_kept(shelf: Shelf, large: bool) -> None:
    begun, beside, cache = threading.Event(), Beside(shelf.database), QueryCache()
    shelf.axes = {"zebra": 0}
    if not large:
        begun.set()
    with suppress(_Undone), shelf.database.transaction(shelf.owner) as tx, telling(begun):
        slow(shelf, begun, beside if large else None, cache=cache).search(tx, REQUEST)
        raise _Undone
    beside.close()
    with shelf.database.transaction(shelf.owner) as tx:
        (row,) = tx.execute("select count(*)::int as kept from query_embeddings")
    assert row["kept"] == (1 if large else 0), (
        "in a transaction of its own, or in the search's, which was undone"
    )


class _Undone(Exception):
    pass
