"""`/owner`: what is set for the caller's own owner."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.doors import client, key, library, opened, outside
from tests.integration.store.seen import VISUAL

from scenedex import Library
from scenedex.store.preferences import prefer
from scenedex.store.spaces import ensure_space

__all__ = ["key", "library", "opened", "outside"]  # fixtures

Key = Callable[..., str]
SETTINGS = "/api/v1/owner/settings"


@pytest.fixture
def admin(outside: FastAPI, key: Key) -> TestClient:
    return client(outside, key("admin", "acme"))


def test_settings_are_put_shown_and_taken_back(admin: TestClient) -> None:
    assert admin.get(SETTINGS).json() == {}
    put = admin.put(SETTINGS, json={"visual_mode": "skip", "weight.audio": 0, "weight.visual": 2})
    wanted = {"visual_mode": "skip", "weight.audio": 0.0, "weight.visual": 2.0}
    assert put.json() == {"settings": wanted, "missing": 0}
    assert admin.get(SETTINGS).json() == wanted
    assert admin.put(SETTINGS, json={"weight.audio": 1}).json()["settings"] == {"weight.audio": 1.0}
    assert admin.put(SETTINGS, json={"weight.audio": None}).json()["settings"] == {}
    admin.put(SETTINGS, json=wanted)
    assert admin.delete(SETTINGS).json() == {"settings": {}, "missing": 0}
    assert admin.get(SETTINGS).json() == {}


def test_they_are_the_callers_own(admin: TestClient, outside: FastAPI, key: Key) -> None:
    admin.put(SETTINGS, json={"visual_mode": "skip"})
    other = client(outside, key("admin", "other"))
    assert other.get(SETTINGS).json() == {}
    other.delete(SETTINGS)
    assert admin.get(SETTINGS).json() == {"visual_mode": "skip"}
    assert [one.get("/api/v1/owner").json()["name"] for one in (admin, other)] == ["acme", "other"]


def test_a_space_is_named_by_its_model_too(admin: TestClient, library: Library) -> None:
    made = ensure_space(library._database, replace(VISUAL, name="new@1", model="new", state="building"))
    assert admin.put(SETTINGS, json={"space.visual": "new"}).json()["settings"] == {"space.visual": made.name}
    assert admin.put(SETTINGS, json={"space.visual": "no such"}).status_code == 404
    assert admin.get(SETTINGS).json() == {"space.visual": "new@1"}


def test_what_else_is_kept_for_the_owner_stays_and_is_not_shown(admin: TestClient, library: Library) -> None:
    owner = library.find_owner("acme").id
    with library._database.transaction(owner) as tx:
        prefer(tx, "profile", "mini")
        prefer(tx, "weight.visual", "much")
    assert admin.get(SETTINGS).json() == {}
    admin.put(SETTINGS, json={})
    admin.delete(SETTINGS)
    assert library.of(owner)._recorded("profile") == "mini"


@pytest.mark.parametrize(
    "body",
    [
        {"visual_mode": "sometimes"},
        {"weight.visual": -1},
        {"weight.visual": "much"},
        {"weight.smell": 1},
        {"weight.anchor": 1},
        {"profile": "mini"},
        {"live_space.visual": "x"},
        {"space.visual": 7},
        {"space.visual": "x" * 1000},
        [],
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(admin: TestClient, body: Any) -> None:
    admin.put(SETTINGS, json={"visual_mode": "recall"})
    more = {**body, "weight.audio": 1} if isinstance(body, dict) else body
    assert admin.put(SETTINGS, json=more).status_code == 422
    assert admin.get(SETTINGS).json() == {"visual_mode": "recall"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_no_weight_is_without_end(admin: TestClient, number: str) -> None:
    content = f'{{"weight.visual": {number}}}'
    answer = admin.put(SETTINGS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert admin.get(SETTINGS).json() == {}
