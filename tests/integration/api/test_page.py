"""The page's document and files over HTTP."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.doors import client, key, library, local, opened, outside

from scenedex import Library
from scenedex.api.app import create_app
from scenedex.api.routes.page import FOLDER, POLICY, SHOWN
from scenedex.api.scripts import Scripts
from scenedex.api.service import Service

__all__ = ["key", "library", "local", "opened", "outside"]  # fixtures


@pytest.mark.parametrize("path", SHOWN)
def test_its_addresses_show_it_to_anybody(outside: FastAPI, path: str) -> None:
    asking = client(outside)
    answer = asking.get(path.replace("{id}", "0b6f2f5e-6c0e-5f0e-9d3b-5f1c6f1f3a10"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert asking.head(path).status_code == 200


def test_what_it_shows_still_needs_a_key(outside: FastAPI, key: Callable[..., str]) -> None:
    asking = client(outside)
    for path in ("/api/v1/videos", "/metrics", "/nowhere", "/videos/a/b", "/assetsx"):
        assert asking.get(path).status_code == 401, path
    assert asking.post("/search", json={"query": "x"}).status_code == 401
    assert client(outside, key()).get("/api/v1/videos").status_code == 200


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("js/app.js", "text/javascript; charset=utf-8"),
        ("css/base.css", "text/css; charset=utf-8"),
        ("strings/ko.json", "application/json"),
        ("icons.svg", "image/svg+xml"),
    ],
)
def test_files_are_asked_for_again_and_seldom_sent_again(
    local: TestClient, name: str, media_type: str
) -> None:
    first = local.get(f"/assets/{name}")
    assert (first.status_code, first.headers["content-type"]) == (200, media_type)
    file = FOLDER / name
    assert first.content == (Scripts(FOLDER).delivered(file) if file.suffix == ".js" else file.read_bytes())
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-security-policy"].startswith("default-src 'none'")
    again = local.get(f"/assets/{name}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_scripts_are_minified_unless_somebody_works_on_them(library: Library, local: TestClient) -> None:
    source = (FOLDER / "js/app.js").read_bytes()
    short = local.get("/assets/js/app.js")
    assert len(short.content) < len(source) * 0.9
    library.settings = library.settings.model_copy(update={"scenedex_page_source": True})
    written = client(create_app(Service(library=library))).get(
        "/assets/js/app.js", headers={"If-None-Match": short.headers["etag"]}
    )
    assert (written.status_code, written.content) == (200, source)
    assert (
        written.headers["content-type"] == short.headers["content-type"] == "text/javascript; charset=utf-8"
    )
    assert written.headers["etag"] != short.headers["etag"]


@pytest.mark.parametrize(
    "name",
    [
        "", "nothing.js", "js", "js/", "index.html", "../errors.py", "..%2Ferrors.py", "%2e%2e/errors.py",
        "js/../../errors.py", "js/..%2f..%2ferrors.py", "/etc/passwd", "%2Fetc/passwd", "js/app.js%00.css",
        "js/app.js\\..\\x.js", "JS/APP.JS", "js/app.js/", "x" * 5_000 + ".js",
    ],
)  # fmt: skip
def test_nothing_else_is_given_out(local: TestClient, name: str) -> None:
    answer = local.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.headers["content-type"] == "application/json"


def test_only_reading(local: TestClient) -> None:
    for path in ("/", "/videos", "/assets/js/app.js"):
        assert local.post(path).status_code == 405
    assert local.get("/", headers={"Host": "evil.example"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert local.get("/assets/js/app.js", headers=foreign).status_code == 403


def test_it_is_no_part_of_the_schema(local: TestClient) -> None:
    paths = local.get("/api/v1/openapi.json").json()["paths"]
    assert not {"/", "/videos", "/assets/{name}"} & set(paths)
