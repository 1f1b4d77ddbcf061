"""Encoders behind HTTP: what they are asked, and every way in which they fail."""

import base64
import hashlib
import hmac
import json
import math
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.embeddings.server import Server, late

from scenedex.embeddings.breaker import FAILURES, PAUSE_S
from scenedex.embeddings.images import decode
from scenedex.embeddings.openai_text import OpenAITextEncoder
from scenedex.embeddings.remote_clip import REQUEST_BYTES, TEXTS, RemoteClipEncoder
from scenedex.errors import (
    EncoderPausedError,
    EncoderTimeoutError,
    PictureError,
    RemoteAnswerError,
    RemoteEncoderError,
    RemoteFailedError,
    RemoteRefusedError,
)
from scenedex.tracing import span
from scenedex.types import Space

SECRET = "a secret key"
SPACE = Space(name="clip-b32@1", model="ViT-B-32", revision="1", modality="visual", dim=4)
PICTURE = np.full((20, 30, 3), 99, np.uint8)


def signed_right(path, headers, body):
    """The server's side of DESIGN's signature, written down once more."""
    message = (
        f"POST\n{path}\n{headers['x-timestamp']}\n{headers['x-nonce']}\n{hashlib.sha256(body).hexdigest()}"
    )
    right = hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()
    return right == headers["x-signature"] and abs(time.time() - int(headers["x-timestamp"])) < 60


def clip_server(path, headers, body):
    if not signed_right(path, headers, body):
        return 401, {"error": "signature"}
    asked = json.loads(body)
    items = asked.get("texts") or asked.get("images")
    rows = [[float(len(item) % 7), 1.0, 2.0, 3.0] for item in items]
    return 200, {"embeddings": rows, "model": "ViT-B-32", "dim": 4, "inference_time_ms": 1.0}


def openai_server(path, headers, body):
    asked = json.loads(body)
    rows = [
        {"index": i, "embedding": [float(len(text)), 1.0, 0.0, 0.0]} for i, text in enumerate(asked["input"])
    ]
    return 200, {"data": rows[::-1], "model": asked["model"]}


@pytest.fixture
def serve():
    made = []

    def start(answer):
        made.append(Server(answer))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def clip():
    made = []

    def connect(server, **options):
        named = {
            "url": server.url,
            "secret": SECRET,
            "space": SPACE,
            "timeout_s": 5,
            "text_timeout_s": 5,
        } | options
        made.append(RemoteClipEncoder(**named))
        return made[-1]

    yield connect
    for encoder in made:
        encoder.close()


@pytest.fixture
def openai():
    made = []

    def connect(server, **options):
        named = {"base_url": f"{server.url}/v1", "api_key": "sk-1", "dim": 4, "timeout_s": 5} | options
        made.append(OpenAITextEncoder(**named))
        return made[-1]

    yield connect
    for encoder in made:
        encoder.close()


def test_texts_go_signed_and_come_back_as_unit_vectors(serve, clip):
    server = serve(clip_server)
    found = clip(server).embed(["a dog", " ", "빨간 자동차 \ud800"])
    assert found[1] is None
    assert np.allclose(found[0], np.array([5, 1, 2, 3]) / math.sqrt(39))
    assert found[0].dtype == np.float32
    path, headers, body = server.requests[0]
    assert path == "/v1/embed/text"
    assert json.loads(body) == {"texts": ["a dog", "빨간 자동차 ?"]}
    assert len(headers["x-nonce"]) >= 16


def test_pictures_go_as_jpeg_in_batches_and_a_broken_one_stays_here(serve, clip):
    server = serve(clip_server)
    made = clip(server).embed_pictures([PICTURE] * 9 + [b"broken"])
    assert [type(each.error) for each in made] == [type(None)] * 9 + [PictureError]
    assert made[0].metadata["device"] == "remote"
    assert made[9].metadata["error"].startswith("PictureError")
    assert [len(json.loads(body)["images"]) for _, _, body in server.requests] == [8, 1]
    sent = decode(base64.b64decode(json.loads(server.requests[0][2])["images"][0]))
    assert sent.shape == PICTURE.shape
    assert clip(server).embed_views([PICTURE])[0][0].vector is not None


def test_a_question_names_the_trace_that_it_is_part_of(serve, clip, spans):
    server = serve(clip_server)
    encoder = clip(server)
    with span("search"):
        encoder.embed(["a"])
    trace = format(spans()["search"].context.trace_id, "032x")
    assert server.requests[0][1]["traceparent"].split("-")[1] == trace


