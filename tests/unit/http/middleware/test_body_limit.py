"""Bodies that are too large, whether they say so or not."""

import json

import pytest
from tests.unit.http.middleware.asked import ask, reads_all, request, run

from scenedex.http.middleware.body_limit import BodyLimit

APP = BodyLimit(reads_all, most=10, except_below=("/uploads",))


@pytest.mark.parametrize("parts", [[b""], [b"1234567890"], [b"12345", b"67890"], [b"1"] * 10])
def test_what_fits_is_read(parts: list[bytes]) -> None:
    told = run(lambda: ask(APP, parts=parts))
    assert (told.status, told.body) == (200, str(sum(map(len, parts))).encode())


@pytest.mark.parametrize("parts", [[b"12345678901"], [b"12345", b"67890", b"1"], [b"1"] * 1000])
def test_chunks_are_counted(parts: list[bytes]) -> None:
    told = run(lambda: ask(APP, parts=parts))
    assert told.status == 413
    assert json.loads(told.body)["error"]["code"] == "too_large"


@pytest.mark.parametrize("stated", ["11", "99999999999999999999999999"])
def test_a_stated_size_is_refused_before_anything_is_read(stated: str) -> None:
    told = run(lambda: ask(APP, request(headers={"Content-Length": stated}), parts=[]))
    assert told.status == 413
    assert told.headers["connection"] == "close"


def test_a_false_size_does_not_help() -> None:
    told = run(lambda: ask(APP, request(headers={"Content-Length": "3"}), parts=[b"x" * 11]))
    assert told.status == 413


def test_some_paths_have_limits_of_their_own() -> None:
    told = run(lambda: ask(APP, request("/uploads/1"), parts=[b"x" * 100]))
    assert told.body == b"100"


def test_a_failure_of_the_app_stays_one() -> None:
    async def fails(scope: object, receive: object, send: object) -> None:
        raise RuntimeError("not about the body")

    with pytest.raises(RuntimeError):
        run(lambda: ask(BodyLimit(fails, most=10)))
