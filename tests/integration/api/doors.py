"""An app over a database of the test's own, and clients who come to it by key, by cookie, or from this machine."""

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from scenedex import Library
from scenedex.api.app import create_app
from scenedex.api.service import Service
from scenedex.config import Settings
from scenedex.store.embedded import EmbeddedServer
from scenedex.types import LOCAL_OWNER, Access

NUMBERS = itertools.count(1)
OUTSIDE = "0.0.0.0"


@pytest.fixture(scope="module")
def opened(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library in a database of its own, reached by its URL."""
    name = f"doors_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        url = server.conninfo("scenedex_owner", name)
        with Library(Settings(database_url=url, scenedex_home=tmp_path_factory.mktemp("doors"))) as made:
            yield made
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture
def library(opened: Library) -> Library:
    """The same with no key, no setting, and no owner but `local`; what a test changes in it does not stay."""
    with opened._database.operator() as statements:
        statements.execute("delete from owner_settings")
        statements.execute("delete from api_keys")
        statements.execute("delete from owners where name <> 'local'")
    return opened.of(LOCAL_OWNER)


def client(
    app: FastAPI, key: str | None = None, base_url: str = "http://localhost", **more: Any
) -> TestClient:
    """Somebody who asks, with a key or without one."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return TestClient(app, base_url=base_url, headers=headers, raise_server_exceptions=False, **more)


@pytest.fixture
def local(library: Library) -> TestClient:
    """Who is on the machine of a server on loopback."""
    return client(create_app(Service(library=library)))


@pytest.fixture
def outside(library: Library) -> FastAPI:
    """An app that listens to the world."""
    return create_app(Service(library=library), host=OUTSIDE)


@pytest.fixture
def key(library: Library) -> Callable[..., str]:
    """Make a key of an owner, who is made too where there is none of this name."""

    def make(access: Access = "read", owner: str = "local", expires: timedelta | None = None) -> str:
        known = {one.name: one for one in library.owners()}
        found = known.get(owner) or library.create_owner(owner)
        return library.of(found.id).create_key(access, expires=expires)[1]

    return make