def test_a_wrong_secret_is_refused_and_not_tried_again(serve, clip):
    server = serve(clip_server)
    with pytest.raises(RemoteRefusedError, match="secret"):
        clip(server, secret="another").embed(["a"])
    assert len(server.requests) == 1
    made = clip(server, secret="another").embed_pictures([PICTURE, PICTURE])
    assert [type(each.error) for each in made] == [RemoteRefusedError] * 2


def test_every_attempt_has_a_nonce_of_its_own(serve, clip):
    server = serve(lambda *_: (503, {}))
    with pytest.raises(RemoteFailedError, match="503"):
        clip(server, retries=2).embed(["a"])
    assert len({headers["x-nonce"] for _, headers, _ in server.requests}) == 3


@pytest.mark.parametrize("status", [0, 502, 503, 504])
def test_a_failure_that_passes_is_outlasted(serve, clip, status):
    answers = iter([(status, {}), None])
    server = serve(lambda *request: next(answers) or clip_server(*request))
    assert clip(server, retries=1).embed(["a"])[0] is not None


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 500])
def test_a_failure_that_does_not_pass_is_not_tried_again(serve, clip, status):
    server = serve(lambda *_: (status, {}))
    with pytest.raises(RemoteEncoderError, match=str(status)):
        clip(server, retries=5).embed(["a"])
    assert len(server.requests) == 1


@pytest.mark.parametrize(("after", "requests"), [("0", 2), ("3600", 1), ("soon", 1), (None, 1), ("-1", 1)])
def test_who_is_too_busy_is_asked_again_when_it_says_so_and_time_is_left(serve, clip, after, requests):
    answers = iter([(429, {}), None])
    server = serve(lambda *request: next(answers) or clip_server(*request))
    server.headers = {} if after is None else {"Retry-After": after}
    if requests == 2:
        assert clip(server).embed(["a"])[0] is not None
    else:
        with pytest.raises(RemoteFailedError, match="429"):
            clip(server).embed(["a"])
    assert len(server.requests) == requests


def test_what_is_asked_again_has_no_more_time(serve, clip):
    server = serve(lambda *_: (503, {}))
    with pytest.raises(RemoteFailedError, match="503"):
        clip(server, text_timeout_s=0.5, retries=1_000_000).embed(["a"])
    assert len(server.requests) < 100  # a pause before each


def failing_once(first_s):
    """Answers 503 after so many seconds, and hangs when it is asked again."""
    asked = []

    def answer(*given):
        asked.append(given)
        return (
            late(first_s, lambda *_: (503, {}))(*given) if len(asked) == 1 else late(5.0, clip_server)(*given)
        )

    return answer


def test_an_attempt_with_no_time_left_says_what_the_one_before_met(serve, clip):
    with pytest.raises(RemoteFailedError, match="503"):
        clip(serve(failing_once(0.5)), text_timeout_s=0.62, retries=3).embed(["a"])


def test_an_attempt_that_had_its_time_is_a_timeout(serve, clip):
    with pytest.raises(EncoderTimeoutError):
        clip(serve(failing_once(0.0)), text_timeout_s=0.8, retries=3).embed(["a"])


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_after_failures_in_a_row_it_is_left_alone_and_then_tried_once(serve, clip):
    clock = Clock()
    server = serve(lambda *_: (500, {}))
    encoder = clip(server, clock=clock)
    for _ in range(FAILURES):
        with pytest.raises(RemoteFailedError):
            encoder.embed(["a"])
    for _ in range(5):
        with pytest.raises(EncoderPausedError, match="again in 5 s"):
            encoder.embed(["a"])
    assert len(server.requests) == FAILURES
    assert (
        encoder.embed_pictures([PICTURE])[0].error is not None
    )  # asked: pictures have a breaker of their own
    assert len(server.requests) == FAILURES + 1
    clock.now += PAUSE_S
    server.answer = clip_server
    assert encoder.embed(["a"])[0] is not None
    assert encoder.embed(["a"])[0] is not None


def test_a_service_that_says_no_is_not_left_alone(serve, clip):
    server = serve(lambda *_: (401, {}))
    encoder = clip(server)
    for _ in range(2 * FAILURES):
        with pytest.raises(RemoteRefusedError):
            encoder.embed(["a"])
    assert len(server.requests) == 2 * FAILURES


