"""A query in every space that can take it, without a database."""

import json
import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.unit.embeddings.server import Answer, Server
from tests.unit.search.encoders import Does, Good, Hangs, direction, raises, space

from scenedex.embeddings.breaker import FAILURES
from scenedex.embeddings.remote_clip import RemoteClipEncoder
from scenedex.errors import EncoderError, EncoderTimeoutError, RemoteRefusedError, WeightsMissingError
from scenedex.search.cache import CacheCounts, QueryCache
from scenedex.search.calibration import Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import Encoded, QueryEncoding
from scenedex.types import Channel

BACKGROUND = Background(even=0.3, scale=0.1)
SECRET = "a-secret-key-0815"
SHORT_S = 0.1
LONG_S = 30.0


def dense(encoder: Any, channel: Channel = "transcript") -> Dense:
    return Dense(channel=channel, space=encoder.space, encoder=encoder, background=BACKGROUND)


def names(encoded: Encoded) -> list[tuple[str, str]]:
    return [(query.channel, query.space.name) for query in encoded.vectors]


def test_each_space_gets_its_vector_in_the_order_given() -> None:
    one, other = Good(space("one")), Good(space("other", 16))
    encoded = QueryEncoding().encode(None, "a dog", [dense(other, "visual"), dense(one)])
    assert names(encoded) == [("visual", "other"), ("transcript", "one")]
    assert np.allclose(encoded.vectors[0].vector, direction("a dog", 16))
    assert np.allclose(encoded.vectors[1].vector, direction("a dog", 8))
    assert (encoded.degraded, encoded.cached, encoded.asked) == ((), 0, 2)


def test_two_channels_of_one_space_share_a_vector_and_a_failure() -> None:
    good, bad = Good(space("one")), Does(space("bad"), raises(EncoderError("The model is gone.")))
    channels = [dense(one, channel) for one in (good, bad) for channel in ("transcript", "description")]
    encoded = QueryEncoding().encode(None, "a dog", channels)
    assert names(encoded) == [("transcript", "one"), ("description", "one")]
    assert encoded.degraded == ("transcript: The model is gone.", "description: The model is gone.")
    assert good.asked == bad.asked == ["a dog"]
    assert encoded.asked == 2


def test_what_is_nothing_is_not_asked() -> None:
    encoder = Good(space("one"))
    assert QueryEncoding().encode(None, " \n", [dense(encoder)]) == Encoded()
    assert QueryEncoding().encode(None, "a dog", []) == Encoded()
    assert encoder.asked == []


def test_a_text_that_an_encoder_has_no_vector_for_is_no_failure() -> None:
    encoded = QueryEncoding().encode(None, "개", [dense(Does(space("one"), lambda _: [None]))])
    assert (encoded.vectors, encoded.degraded) == ((), ())


def test_encoders_work_side_by_side() -> None:
    meeting = threading.Barrier(3)

    def meet(texts: Any) -> Any:
        meeting.wait(LONG_S)
        return [direction(text, 8) for text in texts]

    encoders = [dense(Does(space(name), meet)) for name in "abc"]
    assert QueryEncoding(timeout_s=LONG_S).encode(None, "a dog", encoders).degraded == ()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (raises(RuntimeError(SECRET)), "the encoder failed (RuntimeError)"),
        (raises(SystemExit(SECRET)), "the encoder failed (SystemExit)"),
        (raises(WeightsMissingError("Get them.")), "Get them."),
        (raises(RemoteRefusedError(SECRET)), "the encoding service does not accept this library's key"),
        (raises(EncoderTimeoutError(SECRET)), "the encoder gave no answer within 30 s"),
        (lambda _: [np.full(8, np.nan)], "the encoder gives numbers that are no direction"),
        (lambda _: [np.zeros(8)], "the encoder gives numbers that are no direction"),
        (lambda _: [], "the encoder does not give one vector for each text"),
        (lambda _: None, "the encoder does not give one vector for each text"),
        (
            lambda _: [np.ones(9)],
            "the encoder gives vectors of the shape (9,), (8,) is expected: it is another model",
        ),
    ],
)
def test_a_failure_is_a_sentence_and_takes_nothing_else_along(does: Callable[..., Any], reason: str) -> None:
    bad, good = Does(space("bad"), does), Good(space("good"))
    encoded = QueryEncoding(timeout_s=LONG_S).encode(None, "a dog", [dense(bad, "visual"), dense(good)])
    assert names(encoded) == [("transcript", "good")]
    assert encoded.degraded == (f"visual: {reason}",)
    assert SECRET not in "".join(encoded.degraded)


