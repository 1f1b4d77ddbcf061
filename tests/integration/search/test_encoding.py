"""Searches while encoders fail: the channel is gone, and nothing else is."""

import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.spans import Spans
from tests.unit.embeddings.server import Answer, Server
from tests.unit.search.encoders import Does, Good, Hangs, direction, raises, space

from scenedex.embeddings.remote_clip import RemoteClipEncoder
from scenedex.embeddings.terms import scene_terms
from scenedex.errors import EncoderError, RemoteRefusedError
from scenedex.search.cache import QueryCache
from scenedex.search.calibration import Background
from scenedex.search.encoding import QueryEncoding
from scenedex.search.engine import Dense, Engine
from scenedex.search.planning import plan
from scenedex.search.request import SearchDefaults, SearchRequest
from scenedex.search.router import route
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.types import (
    Answer as Found,
)
from scenedex.types import (
    Caption,
    Channel,
    EmbeddingDraft,
    MediaInfo,
    SceneRecord,
    VideoRecord,
)

SCENES = 40
DIM = 6  #: so few that every text has scenes near it
WEIGHTS: dict[Channel, float] = {
    "visual": 0.25,
    "transcript": 0.3,
    "description": 0.15,
    "audio": 0.1,
    "lexical": 0.2,
}
CHANNELS: list[Channel] = ["visual", "transcript", "description", "audio"]
WORDS = ["red", "car", "dog", "street", "rain", "music", "crowd", "night", "river", "boat", "bridge", "snow"]
BACKGROUND = Background(even=0.5, scale=0.15)
LONG_S = 30.0

Library = tuple[Database, dict[Channel, Dense]]


@pytest.fixture(scope="module")
def library(server: EmbeddedServer) -> Iterator[Library]:
    """Scenes with words and with vectors in a space for each channel, drawn by lot; the encoders all work."""
    name = "degraded"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
    with Database.at(server, name) as database:
        spaces = {channel: ensure_space(database, space(f"degraded-{channel}", DIM)) for channel in CHANNELS}
        lot = np.random.default_rng(4)
        said = [" ".join(lot.choice(WORDS, size=5)) for _ in range(SCENES)]
        record = VideoRecord(
            content_hash=sha256(b"degraded").hexdigest(),
            title="film.mp4",
            info=MediaInfo(container="mp4", size_bytes=1, start_s=0, duration_s=10.0 * SCENES, video=None),
            duration_s=10.0 * SCENES,
            scenes=tuple(
                SceneRecord(index=i, start_s=10.0 * i, end_s=10.0 * i + 10, keyframes=(), thumbnail_key=None)
                for i in range(SCENES)
            ),
            captions=tuple(
                Caption(start_s=10.0 * i + 1, end_s=10.0 * i + 5, text=text, origin="sidecar", index=i)
                for i, text in enumerate(said)
            ),
            terms=tuple(scene_terms([text], ["film.mp4"]) for text in said),
            embeddings={
                one.id: tuple(
                    EmbeddingDraft(
                        scene_index=i, ordinal=0, t_s=10.0 * i + 1, vector=direction(f"{one.name} {i}", DIM)
                    )
                    for i in range(SCENES)
                )
                for one in spaces.values()
            },
            recipe="test",
            sidecars="",
        )
        with database.transaction(OWNER) as tx:
            write_video(tx, record)
        yield database, {channel: dense(channel, Good(one)) for channel, one in spaces.items()}


OWNER = UUID("00000000-0000-0000-0000-0000000d1234")


def dense(channel: Channel, encoder: Any) -> Dense:
    return Dense(channel=channel, space=encoder.space, encoder=encoder, background=BACKGROUND)


def search(database: Database, query: str, channels: list[Dense], timeout_s: float = LONG_S) -> Found:
    encoding = QueryEncoding(timeout_s=timeout_s)
    engine = Engine(dense=channels, defaults=SearchDefaults(weights=WEIGHTS), encoding=encoding)
    with database.transaction(OWNER) as tx:
        answer = engine.search(tx, SearchRequest(query=query, limit=50))
    encoding.close()
    return answer


def order(answer: Found) -> tuple[list[tuple[int, str]], int]:
    """Everything that failing must not change."""
    return [(hit.scene, hit.band) for hit in answer.hits], answer.hidden


