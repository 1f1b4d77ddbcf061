"""One small library for all tests of the API that change nothing in it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, Shelf, client_for, shelf


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """What no test may change."""
    with shelf(tmp_path_factory.mktemp("shelf")) as made:
        yield made


@pytest.fixture
def client(shared: Shelf) -> Iterator[TestClient]:
    with client_for(shared.library) as opened:
        yield opened


@pytest.fixture
def stranger(shared: Shelf) -> Iterator[TestClient]:
    """Somebody else, who may do everything with what is theirs."""
    with client_for(shared.library, STRANGER) as opened:
        yield opened
