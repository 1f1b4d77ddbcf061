"""`scenedex serve` as a process of its own."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.integration.api.shelf import Shelf, shelf
from tests.media import make_clip

PATIENCE_S = 120


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with shelf(tmp_path_factory.mktemp("served")) as made:
        yield made


def environment(own: Shelf) -> dict[str, str]:
    return {**os.environ, "SCENEDEX_HOME": str(own.library.home), "SCENEDEX_PROFILE": "mini"}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "scenedex", "serve", *options]


@contextmanager
def serving(own: Shelf, log: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server, and where it answers."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            command("--port", "0", *options),
            env=environment(own),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert ready, log.read_text()
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line + log.read_text()
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


def test_it_answers_and_ends_when_it_is_told_to(own: Shelf, tmp_path: Path) -> None:
    with (
        serving(own, tmp_path / "log", "--no-worker") as (process, url),
        httpx.Client(base_url=url, timeout=PATIENCE_S) as client,
    ):
        hits = client.post("/search", json={"query": "crown jewels"}).json()["hits"]
        assert hits[0]["scene_id"] == str(own.scenes[1])
        film = client.get(f"/api/v1/videos/{own.film}/stream", headers={"Range": "bytes=0-3"})
        assert (film.status_code, len(film.content)) == (206, 4)
        assert client.get("/api/v1/stats", headers={"Host": "evil.example"}).status_code == 403
        assert "server" not in client.get("/api/v1/stats").headers
        taken = subprocess.run(
            command("--port", url.rpartition(":")[2]),
            env=environment(own),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert taken.returncode == 2
        assert "Another program may be there already" in taken.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "Ended.\n"
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_what_is_under_way_may_end(own: Shelf, tmp_path: Path) -> None:
    """A request that comes slowly is answered, though the server was told to end meanwhile."""
    body = b'{"query": "crown jewels"}'
    with serving(own, tmp_path / "log", "--no-worker") as (process, url):

        def slowly() -> Iterator[bytes]:
            yield body[:5]
            process.send_signal(signal.SIGINT)
            time.sleep(1)
            yield body[5:]

        answer = httpx.post(
            f"{url}/search",
            content=slowly(),
            headers={"Content-Type": "application/json"},
            timeout=PATIENCE_S,
        )
        assert answer.status_code == 200
        assert process.wait(PATIENCE_S) == 0


def test_what_is_registered_is_indexed_by_the_worker_beside_it(own: Shelf, tmp_path: Path) -> None:
    film = make_clip(tmp_path / "new.mp4", 0.7, 0.9)
    until = time.monotonic() + PATIENCE_S
    with (
        serving(own, tmp_path / "log") as (process, url),
        httpx.Client(base_url=url, timeout=PATIENCE_S) as client,
    ):
        answer = client.post("/api/v1/videos", json={"path": str(film)})
        job = client.get(answer.headers["location"]).json()
        while job["state"] in ("waiting", "running") and time.monotonic() < until:
            time.sleep(0.2)
            job = client.get(answer.headers["location"]).json()
        assert job["state"] == "done", (job, (tmp_path / "log").read_text())
        assert client.get(f"/api/v1/videos/{job['video_id']}").json()["scene_count"] == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_off_loopback_it_needs_a_key(own: Shelf) -> None:
    done = subprocess.run(
        command("--host", "0.0.0.0", "--port", "0"),
        env=environment(own),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2
    assert "scenedex keys create" in done.stderr
    assert done.stdout == ""
