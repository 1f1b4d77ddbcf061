"""The unrelated queries ahead: in a thread of their own, once, and anew where that failed."""

import threading
from contextlib import closing

import pytest
from tests.integration.search.shelf import Shelf, Shot, at
from tests.unit.search.encoders import Does

from scenedex.embeddings.wordllama import WORDLLAMA_SPACE
from scenedex.errors import EncoderError
from scenedex.search.assembly import begin_backgrounds, refresh_backgrounds
from scenedex.search.background import unrelated_queries
from scenedex.search.unrelated import Unrelated
from scenedex.store.backgrounds import read_backgrounds
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.types import Vector


@pytest.fixture
def shelf(server: EmbeddedServer, database: Database, database_name: str) -> Shelf:
    return Shelf(database, server, database_name)


class Watched:
    """Says in which threads it was asked, and fails as often as it is told."""

    def __init__(self, shelf: Shelf, fails: int = 0) -> None:
        self.space, self.fails = shelf.space("visual"), fails
        self.threads: list[str] = []
        self.asked = threading.Event()

    def __call__(self, texts: tuple[str, ...]) -> list[Vector | None]:
        self.threads.append(threading.current_thread().name)
        self.asked.set()
        if len(self.threads) <= self.fails:
            raise EncoderError("not now")
        return [at(1.0) for _ in texts]

    def embedder(self) -> Does:
        return Does(self.space, self)


def measured(shelf: Shelf, unrelated: Unrelated) -> bool:
    with shelf.database.transaction(shelf.owner) as tx:
        refresh_backgrounds(tx, unrelated)
        return shelf.space("visual").id in read_backgrounds(tx)


def begin(shelf: Shelf, unrelated: Unrelated) -> None:
    with shelf.database.transaction(shelf.owner) as tx:
        begin_backgrounds(tx, unrelated, [shelf.space("visual"), WORDLLAMA_SPACE])


def test_a_new_space_is_embedded_while_its_first_video_is_written(shelf: Shelf) -> None:
    watched = Watched(shelf)
    with closing(Unrelated(lambda _: watched.embedder())) as unrelated:
        begin(shelf, unrelated)
        begin(shelf, unrelated)  # of the next video
        assert watched.asked.wait(20)
        shelf.add("a.mp4", *(Shot(looks=(0.2,)) for _ in range(3)))
        assert measured(shelf, unrelated)
    with closing(Unrelated(lambda _: watched.embedder())) as unrelated:
        begin(shelf, unrelated)  # it is measured by now
    assert [name.partition("_")[0] for name in watched.threads] == ["unrelated"]


def test_what_fails_ahead_is_tried_once_more(shelf: Shelf) -> None:
    watched = Watched(shelf, fails=1)
    shelf.add("a.mp4", *(Shot(looks=(0.2,)) for _ in range(3)))
    with closing(Unrelated(lambda _: watched.embedder())) as unrelated:
        begin(shelf, unrelated)
        assert measured(shelf, unrelated)
    assert len(watched.threads) == 2
    assert threading.current_thread().name in watched.threads


def test_an_encoder_that_is_not_here_leaves_its_space_unmeasured(shelf: Shelf) -> None:
    watched = Watched(shelf, fails=9)
    shelf.add("a.mp4", *(Shot(looks=(0.2,)) for _ in range(3)))
    with closing(Unrelated(lambda _: watched.embedder())) as unrelated:
        begin(shelf, unrelated)
        assert not measured(shelf, unrelated)


def test_they_are_all_asked(shelf: Shelf) -> None:
    with closing(Unrelated(lambda _: Watched(shelf).embedder())) as unrelated:
        assert len(unrelated.embedded(shelf.space("visual"))) == len(unrelated_queries())
