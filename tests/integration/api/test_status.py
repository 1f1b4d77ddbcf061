"""How a library is doing, over HTTP."""

from fastapi.testclient import TestClient
from tests.integration.api.shelf import Shelf


def test_it_tells_of_spaces_jobs_and_searches(client: TestClient, shared: Shelf) -> None:
    assert client.post("/search", json={"query": "crown jewels"}).status_code == 200
    told = client.get("/api/v1/status").json()
    spaces = {one["modality"]: one for one in told["coverage"]}
    assert spaces["visual"]["live"]
    assert spaces["visual"]["of"] == 5
    assert 0 <= spaces["visual"]["scenes"] <= 5
    assert spaces["text"]["of"] == 3
    assert told["queue"] == told["stages"] == []
    assert told["searches"][0]["mode"] == "all"
    assert 0 < told["searches"][0]["p50_ms"] <= told["searches"][0]["p95_ms"]
    assert told["encoders"] is not None


def test_another_owner_hears_of_their_own_alone(client: TestClient, stranger: TestClient) -> None:
    before = stranger.get("/api/v1/status").json()  # other tests may have searched for the stranger
    assert client.post("/search", json={"query": "crown jewels"}).status_code == 200
    told = stranger.get("/api/v1/status").json()
    assert (told["searches"], told["encoders"]) == (before["searches"], before["encoders"])
    assert (told["degraded"], told["queue"]) == ({}, [])
    assert {one["scenes"] for one in told["coverage"]} <= {0}
