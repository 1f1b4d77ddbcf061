"""Searching over HTTP: the same as on the command line."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from tests.integration.api.shelf import Shelf, client_for
from typer.testing import CliRunner

from scenedex.api import pictures
from scenedex.api.models.search import MAX_PICTURE_TEXT
from scenedex.cli.main import app as command

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(client: TestClient) -> Ask:
    def asked(where: str = "/search", **body: Any) -> dict[str, Any]:
        answer = client.post(where, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return asked


@pytest.fixture
def keyframe(shared: Shelf) -> bytes:
    scene = shared.library.scene(shared.scenes[0])
    return shared.library.picture(scene.keyframes[0].object_key)


def numbers(answer: dict[str, Any]) -> list[int]:
    return [hit["scene"] for hit in answer["hits"]]


def test_words_are_found(ask: Ask, shared: Shelf) -> None:
    answer = ask(query="crown jewels", limit=3)
    hit = answer["hits"][0]
    assert (hit["scene_id"], hit["scene"], hit["band"]) == (str(shared.scenes[1]), 1, "strong")
    assert "<mark>" in hit["channels"]["lexical"]["text"]
    assert hit["thumbnail"].startswith(f"/api/v1/scenes/{shared.scenes[1]}/thumbnail?v=")


def test_the_short_path_is_the_same(ask: Ask) -> None:
    short, long = (ask(where, query="crown jewels") for where in ("/search", "/api/v1/search/semantic"))
    assert {**short, "took_ms": {}} == {**long, "took_ms": {}}


def test_the_command_line_says_the_same(ask: Ask, shared: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(shared.library.home))
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    done = CliRunner().invoke(command, ["search", "crown jewels turned", "--json", "--by-video"])
    assert done.exit_code == 0, done.output
    said, answered = json.loads(done.stdout), ask(query="crown jewels turned", group_by="video")
    assert said["groups"]
    assert {**said, "took_ms": {}} == {**answered, "took_ms": {}}


def test_nothing_is_an_answer(ask: Ask) -> None:
    assert ask(query="zxqv", mode="skip")["hits"] == []


def test_filters_narrow_it(ask: Ask, shared: Shelf) -> None:
    def found(**filters: Any) -> int:
        return len(ask(query="crown jewels", filters=filters)["hits"])

    assert found(video_ids=[str(shared.film)]) > 0
    assert found(video_ids=[str(shared.silent)]) == found(language="ko") == found(tags=["none"]) == 0
    assert found(before="2001-01-01T00:00:00Z") == found(min_duration_s=100) == found(from_s=100) == 0
    assert found(bands=["strong"]) == 1
    assert found(after="2001-01-01T00:00:00Z", max_duration_s=100, to_s=2, language="en") > 0


def test_one_thing_after_another(ask: Ask) -> None:
    (hit,) = ask(query='"turned left" then "crown jewels"', within_s=5)["hits"]
    assert (hit["scene"], hit["then"][0]["scene"]) == (0, 1)


def test_weights_and_modes(ask: Ask) -> None:
    answer = ask(query="crown", weights={"visual": 0, "transcript": 0, "audio": 0, "lexical": 1}, mode="skip")
    assert set(answer["plan"]["weights"]) == {"lexical"}
    assert answer["plan"]["mode"] == "skip"


def test_like_a_scene(ask: Ask, shared: Shelf) -> None:
    scene = str(shared.scenes[0])
    whole = ask("/api/v1/search/scenes", anchor={"scene_id": scene})
    assert whole["hits"]
    assert scene not in [hit["scene_id"] for hit in whole["hits"]]
    frame = ask("/api/v1/search/scenes", anchor={"scene_id": scene, "keyframe": 0})
    assert [hit["scene_id"] for hit in frame["hits"]] == [hit["scene_id"] for hit in whole["hits"]]
    narrowed = ask("/api/v1/search/scenes", anchor={"scene_id": scene}, filter_video_ids=[str(shared.silent)])
    assert {hit["video_id"] for hit in narrowed["hits"]} == {str(shared.silent)}


def test_like_a_picture(ask: Ask, keyframe: bytes) -> None:
    text = base64.b64encode(keyframe).decode()
    for image in (text, f"data:image/jpeg;base64,{text}"):
        assert numbers(ask(anchor={"image": image}))[0] == 0
    part = ask(anchor={"image": text, "box": [0.5, 0.0, 1.0, 0.5]})
    assert part["plan"]["reason"] == "like a part of the picture"


def test_words_and_an_anchor(ask: Ask, shared: Shelf) -> None:
    answer = ask(query="crown jewels", anchor={"scene_id": str(shared.scenes[0]), "weight": 0.1})
    assert numbers(answer)[0] == 1
    assert answer["plan"]["weights"]["anchor"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": "  "},
        {"query": "x" * 2001},
        {"query": 5},
        {"query": None},
        {"query": "x", "limit": 0},
        {"query": "x", "limit": 201},
        {"query": "x", "limit": "5"},
        {"query": "x", "limit": True},
        {"query": "x", "limit": 1.5},
        {"query": "x", "offset": 10_001},
        {"query": "x", "mode": "fast"},
        {"query": "x", "colour": "red"},
        {"query": "x", "weights": {"smell": 1}},
        {"query": "x", "weights": {"visual": -1}},
        {"query": "x", "weights": {"visual": 0, "audio": 0, "transcript": 0, "description": 0, "lexical": 0}},
        {"query": "x", "within_s": 0},
        {"query": "x", "group_by": "owner"},
        {"query": "x", "filters": {"after": "2026-01-31"}},
        {"query": "x", "filters": {"after": 0}},
        {"query": "x", "filters": {"after": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}},
        {"query": "x", "filters": {"min_duration_s": -1}},
        {"query": "x", "filters": {"video_ids": ["film.mp4"]}},
        {"query": "x", "filters": {"video_ids": ["00000000-0000-0000-0000-000000000001"] * 1001}},
        {"query": "x", "filters": {"tags": [" "]}},
        {"query": "x", "filters": {"tags": ["x"] * 101}},
        {"query": "x", "filters": {"bands": ["huge"]}},
        {"query": "x", "filters": {"language": ""}},
        {"anchor": {}},
        {"anchor": {"scene_id": "film.mp4:1"}},
        {"anchor": {"keyframe": 0, "image": "aGk="}},
        {"anchor": {"image": "!!"}},
        {"anchor": {"image": ""}},
        {"anchor": {"image": "data:image/png;base64,"}},
        {"anchor": {"image": base64.b64encode(b"no picture").decode()}},
        {"anchor": {"image": "aGk=", "box": [0, 0, 1]}},
        {"anchor": {"image": "aGk=", "weight": 0}},
        [],
        "x",
        None,
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(client: TestClient, body: Any) -> None:
    answer = client.post("/search", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert error["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b'"\xff"', 400),
        (b'{"query": NaN}', 422),
        (b'{"query": "x", "within_s": Infinity}', 422),
        (b'{"query": "x", "within_s": 1e999}', 422),
        (b'{"query": "\\ud800"}', 422),
        (b'{"query": "x", "\\ud800": 1}', 422),
        (b'{"query": "x", "' + b"k" * 10_000 + b'": 1}', 422),
        (b'{"query": "\\u0000"}', 200),
        (b'{"query": "x\\u0000y"}', 200),
        (b'{"query": "x", "limit": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
    ],
)
def test_bodies_of_every_kind(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert len(answer.content) < 5_000


def test_a_scene_that_is_not_there(client: TestClient, stranger: TestClient, shared: Shelf) -> None:
    scene, nothing = str(shared.scenes[0]), "00000000-0000-0000-0000-000000000000"
    assert client.post("/search", json={"anchor": {"scene_id": nothing}}).status_code in (404, 503)
    for more in ({}, {"keyframe": 0}):
        theirs, none = (
            stranger.post("/search", json={"anchor": {"scene_id": each, **more}}) for each in (scene, nothing)
        )
        assert (theirs.status_code, theirs.text) == (none.status_code, none.text)
    beyond = client.post("/search", json={"anchor": {"scene_id": scene, "keyframe": 7}})
    assert beyond.status_code == 404


def png(width: int, height: int) -> str:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_a_picture_that_would_become_too_large_is_not_decoded(client: TestClient) -> None:
    answer = client.post("/search", json={"anchor": {"image": png(5_000, 5_000)}})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "unusable_picture"
    assert "5000 x 5000" in error["message"]


def test_pictures_have_a_size(client: TestClient) -> None:
    answer = client.post("/search", json={"anchor": {"image": "A" * (MAX_PICTURE_TEXT + 1)}})
    assert answer.status_code == 422
    assert len(answer.content) < 1_000


def test_pictures_are_decoded_a_few_at_a_time(
    shared: Shelf, keyframe: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "PICTURE_WAIT_S", 0.01)
    with client_for(shared.library) as client:
        service = client.app.state.service  # type: ignore[attr-defined]
        body = {"anchor": {"image": base64.b64encode(keyframe).decode()}}
        with service.pictures, service.pictures:
            assert client.post("/search", json=body).status_code == 429
        assert client.post("/search", json=body).status_code == 200