def test_texts_go_in_requests_of_limited_count_and_size(serve, clip):
    server = serve(clip_server)
    encoder = clip(server)
    many = [f"text {n}" for n in range(2 * TEXTS + 1)]
    assert all(vector is not None for vector in encoder.embed(many))
    assert [len(json.loads(body)["texts"]) for _, _, body in server.requests] == [TEXTS, TEXTS, 1]
    assert [text for _, _, body in server.requests for text in json.loads(body)["texts"]] == many
    server.requests.clear()
    large = "강" * (REQUEST_BYTES // 9)  # a third of the size
    assert len(encoder.embed([large] * 5)) == 5
    assert [len(json.loads(body)["texts"]) for _, _, body in server.requests] == [3, 2]
    assert all(len(body) < 1.01 * REQUEST_BYTES for _, _, body in server.requests)


def test_pictures_go_in_requests_of_limited_size(serve, clip, monkeypatch):
    monkeypatch.setattr("scenedex.embeddings.remote_clip.REQUEST_BYTES", 3000)
    server = serve(clip_server)
    made = clip(server).embed_pictures([PICTURE] * 6)
    assert all(each.error is None for each in made)
    assert sum(len(json.loads(body)["images"]) for _, _, body in server.requests) == 6
    assert len(server.requests) > 1


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
INNER = LEAF | st.lists(LEAF, max_size=5)
ANYTHING = INNER | st.lists(INNER, max_size=5) | st.dictionaries(st.text(max_size=5), INNER, max_size=3)
ROWS = st.lists(st.lists(st.floats() | st.integers() | ANYTHING, min_size=3, max_size=5), max_size=3)
ANSWERS = st.one_of(
    st.binary(max_size=60),
    ANYTHING,
    st.fixed_dictionaries({"embeddings": ROWS | ANYTHING}, optional={"model": ANYTHING, "dim": ANYTHING}),
)


@pytest.fixture
def one(serve, clip):
    server = serve(clip_server)
    return server, clip(server)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(status=st.sampled_from([200, 200, 200, 201, 302, 400, 401, 422]), answer=ANSWERS)
def test_whatever_it_answers_is_unit_vectors_or_a_named_error(one, status, answer):
    server, encoder = one
    server.answer = lambda *_: (status, answer)
    try:
        (found,) = encoder.embed(["a"])
        assert found.shape == (4,)
        assert math.isclose(float(np.linalg.norm(found)), 1.0, abs_tol=1e-5)
    except (RemoteEncoderError, EncoderTimeoutError):
        pass
    seen = encoder.embed_pictures([PICTURE])[0]
    assert (seen.vector is None) == isinstance(seen.error, RemoteEncoderError)
    server.answer = clip_server
    assert encoder.embed(["a"])[0] is not None


@pytest.mark.parametrize("answer", [b"[" * 200_000, b'{"embeddings": [[1' + b"0" * 5000 + b", 1, 1, 1]]}"])
def test_json_that_no_parser_takes(serve, clip, answer):
    with pytest.raises(RemoteAnswerError):
        clip(serve(lambda *_: (200, answer))).embed(["a"])


def test_a_slow_service_is_a_timeout(serve, clip):
    server = serve(late(5.0, clip_server))
    started = time.monotonic()
    with pytest.raises(EncoderTimeoutError, match="Timeout"):
        clip(server, text_timeout_s=0.1, retries=0).embed(["a"])
    made = clip(server, timeout_s=0.1, retries=0).embed_pictures([PICTURE])[0]
    assert time.monotonic() - started < 5
    assert "Timeout" in made.metadata["error"]


def test_nobody_there_is_a_named_error(serve, clip):
    server = serve(clip_server)
    server.close()
    with pytest.raises(RemoteFailedError, match="cannot be reached"):
        clip(server, retries=0).embed(["a"])
    server._thread.join()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"embeddings": [[1.0, 2.0, 3.0, float("nan")]]}, "no direction"),
        ({"embeddings": [[0.0, 0.0, 0.0, 0.0]]}, "no direction"),
        ({"embeddings": [["1", "2", "3", "4"]]}, "numbers"),
        ({"embeddings": [[True, False, True, True]]}, "numbers"),
        ({"embeddings": [[10**400, 1, 1, 1]]}, "numbers"),
        ({"embeddings": [[1e999, 0, 0, 0]]}, "no direction"),
        ({"embeddings": [[1.0, 2.0, 3.0]]}, "another model"),
        ({"embeddings": [["a", "b", "c", "d"]]}, "numbers"),
        ({"embeddings": [[1.0, 2.0, 3.0, None]]}, "no direction|numbers"),
        ({"embeddings": []}, "0 embeddings"),
        ({"embeddings": None}, "no embeddings"),
        ({"embeddings": [[1.0, 2.0, 3.0, 4.0]], "model": "ViT-L-14"}, "cannot be compared"),
        ([1, 2], "object"),
        (b"<html>", "JSON"),
    ],
)
def test_nonsense_is_a_named_error(serve, clip, answer, word):
    server = serve(lambda *_: (200, answer))
    with pytest.raises(RemoteAnswerError, match=word) as caught:
        clip(server).embed(["a"])
    assert isinstance(caught.value, RemoteEncoderError)
    assert type(clip(server).embed_pictures([PICTURE])[0].error) is RemoteAnswerError


