"""What those ask who keep the server running."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.integration.api.shelf import Shelf, client_for
from tests.integration.store.test_database import url_of
from tests.unit.search.encoders import space

from scenedex import Library, open_library
from scenedex.api.app import create_app
from scenedex.api.service import Service
from scenedex.config import Settings
from scenedex.errors import EncoderError, EncoderTimeoutError
from scenedex.jobs.queue import Queue
from scenedex.store.embedded import EmbeddedServer


@pytest.fixture
def library(server: EmbeddedServer, database_name: str, home: Path) -> Iterator[Library]:
    """A library of this test's own, in a database that can be taken away."""
    url = url_of(server, "scenedex_owner", database_name)
    with open_library(
        settings=Settings(database_url=url, scenedex_home=home, scenedex_profile="mini")
    ) as opened:
        yield opened


def metrics(client: TestClient) -> dict[str, float]:
    """Every sample, `name{label="value"}`, by name and labels in their order."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            inner = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{inner}}}" if inner else sample.name] = sample.value
    return found


def taken_away(server: EmbeddedServer, name: str) -> None:
    import psycopg

    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"alter database {name} allow_connections false")  # type: ignore[arg-type]
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def test_health(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"status", "database", "queue", "stats"}
    assert (found["status"], found["database"], found["queue"]) == ("ok", "ok", "ok")
    assert found["stats"]["uptime_s"] >= 0


def test_ready(client: TestClient) -> None:
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "absent": []})


def test_neither_needs_a_key_and_metrics_do(shared: Shelf) -> None:
    app = create_app(Service(library=shared.library), host="0.0.0.0")
    with TestClient(app) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/ready").status_code == 200
        assert client.get("/metrics").status_code == 401


def test_without_a_database_health_answers_and_ready_says_why(
    library: Library, server: EmbeddedServer, database_name: str
) -> None:
    with client_for(library) as client:
        taken_away(server, database_name)
        health, ready = client.get("/health"), client.get("/ready")
        counted = metrics(client)
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["database"] in ("unreachable", "slow")
    assert ready.status_code == 503
    assert {"database", "queue"} <= set(ready.json()["error"]["detail"])
    assert ready.json()["error"]["code"] == "not_ready"
    for answer in (health, ready):
        assert database_name not in answer.text
        assert "host" not in answer.text
    assert counted["scenedex_database_up"] == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EncoderTimeoutError("Timeout: http://10.0.0.7/secret"), "no answer in time"),
        (EncoderError("http://10.0.0.7/secret"), "It failed (EncoderError)."),
    ],
)
def test_an_encoder_that_does_not_work_is_not_ready(
    library: Library, error: EncoderError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        def embed_pictures(self, pictures: Any) -> Any:
            raise error

    monkeypatch.setattr(type(library.equipment), "visual", lambda self, key: Blind())
    with client_for(library) as client:
        answer = client.get("/ready")
    assert answer.status_code == 503
    assert said in answer.json()["error"]["detail"]["picture_encoder"]
    assert "10.0.0.7" not in answer.text


def test_without_weights_it_is_ready_all_the_same(library: Library, tmp_path: Path) -> None:
    settings = library.settings.model_copy(
        update={"scenedex_profile": "clip", "clip_cache_dir": tmp_path / "models"}
    )
    with open_library(settings=settings) as words, client_for(words) as client:
        assert client.get("/ready").json() == {"status": "ready", "absent": ["picture_encoder"]}
    blind = library.settings.model_copy(update={"clip_enabled": False})
    with open_library(settings=blind) as words, client_for(words) as client:
        assert client.get("/ready").json() == {"status": "ready", "absent": ["picture_encoder"]}


def test_jobs_that_wait_for_nobody(library: Library) -> None:
    queue = Queue(library)
    queue.defer("video_ingestion", path="/films/a.mp4")
    queue.defer("video_ingestion", path="/films/b.mp4")
    with client_for(library) as client:
        health, counted = client.get("/health").json(), metrics(client)
    assert (health["status"], health["queue"]) == ("degraded", "no_worker")
    assert counted['scenedex_queue_jobs{stage="video_ingestion",state="waiting"}'] == 2
    assert counted['scenedex_queue_jobs{stage="video_ingestion",state="running"}'] == 0
    assert counted['scenedex_queue_oldest_seconds{stage="video_ingestion"}'] >= 0
    assert (counted["scenedex_workers"], counted["scenedex_database_up"]) == (0, 1)


def test_searches_requests_encoders_and_the_cache_are_counted(shared: Shelf) -> None:
    with client_for(shared.library) as client:
        before = metrics(client)
        for _ in range(2):
            assert client.post("/search", json={"query": "a red circle", "mode": "rerank"}).status_code == 200
        client.get(f"/api/v1/videos/{shared.film}")
        client.get("/api/v1/videos/00000000-0000-0000-0000-00000000dead")
        client.get("/nowhere/at/all")
        shared.library._cache.find(None, "a red circle", [space("one"), space("other")])
        after = metrics(client)

    def rose(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert rose('scenedex_search_seconds_count{mode="rerank"}') == 2
    assert sum(rose(name) for name in after if name.startswith("scenedex_reranks_total")) == 2
    assert rose('scenedex_http_requests_total{method="POST",route="/search",status="200"}') == 2
    video = "/api/v1/videos/{video_id}"
    assert rose(f'scenedex_http_requests_total{{method="GET",route="{video}",status="200"}}') == 1
    assert rose(f'scenedex_http_requests_total{{method="GET",route="{video}",status="404"}}') == 1
    assert rose('scenedex_http_requests_total{method="GET",route="other",status="404"}') == 1
    assert rose('scenedex_query_cache_total{result="miss"}') == 2
    assert rose('scenedex_query_cache_total{result="memory"}') == 0
    assert after["scenedex_disk_free_bytes"] > 0
    assert not [name for name in after if str(shared.film) in name or "nowhere" in name or "circle" in name]


def test_each_app_counts_for_itself(shared: Shelf) -> None:
    with client_for(shared.library) as one, client_for(shared.library) as other:
        one.post("/search", json={"query": "dog"})
        counts = [
            sum(v for k, v in metrics(client).items() if k.startswith("scenedex_search_seconds_count"))
            for client in (one, other)
        ]
    assert counts == [1, 0]


def test_every_line_of_a_request_has_its_id(
    shared: Shelf, new_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    with client_for(shared.library) as client:
        client.post("/search", json={"query": "a secret wish"}, headers={"X-Request-ID": "r-17"})
        client.get("/health", headers={"X-Request-ID": "r-18"})
    lines = [line for line in new_lines() if line["logger"].startswith("scenedex")]
    assert {line.get("request_id") for line in lines} == {"r-17"}
    said = [line["message"] for line in lines]
    assert any(line.startswith("Visual intent router: mode=") for line in said)
    assert any(line.startswith("POST /search 200 ") for line in said)
    assert not any("secret wish" in line for line in said)


@pytest.fixture
def new_lines() -> Callable[[], list[dict[str, Any]]]:
    """The log as JSON, while the test runs."""
    import io

    from scenedex.logs import configure

    stream = io.StringIO()
    configure("json", "info", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_probe_asks_each_part(shared: Shelf) -> None:
    parts = {probed.part: probed for probed in shared.library.probe()}
    assert list(parts) == ["database", "queue", "text_encoder", "picture_encoder"]
    assert all(probed.trouble is None and not probed.absent for probed in parts.values())
    assert np.isfinite(shared.library.cache_counts().misses)