FAILURES: dict[str, Callable[[list[str]], Any]] = {
    "encoder error": raises(EncoderError("The model is gone.")),
    "refused": raises(RemoteRefusedError("401")),
    "bug": raises(ZeroDivisionError()),
    "exit": raises(SystemExit(1)),
    "memory": raises(MemoryError()),
    "nan": lambda _: [np.full(DIM, np.nan)],
    "infinite": lambda _: [np.full(DIM, np.inf)],
    "zero": lambda _: [np.zeros(DIM)],
    "dimension": lambda _: [np.ones(DIM + 1)],
    "nothing": lambda _: None,
    "too many": lambda texts: [direction(text, DIM) for text in [*texts, *texts]],
    "words": lambda _: ["a vector"],
    "hangs": lambda _: None,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    query=st.lists(st.sampled_from([*WORDS, "zymurgy", '"red car"', "film"]), min_size=1, max_size=4).map(
        " ".join
    ),
    fates=st.fixed_dictionaries(
        {channel: st.sampled_from(["works", "works", "absent", *FAILURES]) for channel in CHANNELS}
    ),
)
def test_a_channel_that_fails_changes_nothing_about_the_others(
    library: Library, query: str, fates: dict[Channel, str]
) -> None:
    database, whole = library
    hanging = []
    channels: list[Dense] = []
    for channel, fate in fates.items():
        one = whole[channel]
        if fate == "works":
            channels.append(one)
        elif fate == "hangs":
            hanging.append(Hangs(one.space))
            channels.append(dense(channel, hanging[-1]))
        elif fate != "absent":
            channels.append(dense(channel, Does(one.space, FAILURES[fate])))
    alone = search(database, query, [whole[channel] for channel, fate in fates.items() if fate == "works"])
    # the deadline is short where it is meant to pass, and long where nothing hangs
    answer = search(database, query, channels, 0.5 if hanging else LONG_S)
    for encoder in hanging:
        encoder.go.set()
    assert order(answer) == order(alone)
    assert [hit.score for hit in answer.hits] == pytest.approx([hit.score for hit in alone.hits], abs=2e-6)
    assert alone.degraded == ()
    there: set[Channel] = {"lexical", *(one.channel for one in channels)}
    wanted = plan(
        route(query), WEIGHTS, there
    ).weights  # a query about words leaves the pictures out, and says nothing
    failed = [channel for channel, fate in fates.items() if fate in FAILURES and channel in wanted]
    assert [reason.partition(":")[0] for reason in answer.degraded] == failed


def test_the_channels_of_that_test_do_change_the_order(library: Library) -> None:
    """Without this the test above would hold for channels that count for nothing."""
    database, whole = library
    orders = {
        tuple(order(search(database, "red car", [one for name, one in whole.items() if name != out]))[0])
        for out in (*CHANNELS, None)
    }
    assert len(orders) == len(CHANNELS) + 1


def test_a_search_is_a_span_with_its_steps(library: Library, spans: Spans) -> None:
    database, whole = library
    found = search(database, "red car", list(whole.values()))
    made = spans()
    assert set(made) == {"search", *(f"search.{step}" for step in ("router", "encode", "retrieve", "rerank"))}
    outer = made.pop("search")
    assert outer.attributes is not None
    assert outer.attributes["hits"] == len(found.hits)
    assert {step.parent.span_id for step in made.values() if step.parent} == {outer.context.span_id}
    assert "red car" not in outer.to_json()


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    made: list[Server] = []

    def start(answer: Answer) -> Server:
        made.append(Server(answer))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (401, {"error": "signature"}, "does not accept this library's key"),
        (500, {}, "fails"),
        (0, None, "fails"),
        (200, {"embeddings": [[float("nan")] * DIM]}, "no embedding"),
        (200, {"embeddings": [[1.0] * (DIM + 1)]}, "no embedding"),
        (200, b'{"embeddings": [[1.0, 2.', "no embedding"),
        (-1, None, "no answer within 0.5 s"),
    ],
)
def test_a_remote_encoder_that_fails_takes_its_channel_out(
    library: Library, serve: Callable[[Answer], Server], status: int, answer: Any, reason: str
) -> None:
    """With the status -1 the service answers only after the search did: one that waited for it would hang."""
    database, whole = library
    searched = threading.Event()
    server = serve(lambda *_: (status, answer) if status >= 0 else (searched.wait(LONG_S) and 500, {}))
    encoder = RemoteClipEncoder(
        url=server.url, secret="secret", space=whole["visual"].space, text_timeout_s=LONG_S
    )
    found = search(
        database,
        "red car",
        [dense("visual", encoder), whole["transcript"]],
        LONG_S if status >= 0 else 0.5,
    )
    searched.set()
    encoder.close()
    (said,) = found.degraded
    assert said.startswith("visual: the enco")
    assert reason in said
    assert order(found) == order(search(database, "red car", [whole["transcript"]]))
    assert found.hits


def test_a_query_gives_the_same_from_the_cache(library: Library) -> None:
    database, whole = library
    caches = [QueryCache(), QueryCache()]
    answers = []
    for cache in (caches[0], caches[0], caches[1]):
        engine = Engine(
            dense=list(whole.values()),
            defaults=SearchDefaults(weights=WEIGHTS),
            encoding=QueryEncoding(cache=cache),
        )
        with database.transaction(OWNER) as tx:
            answers.append(engine.search(tx, SearchRequest(query="boat under a bridge", limit=50)))
    assert answers[0].hits == answers[1].hits == answers[2].hits
    assert answers[0].hits
    assert caches[0].counts.hits_memory == 4
    assert caches[1].counts.hits_database == 4
