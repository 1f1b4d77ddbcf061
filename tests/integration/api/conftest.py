"""One small library for all tests of the API that change nothing in it."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, Shelf, app_for, shelf

from scenedex.api.routes import job_events
from scenedex.types import LOCAL_OWNER


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """What no test may change."""
    with shelf(tmp_path_factory.mktemp("shelf")) as made:
        yield made


@pytest.fixture(scope="session")
def apps(shared: Shelf) -> dict[UUID, FastAPI]:
    """The API in the name of each owner: its routes are worked out at the first request, which takes a while."""
    return {owner: app_for(shared.library, owner) for owner in (LOCAL_OWNER, STRANGER)}


@pytest.fixture(autouse=True)
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of all jobs ends after its first look: a test that asks every route would wait for minutes."""
    monkeypatch.setattr(job_events, "LIFE_S", 0.0)


@pytest.fixture
def client(apps: dict[UUID, FastAPI]) -> Iterator[TestClient]:
    with TestClient(apps[LOCAL_OWNER], raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def stranger(apps: dict[UUID, FastAPI]) -> Iterator[TestClient]:
    """Somebody else, who may do everything with what is theirs."""
    with TestClient(apps[STRANGER], raise_server_exceptions=False) as opened:
        yield opened
