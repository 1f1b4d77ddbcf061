"""What a server tells a page of itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.doors import OUTSIDE, key, library, opened
from tests.integration.api.doors import client as asking
from tests.integration.api.shelf import Shelf

from scenedex import Library
from scenedex.api.app import create_app
from scenedex.api.service import Service
from scenedex.types import Access

__all__ = ["key", "library", "opened"]


def test_it_says_what_it_offers(client: TestClient, shared: Shelf) -> None:
    told = client.get("/api/v1/config").json()
    assert (told["keys_demanded"], told["access"]) == (False, "admin")
    assert told["registration"] == {"allowed": True, "anywhere": True, "roots": []}
    assert told["uploads"]["allowed"]
    assert told["uploads"]["max_bytes"] == 512_000_000
    assert told["uploads"]["chunk_bytes"] == 16_777_216
    assert told["fetching"] == {"allowed": False, "hosts": [], "max_bytes": 10_000_000_000}
    assert told["languages"] == sorted({c.language for c in shared.library.captions(shared.film)} - {None})
    assert told["limits"]["search_hits"] == 200


def test_another_owner_hears_of_their_own_languages(stranger: TestClient) -> None:
    assert stranger.get("/api/v1/config").json()["languages"] == []


@pytest.mark.parametrize("access", ["read", "write"])
def test_roots_are_told_to_those_who_may_use_them(
    library: Library, key: Callable[..., str], tmp_path: Path, access: Access
) -> None:
    films, gone = tmp_path / "films", tmp_path / "gone"
    films.mkdir()
    view = library.of(library.owner)
    view.settings = view.settings.model_copy(update={"scenedex_roots": f"{films}:{gone}"})
    outside = create_app(Service(library=view), host=OUTSIDE)
    told = asking(outside, key(access)).get("/api/v1/config").json()
    roots = [
        {"name": "films", "path": str(films), "there": True}, {"name": "gone", "path": str(gone), "there": False},
    ]  # fmt: skip
    allowed = access == "write"
    assert told["keys_demanded"]
    assert told["uploads"]["allowed"] == allowed
    assert told["registration"] == {
        "allowed": allowed, "anywhere": False, "roots": roots if allowed else [],
    }  # fmt: skip
    assert asking(outside).get("/api/v1/config").status_code == 401
