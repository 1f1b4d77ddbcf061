"""What lies around every request, the one shape of failures, and what the schema says of them."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import Shelf, app_for, client_for

from scenedex import Library
from scenedex.config import Settings
from scenedex.errors import DatabaseUnreachableError
from scenedex.http.failures import ALWAYS


def limited(library: Library, **changed: Any) -> Library:
    """The same library under other limits."""
    view = library.of(library.owner)
    view.settings = Settings.model_copy(library.settings, update=changed)
    return view


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/videos/", 404, "not_found"),
        ("PUT", "/search", 405, "method_not_allowed"),
        ("GET", "/api/v1/videos/no-id", 422, "invalid_request"),
        ("GET", "/api/v1/videos/00000000-0000-0000-0000-000000000000", 404, "not_found"),
    ],
)
def test_failures_have_one_shape(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert error["code"] == code
    assert error["message"].endswith(".")


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    assert client.put("/search").headers["allow"] == "POST"


def test_every_answer_has_an_id_and_headers_for_browsers(client: TestClient) -> None:
    for path in ("/api/v1/stats", "/nowhere", "/api/v1/videos/x"):
        answer = client.get(path, headers={"X-Request-ID": "mine-1"})
        assert answer.headers["x-request-id"] == "mine-1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_what_nobody_foresaw(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(library: Library) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Library, "stats", fails)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/v1/stats", headers={"X-Request-ID": "mine-2"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text
    assert "secret" in caplog.text
    assert answer.headers["x-request-id"] == "mine-2"


def test_a_database_that_does_not_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(library: Library) -> None:
        raise DatabaseUnreachableError("The database does not answer.")

    monkeypatch.setattr(Library, "stats", fails)
    answer = client.get("/api/v1/stats")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")


def test_bodies_have_a_limit_with_and_without_a_stated_size(shared: Shelf) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    with client_for(limited(shared.library, scenedex_max_body_bytes=5_000)) as client:
        json = {"Content-Type": "application/json"}
        for content in (b" " * 5_001, chunks()):
            answer = client.post("/search", content=content, headers=json)
            assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        assert client.post("/search", content=b" " * 5_000, headers=json).status_code == 422


def test_nobody_is_let_in_who_is_not_known(shared: Shelf) -> None:
    app = app_for(shared.library)
    app.user_middleware = [each for each in app.user_middleware if each.cls.__name__ != "As"]  # type: ignore[attr-defined]
    with TestClient(app, base_url="http://evil.example") as client:
        assert client.get("/api/v1/stats").status_code == 403


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    schema = client.get("/api/v1/openapi.json").json()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_schema_declares_what_can_fail(client: TestClient) -> None:
    for path, method, operation in operations(client):
        responses = operation["responses"]
        assert {str(status) for status in ALWAYS} <= set(responses), (method, path)
        if "{" in path:
            assert "404" in responses, (method, path)
        for status, response in responses.items():
            if int(status) >= 400:
                content = response["content"]["application/json"]["schema"]
                assert content == {"$ref": "#/components/schemas/FailureAnswer"}, (method, path, status)


def test_operations_have_short_names_of_their_own(client: TestClient) -> None:
    names = [operation["operationId"] for _, _, operation in operations(client)]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and len(name) < 30 for name in names), names


def test_the_schema_has_examples(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    (body,) = schema["paths"]["/search"]["post"]["requestBody"]["content"].values()
    assert set(body["examples"]) >= {"words", "filtered"}
    for name, example in body["examples"].items():
        assert client.post("/search", json=example["value"]).status_code == 200, name
    assert schema["components"]["schemas"]["Video"]["properties"]["name"]["examples"]
