"""A video's file over HTTP, whole and in parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.api.shelf import Shelf, client_for, shelf


@pytest.fixture
def film(shared: Shelf) -> bytes:
    return (shared.folder / "film.mp4").read_bytes()


@pytest.fixture
def where(shared: Shelf) -> str:
    return f"/api/v1/videos/{shared.film}/stream"


def test_all_of_it(client: TestClient, where: str, film: bytes) -> None:
    answer = client.get(where)
    assert answer.status_code == 200
    assert answer.content == film
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(film)


def test_its_kind_is_by_its_name(client: TestClient, shared: Shelf) -> None:
    assert client.get(f"/api/v1/videos/{shared.silent}/stream").headers["content-type"] == "video/x-matroska"


def test_parts_of_it(client: TestClient, where: str, film: bytes) -> None:
    size = len(film)
    for asked, start, end in (("0-99", 0, 100), (f"{size - 10}-", size - 10, size), ("-5", size - 5, size)):
        answer = client.get(where, headers={"Range": f"bytes={asked}"})
        assert answer.status_code == 206
        assert answer.content == film[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert int(answer.headers["content-length"]) == end - start


def test_a_part_that_is_not_there(client: TestClient, where: str, film: bytes) -> None:
    answer = client.get(where, headers={"Range": f"bytes={len(film)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(film)}"
    assert answer.json()["error"]["code"] == "no_such_range"


def test_any_range_that_anybody_thinks_of(shared: Shelf, where: str, film: bytes) -> None:
    with client_for(shared.library) as client:

        @settings(max_examples=60, deadline=None, derandomize=True, database=None)
        @given(
            st.one_of(
                st.text("bytes=-0123456789,; ", max_size=25),
                st.builds("bytes={}-{}".format, st.integers(0, 60_000), st.integers(0, 60_000)),
            )
        )
        def ask(value: str) -> None:
            answer = client.get(where, headers={"Range": value})
            assert answer.status_code in (200, 206, 416)
            if answer.status_code == 206:
                start, end = answer.headers["content-range"][6:].partition("/")[0].split("-")
                assert answer.content == film[int(start) : int(end) + 1] != b""
            elif answer.status_code == 200:
                assert answer.content == film

        ask()


def test_head_has_the_headers_alone(client: TestClient, where: str, film: bytes) -> None:
    answer = client.head(where)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(film)
    assert answer.headers["etag"] == client.get(where).headers["etag"]


def test_who_has_it_is_told_so(client: TestClient, where: str, film: bytes) -> None:
    first = client.get(where).headers
    for known in ({"If-None-Match": first["etag"]}, {"If-Modified-Since": first["last-modified"]}):
        answer = client.get(where, headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first["etag"]


def test_a_part_of_another_version_is_the_whole(client: TestClient, where: str, film: bytes) -> None:
    tag = client.get(where).headers["etag"]
    part = client.get(where, headers={"Range": "bytes=0-9", "If-Range": tag})
    assert (part.status_code, part.content) == (206, film[:10])
    whole = client.get(where, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (whole.status_code, whole.content) == (200, film)


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[Shelf]:
    with shelf(tmp_path, database_url) as made:
        yield made


def test_what_was_put_in_its_place_is_never_sent(own: Shelf) -> None:
    film = own.folder / "film.mp4"
    secret = own.folder.parent / "secret"
    secret.write_bytes(b"root:x:0:0")
    film.unlink()
    with client_for(own.library) as client:
        where = f"/api/v1/videos/{own.film}/stream"
        assert client.get(where).status_code == 404
        film.symlink_to(secret)
        answer = client.get(where)
        assert answer.status_code == 404
        assert b"root" not in answer.content
        film.unlink()
        film.mkdir()
        assert client.get(where).status_code == 404
        assert client.get(f"/api/v1/scenes/{own.scenes[0]}/clip.mp4").status_code == 404
