"""`/keys`: an owner's admin deals out keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.doors import client, key, library, opened, outside

from scenedex import Library
from scenedex.store.tokens import read_token

__all__ = ["key", "library", "opened", "outside"]  # fixtures

Key = Callable[..., str]
KEYS = "/api/v1/keys"


@pytest.fixture
def admin(outside: FastAPI, key: Key) -> TestClient:
    return client(outside, key("admin", "acme"))


def test_a_key_is_shown_once_and_works(outside: FastAPI, admin: TestClient) -> None:
    made = admin.post(KEYS, json={"access": "write", "label": " importer "})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    found = made.json()
    token = read_token(found.pop("key"))
    assert token is not None
    assert token.id == UUID(found["id"])
    assert (found["access"], found["label"], found["expires_at"]) == ("write", "importer", None)
    listed = admin.get(KEYS)
    assert listed.json()["keys"][0] == found
    assert token.secret.hex() not in listed.text
    assert token.digest().hex() not in listed.text
    assert client(outside, token.text()).get("/api/v1/owner").json()["name"] == "acme"


def test_the_newest_come_first_and_those_that_are_over_stay(admin: TestClient) -> None:
    first = admin.post(KEYS, json={"label": "first"}).json()
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    second = admin.post(KEYS, json={"label": "second", "expires_at": later}).json()
    assert datetime.fromisoformat(second["expires_at"]) == datetime.fromisoformat(later)
    revoked = admin.delete(f"{KEYS}/{first['id']}")
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"] is not None
    keys = admin.get(KEYS).json()["keys"]
    assert [one["label"] for one in keys] == ["second", "first", ""]
    assert [one["revoked_at"] is not None for one in keys] == [False, True, False]
    assert admin.delete(f"{KEYS}/{first['id']}").json() == revoked.json()


def test_a_revoked_key_lets_nobody_in(outside: FastAPI, admin: TestClient) -> None:
    made = admin.post(KEYS, json={}).json()
    admin.delete(f"{KEYS}/{made['id']}")
    assert client(outside, made["key"]).get("/api/v1/owner").status_code == 401


def test_an_admin_sees_the_keys_of_their_owner_alone(admin: TestClient, library: Library, key: Key) -> None:
    other = read_token(key("admin", "other"))
    assert other is not None
    assert str(other.id) not in admin.get(KEYS).text
    theirs, nobodys = admin.delete(f"{KEYS}/{other.id}"), admin.delete(f"{KEYS}/{uuid4()}")
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    assert library.grant_of(other.text()) is not None


def test_a_session_is_no_key_to_be_revoked(admin: TestClient, library: Library, key: Key) -> None:
    grant = library.grant_of(key("read", "acme"))
    assert grant is not None
    session = read_token(library.sign_in(grant, 60))
    assert session is not None
    assert admin.delete(f"{KEYS}/{session.id}").status_code == 404
    assert str(session.id) not in admin.get(KEYS).text
    assert library.grant_of(session.text()) is not None


PAST = "2020-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "body",
    [
        {"access": "root"},
        {"access": None},
        {"label": "x" * 101},
        {"expires_at": PAST},
        {"expires_at": "2999-01-01T00:00:00+00:00"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"expires_at": "soon"},
        {"owner_id": str(uuid4())},
        {"key": "sdx_"},
        [],
        None,
    ],
)
def test_a_key_that_makes_no_sense_is_refused(admin: TestClient, body: Any) -> None:
    answer = admin.post(KEYS, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"
    assert len(admin.get(KEYS).json()["keys"]) == 1


def test_hostile_labels_are_values(admin: TestClient) -> None:
    for label in ("'; drop table api_keys; --", "<script>", "%s %(owner)s", "가", "n\0ul"):
        made = admin.post(KEYS, json={"label": label})
        assert made.status_code == 201, label
        assert made.json()["label"] == label.replace("\0", "")
    assert len(admin.get(KEYS).json()["keys"]) == 6


@pytest.mark.parametrize("key_id", ["x", "sdx_", "1", "%00", "'"])
def test_an_id_that_is_none(admin: TestClient, key_id: str) -> None:
    assert admin.delete(f"{KEYS}/{key_id}").status_code == 422