def test_one_that_hangs_is_named_and_later_left_alone() -> None:
    encoder, good = Hangs(space("slow")), Good(space("good"))
    encoding = QueryEncoding(timeout_s=SHORT_S)
    first = encoding.encode(None, "a dog", [dense(encoder, "visual"), dense(good)])
    assert first.degraded == ("visual: the encoder gave no answer within 0.1 s",)
    assert names(first) == [("transcript", "good")]
    for _ in range(10):
        again = encoding.encode(None, "a dog", [dense(encoder, "visual"), dense(good)])
        assert again.degraded == ("visual: the encoder is still busy with an earlier query",)
        assert names(again) == [("transcript", "good")]
    assert encoder.threads == 1
    encoder.go.set()


def test_an_answer_that_comes_too_late_serves_the_next_who_asks() -> None:
    encoder = Hangs(space("slow"))
    cache = QueryCache()
    encoding = QueryEncoding(timeout_s=SHORT_S, cache=cache)
    assert encoding.encode(None, "a dog", [dense(encoder)]).vectors == ()
    encoder.go.set()
    while not cache.find(None, "a dog", [encoder.space]):
        threading.Event().wait(0.001)
    encoded = encoding.encode(None, "a  dog", [dense(encoder)])
    assert (len(encoded.vectors), encoded.cached, encoded.asked) == (1, 1, 0)


def test_one_that_always_fails_is_not_asked_every_time() -> None:
    encoder = Does(space("bad"), raises(RuntimeError("no")))
    encoding = QueryEncoding()
    said = [encoding.encode(None, "a dog", [dense(encoder)]).degraded for _ in range(20)]
    assert len(encoder.asked) == FAILURES
    assert said[-1][0].startswith("transcript: the encoder failed several times and is asked again in ")
    other = Good(space("bad"))
    assert len(encoding.encode(None, "a dog", [dense(other)]).vectors) == 1  # another encoder starts afresh


def test_a_query_is_asked_once_and_then_known() -> None:
    encoder = Good(space("one"))
    encoding = QueryEncoding(cache=QueryCache())
    first, second = (encoding.encode(None, text, [dense(encoder)]) for text in ("a dog", " a\tdog "))
    assert encoder.asked == ["a dog"]
    assert (first.cached, first.asked, second.cached, second.asked) == (0, 1, 1, 0)
    assert np.array_equal(first.vectors[0].vector, second.vectors[0].vector)
    assert encoding.cache is not None
    assert encoding.cache.counts == CacheCounts(hits_memory=1, misses=1)


def test_failures_are_not_kept() -> None:
    encoder = Does(space("one"), raises(RuntimeError("no")))
    encoding = QueryEncoding(cache=QueryCache())
    encoding.encode(None, "a dog", [dense(encoder)])
    encoder.does = lambda texts: [direction(text, 8) for text in texts]
    assert len(encoding.encode(None, "a dog", [dense(encoder)]).vectors) == 1


def test_what_is_faster_than_a_cache_needs_none() -> None:
    encoder = Good(space("one"))
    encoder.static = True  # type: ignore[attr-defined]
    encoding = QueryEncoding(cache=QueryCache())
    for _ in range(2):
        assert len(encoding.encode(None, "a dog", [dense(encoder)]).vectors) == 1
    assert encoder.asked == ["a dog", "a dog"]
    assert encoding.cache is not None
    assert encoding.cache.counts == CacheCounts()


def test_other_texts_have_the_same_deadline() -> None:
    encoder = Hangs(space("slow"))
    encoding = QueryEncoding(timeout_s=SHORT_S)
    with pytest.raises(EncoderTimeoutError):
        encoding.texts(dense(encoder), ["a", "b"])
    encoder.go.set()
    assert len(encoding.texts(dense(Good(space("one"))), ["a", "b"])) == 2


