"""A search whose channels are asked side by side answers as one whose channels are asked together."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from tests.integration.search.shelf import BACKGROUND, Axes, Shelf, Shot, at

from scenedex.search import retrieval
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.engine import Engine
from scenedex.search.question import read_question
from scenedex.search.request import SearchDefaults, SearchRequest
from scenedex.search.retrieval import Ask, retrieve
from scenedex.store.beside import Beside
from scenedex.store.channels import search_channels
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.sizes import LARGE, Size
from scenedex.types import Channel, Filters, Mode, Space, Vector, VectorQuery


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


@pytest.mark.parametrize("gives", [True, False])
def test_what_needs_no_slow_encoder_is_searched_while_it_works(shelf: Shelf, gives: bool) -> None:
    begun, beside = threading.Event(), Beside(shelf.database)
    shelf.axes = {"zebra": 0}

    def asked(*arguments: Any, **named: Any) -> Any:
        begun.set()
        return search_channels(*arguments, **named)

    seen, heard = shelf.space("visual"), shelf.space("audio")
    dense = [
        Dense(
            channel="visual",
            space=seen,
            encoder=Slow(seen, shelf.axes if gives else {}, begun),
            background=BACKGROUND,
        ),
        Dense(channel="audio", space=heard, encoder=Static(heard, shelf.axes), background=BACKGROUND),
    ]
    sizes = {0: Size(0.0, LARGE, -1.0), **{space.id: Size(4.0, LARGE, 4.0) for space in (seen, heard)}}
    engine = Engine(dense=dense, sizes=sizes, beside=beside, encoding=QueryEncoding(timeout_s=30))
    request = SearchRequest(query="zebra", weaker=True)
    with (
        shelf.database.transaction(shelf.owner) as tx,
        mock.patch.object(retrieval, "search_channels", side_effect=asked) as statements,
    ):
        apart = engine.search(tx, request)
    beside.close()
    assert statements.call_count == (2 if gives else 3)
    with shelf.database.transaction(shelf.owner) as tx:
        together = Engine(dense=dense, sizes=sizes, encoding=QueryEncoding()).search(tx, request)
    assert apart.hits
    assert replace(apart, took_ms={}) == replace(together, took_ms={})
