"""Descriptions from a server of OpenAI's kind: a real one on this machine, which answers as told."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.embeddings.server import Server, late

from scenedex.annotations.description import (
    LONGEST_PAUSE_S,
    MAX_ANSWER_BYTES,
    MAX_DESCRIPTION,
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    MAX_TAGS,
    Describer,
    Endpoint,
    chosen,
    parsed,
)
from scenedex.errors import DescriberRefusedError, DescriptionError
from scenedex.types import Description

GOOD = {"description": "A red boat lies\nat a pier.", "summary": "A boat.", "tags": ["Boat", "pier", "boat"]}
MADE = Description(description="A red boat lies at a pier.", summary="A boat.", tags=("boat", "pier"))


def said(content: Any) -> tuple[int, Any]:
    """What such a server gives when its model has written this."""
    return 200, {"choices": [{"message": {"role": "assistant", "content": content}}]}


class Told:
    """Gives one answer after the other, and the last one from then on."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(*answers: tuple[int, Any]) -> Server:
        servers.append(Server(Told(*answers)))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def describe(
    server: Server, pictures: Sequence[bytes] = (b"jpeg",), **more: Any
) -> tuple[Description, list[float]]:
    pauses: list[float] = []
    describer = Describer(
        Endpoint(model="sees", url=server.url + "/v1", api_key="open sesame", **more), sleep=pauses.append
    )
    try:
        return describer.describe(pictures), pauses
    finally:
        describer.close()


def test_pictures_go_out_and_a_description_comes_back(serve: Callable[..., Server]) -> None:
    server = serve(said(json.dumps(GOOD)))
    assert describe(server, [b"one", b"two"]) == (MADE, [])
    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer open sesame"
    question = json.loads(body)
    assert question["model"] == "sees"
    text, *pictures = question["messages"][0]["content"]
    assert text["type"] == "text"
    sent = [picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,") for picture in pictures]
    assert [base64.b64decode(each) for each in sent] == [b"one", b"two"]


@pytest.mark.parametrize(
    "first",
    [
        (429, {"error": "slow down"}),
        (500, b"oops"),
        (503, b""),
        (408, b""),
        (0, b""),
        said("I see a boat."),
        said(None),
        said(json.dumps({"description": "A boat."})),
        (200, b"not json"),
        (200, {"choices": []}),
    ],
)
def test_what_may_pass_is_asked_again(serve: Callable[..., Server], first: tuple[int, Any]) -> None:
    server = serve(first, first, said(json.dumps(GOOD)))
    assert describe(server) == (MADE, [1.0, 2.0])
    assert len(server.requests) == 3


def test_it_is_not_asked_for_ever(serve: Callable[..., Server]) -> None:
    server = serve((429, b"slow down"))
    with pytest.raises(DescriptionError, match=r"fails \(429\): slow down"):
        describe(server, retries=2)
    assert len(server.requests) == 3


def test_the_pause_that_a_server_asks_for_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from scenedex.annotations import description

    pauses: list[float] = []
    describer = Describer(Endpoint(model="sees", retries=3), sleep=pauses.append)
    asked = iter([5.0, 86_400.0, 0.0])

    def once(body: bytes) -> str:
        raise description._PassingError("busy", next(asked, 0.0))

    monkeypatch.setattr(describer, "_once", once)
    with pytest.raises(DescriptionError):
        describer.describe([b"jpeg"])
    describer.close()
    assert pauses == [5.0, LONGEST_PAUSE_S, 4.0]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_final_and_says_what_to_check(serve: Callable[..., Server], status: int) -> None:
    server = serve((status, {"error": "no"}))
    with pytest.raises(
        DescriberRefusedError, match=r"check OPENAI_BASE_URL, .*'sees' \(SCENEDEX_DESCRIPTION_MODEL\)"
    ) as caught:
        describe(server)
    assert len(server.requests) == 1
    assert "sesame" not in str(caught.value)


def test_what_the_server_does_not_take_is_asked_once(serve: Callable[..., Server]) -> None:
    server = serve((400, b"no pictures please"))
    with pytest.raises(DescriptionError, match="no pictures please"):
        describe(server)
    assert len(server.requests) == 1


def test_an_answer_without_end_is_cut_off(serve: Callable[..., Server]) -> None:
    with pytest.raises(DescriptionError, match="more than a description can be"):
        describe(serve((200, b"x" * (MAX_ANSWER_BYTES + 1))))


def test_a_server_that_hangs_is_left(serve: Callable[..., Server]) -> None:
    server = serve(said(json.dumps(GOOD)))
    server.answer = late(1.0, server.answer)
    with pytest.raises(DescriptionError, match="Timeout"):
        describe(server, timeout_s=0.1, retries=1)


def test_a_server_that_is_not_there() -> None:
    describer = Describer(Endpoint(model="sees", url="http://127.0.0.1:9", retries=0))
    with pytest.raises(DescriptionError, match="cannot be reached"):
        describer.describe([b"jpeg"])
    describer.close()


def test_redirects_are_not_followed(serve: Callable[..., Server]) -> None:
    with pytest.raises(DescriptionError, match="307"):
        describe(serve((307, b"")))


def test_few_pictures_are_sent_and_no_huge_ones(serve: Callable[..., Server]) -> None:
    pictures = [bytes([n]) for n in range(8)]
    assert chosen(pictures) == [b"\0", b"\2", b"\5", b"\7"]
    assert len(chosen(pictures)) == MAX_PICTURES
    huge = b"x" * (MAX_PICTURE_BYTES + 1)
    assert chosen([huge, b"small"]) == [b"small"]
    server = serve(said(json.dumps(GOOD)))
    with pytest.raises(DescriptionError, match="no pictures that could be sent"):
        describe(server, [huge])
    assert server.requests == []


def test_a_fenced_answer_is_read() -> None:
    assert parsed(f"```json\n{json.dumps(GOOD)}\n```\n") == MADE


def test_long_answers_are_cut_after_a_word() -> None:
    made = parsed(
        json.dumps(
            {
                "description": "word " * 1000,
                "summary": "x" * 999,
                "tags": [f"Tag {n}" for n in range(99)] + [" "],
            }
        )
    )
    assert len(made.description) <= MAX_DESCRIPTION
    assert made.description.endswith(" word")
    assert made.summary == "x" * 300
    assert made.tags == tuple(f"tag {n}" for n in range(MAX_TAGS))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"description": ""}',
        '{"description": "   ", "summary": "", "tags": []}',
        '{"description": 7, "summary": "", "tags": []}',
        '{"description": "A boat.", "summary": null, "tags": []}',
        '{"description": "A boat.", "summary": "", "tags": "boat"}',
        '{"description": "A boat.", "summary": "", "tags": [{"name": "boat"}]}',
    ],
)
def test_what_is_no_description(content: str) -> None:
    with pytest.raises(DescriptionError, match=r"^The model"):
        parsed(content)


@given(
    st.text()
    | st.recursive(
        st.none() | st.text() | st.floats(),
        lambda v: st.lists(v) | st.dictionaries(st.sampled_from(["description", "summary", "tags"]), v),
    ).map(json.dumps)
)
def test_any_answer_is_a_description_or_an_error(content: str) -> None:
    try:
        made = parsed(content)
    except DescriptionError:
        return
    assert made.description
    assert len(made.tags) <= MAX_TAGS