def test_one_bad_row_spoils_only_its_picture(serve, clip):
    def answer(path, headers, body):
        count = len(json.loads(body)["images"])
        return 200, {"embeddings": [[1.0, 2.0, 3.0, float("nan") if i == 1 else 4.0] for i in range(count)]}

    made = clip(serve(answer)).embed_pictures([PICTURE] * 3)
    assert [each.error is None for each in made] == [True, False, True]


def test_the_reason_of_the_server_is_passed_on(serve, clip):
    answer = {
        "embeddings": [[1.0, 2.0, 3.0, 4.0], None, None],
        "errors": [{"index": 1, "message": "too dark"}, {"index": "x"}, 7],
    }
    made = clip(serve(lambda *_: (200, answer))).embed_pictures([PICTURE] * 3)
    assert made[0].error is None
    assert str(made[1].error) == "The encoding service does not embed this picture: too dark"
    assert "no list of numbers" in str(made[2].error)


def test_a_picture_that_the_server_does_not_take_fails_alone(serve, clip):
    bad = np.zeros((500, 500, 3), np.uint8)

    def answer(path, headers, body):
        return (413, {}) if len(body) > 5000 else clip_server(path, headers, body)

    made = clip(serve(answer)).embed_pictures([PICTURE, bad, PICTURE])
    assert [each.error is None for each in made] == [True, False, True]


def test_openai_shape_any_order(serve, openai):
    server = serve(openai_server)
    found = openai(server, model="text-embedding-3-small").embed(["aaaa", "", "bb"])
    assert found[1] is None
    assert np.allclose(found[0], np.array([4, 1, 0, 0]) / math.sqrt(17))
    assert np.allclose(found[2], np.array([2, 1, 0, 0]) / math.sqrt(5))
    path, headers, body = server.requests[0]
    assert path == "/v1/embeddings"
    assert headers["authorization"] == "Bearer sk-1"
    assert json.loads(body) == {"model": "text-embedding-3-small", "input": ["aaaa", "bb"]}


def test_openai_defaults():
    encoder = OpenAITextEncoder()
    assert encoder.space.dim == 1536
    assert encoder.space.model == "text-embedding-3-small"
    encoder.close()


def test_openai_many_texts_go_in_batches(serve, openai):
    server = serve(openai_server)
    found = openai(server).embed(["x" * (i % 9 + 1) for i in range(300)])
    assert len(server.requests) == 3
    assert all(vector is not None for vector in found)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"error": {"message": "bad key"}}), RemoteRefusedError),
        ((400, {"error": {"message": "too long"}}), RemoteAnswerError),
        ((500, {}), RemoteFailedError),
        ((429, {}), RemoteFailedError),
        ((200, {"data": []}), RemoteAnswerError),
        ((200, {"data": [{"index": 0}]}), RemoteAnswerError),
        ((200, {"data": [{"index": 7, "embedding": [1, 2, 3, 4]}]}), RemoteAnswerError),
        ((200, {"data": [{"index": 0, "embedding": [1, 2]}]}), RemoteAnswerError),
        ((200, {}), RemoteAnswerError),
    ],
)
def test_openai_failures_have_names(serve, openai, answer, error):
    with pytest.raises(error):
        openai(serve(lambda *_: answer)).embed(["a"])
