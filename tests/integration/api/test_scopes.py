"""What a key may: every route of the app, found in the app itself."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.doors import client, key, library, opened, outside

from scenedex import Library
from scenedex.api.authentication import FREE
from scenedex.api.routes.page import FOLDER, is_page

__all__ = ["key", "library", "opened", "outside"]  # fixtures

Key = Callable[..., str]

LOOKS = {
    "/search",
    "/api/v1/search/semantic",
    "/api/v1/search/scenes",
    "/api/v1/search/export",
}
"""Asked by POST, because a question has no room in an address; they change nothing."""

SIGNS_IN = "/api/v1/session"

ADMIN = {"/api/v1/keys", "/api/v1/keys/{}", "/api/v1/owner/settings"}
"""For a key with `admin` alone, whatever the method."""


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of everything that answers, also what OpenAPI does not name; `{}` for each parameter."""
    for route in app.routes:
        path = prefix + getattr(route, "path", "")
        if getattr(route, "methods", None):
            parts = ("{}" if part.startswith("{") else part for part in path.split("/"))
            name = "/".join(parts)
            yield from ((method, name) for method in sorted(route.methods))
        elif hasattr(route, "original_router"):  # as FastAPI keeps a router that was included
            yield from routes(route.original_router, prefix + route.include_context.prefix)


def every(app: FastAPI) -> list[tuple[str, str]]:
    found = list(dict.fromkeys(routes(app)))
    named = {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    plain = {
        (method, "/".join("{}" if part.startswith("{") else part for part in path.split("/")))
        for method, path in named
    }
    assert plain <= set(found)
    assert len(found) > 20
    return found


def ask(asking: TestClient, method: str, path: str) -> Any:
    place = path.replace("{}", str(uuid4()))
    return asking.request(
        method, place, json={} if method != "GET" else None, headers={"Tus-Resumable": "1.0.0"}
    )


def changes(method: str, path: str) -> bool:
    return method not in {"GET", "HEAD", "OPTIONS"} and path not in LOOKS | {SIGNS_IN}


def test_a_key_that_may_read_changes_nothing(outside: FastAPI, key: Key) -> None:
    asking = client(outside, key("read"))
    tried = 0
    for method, path in every(outside):
        answer = ask(asking, method, path)
        forbidden = changes(method, path) or path in ADMIN
        assert (answer.status_code == 403) == forbidden, (method, path, answer.text)
        assert answer.status_code < 500, (method, path, answer.text)
        tried += forbidden
    assert tried >= 7


def test_a_key_that_may_write_deals_out_no_keys(outside: FastAPI, key: Key, library: Library) -> None:
    asking = client(outside, key("write"))
    for method, path in every(outside):
        answer = ask(asking, method, path)
        assert (answer.status_code == 403) == (path in ADMIN), (method, path, answer.text)
    assert len(library.keys()) == 1


def test_a_key_that_may_do_everything_is_refused_nowhere(outside: FastAPI, key: Key) -> None:
    asking = client(outside, key("admin"))
    for method, path in every(outside):
        answer = ask(asking, method, path)
        assert answer.status_code not in {401, 403}, (method, path, answer.text)


def test_without_a_key_nothing_answers(outside: FastAPI) -> None:
    asking, document = client(outside), (FOLDER / "index.html").read_bytes()
    for method, path in every(outside):
        answer = ask(asking, method, path)
        if path in FREE:
            assert answer.status_code != 401
        elif is_page(path):  # the same for everybody: nothing of an owner is in it
            assert answer.status_code == 404 or answer.content in {document, b""}, (method, path)
        elif path == SIGNS_IN:
            assert answer.status_code in {401, 422, 204}, (method, path)
        else:
            assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("path", [*sorted(LOOKS), *sorted(ADMIN)])
def test_the_exceptions_are_there(outside: FastAPI, path: str) -> None:
    assert path in {path for _, path in every(outside)}