def test_after_closing_nothing_is_asked() -> None:
    encoder = Good(space("one"))
    encoding = QueryEncoding()
    encoding.encode(None, "a dog", [dense(encoder)])
    encoding.close()
    assert encoding.encode(None, "a dog", [dense(encoder)]).degraded == (
        "transcript: This library is closed.",
    )


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    made: list[Server] = []

    def start(answer: Answer) -> Server:
        made.append(Server(answer))
        return made[-1]

    yield start
    for server in made:
        server.close()


def remote(server: Server) -> RemoteClipEncoder:
    return RemoteClipEncoder(
        url=server.url, secret=SECRET, space=space("clip"), text_timeout_s=LONG_S, retries=1
    )


REFUSED = "visual: the encoding service does not accept this library's key"
FAILS = "visual: the encoding service cannot be reached, or fails"
NONSENSE = "visual: the encoding service answers with something that is no embedding of this library's kind"


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (401, {"error": f"bad signature {SECRET}"}, REFUSED),
        (500, {"error": SECRET}, FAILS),
        (0, None, FAILS),
        (200, {"embeddings": [[float("nan")] * 8]}, NONSENSE),
        (200, {"embeddings": [[1.0] * 7]}, NONSENSE),
        (200, {"embeddings": [[0.0] * 8]}, NONSENSE),
        (200, b'{"embeddings": [[1.0, 2.0, 3.', NONSENSE),
        (200, b"", NONSENSE),
        (302, {}, NONSENSE),
    ],
)
def test_a_remote_encoder_that_fails(
    serve: Callable[[Answer], Server], status: int, answer: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    encoder = remote(serve(lambda *_: (status, answer)))
    good = Good(space("good"))
    with caplog.at_level(logging.CRITICAL):
        encoded = QueryEncoding(timeout_s=LONG_S).encode(
            None, "a dog", [dense(encoder, "visual"), dense(good)]
        )
    assert encoded.degraded == (reason,)
    assert names(encoded) == [("transcript", "good")]
    encoder.close()


def test_a_remote_encoder_that_hangs(serve: Callable[[Answer], Server]) -> None:
    go = threading.Event()
    server = serve(lambda *_: (go.wait(LONG_S) and 500, {}))
    encoder, good = remote(server), Good(space("good"))
    encoded = QueryEncoding(timeout_s=0.5).encode(None, "a dog", [dense(encoder, "visual"), dense(good)])
    assert not go.is_set()  # nobody waited for the service
    assert encoded.degraded == ("visual: the encoder gave no answer within 0.5 s",)
    assert names(encoded) == [("transcript", "good")]
    go.set()
    encoder.close()


def test_a_remote_encoder_that_works(serve: Callable[[Answer], Server]) -> None:
    def answer(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        rows = [direction(text, 8).tolist() for text in json.loads(body)["texts"]]
        return 200, {"embeddings": rows, "model": "clip"}

    encoder = remote(serve(answer))
    encoded = QueryEncoding(timeout_s=LONG_S).encode(None, "a dog", [dense(encoder, "visual")])
    assert np.allclose(encoded.vectors[0].vector, direction("a dog", 8))
    encoder.close()


def test_a_process_ends_though_an_encoder_hangs() -> None:
    """The encoder waits for ten minutes, the test for less: it fails when the exit waits for the encoder."""
    program = """
        import time
        from scenedex.search.calibration import Background
        from scenedex.search.dense import Dense
        from scenedex.search.encoding import QueryEncoding
        from scenedex.types import Space

        space = Space(name="slow", model="slow", revision="1", modality="text", dim=8)

        class Slow:
            space = space
            def embed(self, texts):
                time.sleep(600)

        dense = Dense(channel="visual", space=space, encoder=Slow(), background=Background(even=0.3, scale=0.1))
        encoding = QueryEncoding(timeout_s=0.1)
        print(encoding.encode(None, "a dog", [dense]).degraded)
        encoding.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert "Fatal" not in done.stderr
    assert "no answer within 0.1 s" in done.stdout
