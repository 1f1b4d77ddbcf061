"""Jobs over HTTP: put in, looked at, cancelled, watched; and never another owner's."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, As, client_for
from tests.integration.jobs.workers import at_work
from tests.integration.store.records import record
from tests.media import make_clip

from scenedex.api.app import create_app
from scenedex.api.places import Streams
from scenedex.api.routes.job_events import all_events, events
from scenedex.api.service import Caller, Service
from scenedex.config import Settings
from scenedex.http.errors import ApiError
from scenedex.jobs.queue import Queue
from scenedex.jobs.watching import Watch
from scenedex.library import Library
from scenedex.store import job_changes
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.writing import write_video


@pytest.fixture
def library(server: EmbeddedServer, database_name: str, tmp_path: Path) -> Iterator[Library]:
    url = server.conninfo("scenedex_owner", database_name)
    settings = Settings(database_url=url, scenedex_home=tmp_path / "home", scenedex_profile="mini")
    with Library(settings) as opened:
        yield opened


@pytest.fixture
def video(library: Library) -> str:
    with library.transaction() as tx:
        return str(write_video(tx, record()))


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with client_for(library) as opened:
        yield opened


@pytest.fixture
def stranger(library: Library) -> Iterator[TestClient]:
    with client_for(library, STRANGER) as opened:
        yield opened


def data_of(stream: str) -> list[dict[str, Any]]:
    found = [block for block in stream.split("\n\n") if block.startswith("id:")]
    return [json.loads(block.partition("data: ")[2]) for block in found]


def test_a_stage_is_put_in_and_found_again(client: TestClient, video: str) -> None:
    answer = client.post("/api/v1/jobs", json={"stage": "screen_text", "video_id": video})
    assert answer.status_code == 202
    job = answer.json()
    assert (job["stage"], job["state"], job["video_id"], job["priority"]) == (
        "screen_text",
        "waiting",
        video,
        10,
    )
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert client.get(answer.headers["Location"]).json() == job
    assert client.get("/api/v1/jobs").json() == {"jobs": [job], "total": 1}
    again = client.post("/api/v1/jobs", json={"stage": "screen_text", "video_id": video})
    assert again.json() == job


def test_jobs_are_listed_by_state_and_video(client: TestClient, video: str) -> None:
    ids = [
        client.post("/api/v1/jobs", json={"stage": stage, "video_id": video}).json()["id"]
        for stage in ("screen_text", "transcription", "description")
    ]
    client.post(f"/api/v1/jobs/{ids[0]}/cancel")
    waiting = client.get("/api/v1/jobs", params={"state": "waiting", "limit": 1}).json()
    assert ([job["id"] for job in waiting["jobs"]], waiting["total"]) == ([ids[2]], 2)
    assert client.get("/api/v1/jobs", params={"video_id": str(uuid4())}).json() == {"jobs": [], "total": 0}
    assert client.get("/api/v1/jobs", params={"state": "asleep"}).status_code == 422


def test_a_job_is_cancelled_and_run_again(client: TestClient, video: str) -> None:
    job = client.post("/api/v1/jobs", json={"stage": "screen_text", "video_id": video}).json()
    at = f"/api/v1/jobs/{job['id']}"
    assert client.post(f"{at}/retry").status_code == 422
    assert client.post(f"{at}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{at}/retry").json()["state"] == "waiting"


@pytest.mark.parametrize(
    "asked",
    [
        {"stage": "screen_text"},
        {"stage": "dance", "video_id": str(uuid4())},
        {"stage": "screen_text", "path": "/a.mp4"},
        {"stage": "video_ingestion", "path": "a.mp4"},
        {"stage": "video_ingestion", "path": "/a.mp4", "video_id": str(uuid4())},
        {"stage": "screen_text", "video_id": str(uuid4()), "priority": 11},
        {"stage": "screen_text", "video_id": str(uuid4()), "priority": True},
        {"stage": "screen_text", "video_id": "1 or 1=1"},
        {"stage": "screen_text", "video_id": str(uuid4()), "owner_id": str(uuid4())},
        [],
    ],
)
def test_a_request_that_makes_no_sense_is_refused(client: TestClient, asked: object) -> None:
    answer = client.post("/api/v1/jobs", json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert client.get("/api/v1/jobs").json()["total"] == 0


def test_another_owners_jobs_are_not_there(client: TestClient, stranger: TestClient, video: str) -> None:
    job = client.post("/api/v1/jobs", json={"stage": "screen_text", "video_id": video}).json()
    for method, path in (
        ("GET", "{}"), ("POST", "{}/cancel"), ("POST", "{}/retry"), ("GET", "{}/events"),
    ):  # fmt: skip
        theirs = stranger.request(method, "/api/v1/jobs/" + path.format(job["id"]))
        nobodys = stranger.request(method, "/api/v1/jobs/" + path.format(job["id"] + 1))
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(str(job["id"]), "?") == nobodys.text.replace(str(job["id"] + 1), "?")
    asked = {"stage": "screen_text", "video_id": video}
    assert stranger.post("/api/v1/jobs", json=asked).status_code == 404
    assert stranger.get("/api/v1/jobs").json() == {"jobs": [], "total": 0}
    assert client.get(f"/api/v1/jobs/{job['id']}").json() == job


def test_who_may_only_read_puts_nothing_in(library: Library, video: str) -> None:
    with client_for(library, access="read") as reader:
        assert reader.get("/api/v1/jobs").status_code == 200
        for path in ("", "/1/cancel", "/1/retry"):
            assert reader.post(f"/api/v1/jobs{path}", json={}).status_code == 403


def test_whoever_watches_sees_a_film_being_taken_in(
    client: TestClient, library: Library, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    job = client.post("/api/v1/jobs", json={"stage": "video_ingestion", "path": str(clip)}).json()
    with at_work(library):
        answer = client.get(f"/api/v1/jobs/{job['id']}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    seen = data_of(answer.text)
    assert seen[-1]["state"] == "done"
    assert seen[-1]["outcome"] == "indexed"
    assert seen[-1]["video_id"] == client.get("/api/v1/videos").json()["videos"][0]["id"]
    back = client.get(f"/api/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": "3"})
    assert back.status_code == 204


def told(stream: str) -> list[tuple[str, int, Any]]:
    """Kind, number and data of each event."""
    found = []
    for block in stream.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], int(lines["id"]), json.loads(lines["data"])))
    return found


async def watched(
    library: Library, count: int, acts: list[Callable[[], object]], since: int | None = None
) -> list[tuple[str, int, Any]]:
    """So many events of all jobs; after each of them something is done."""
    found: list[tuple[str, int, Any]] = []
    acting = iter(acts)
    async for part in all_events(Watch(library), since, look_s=0.02, life_s=60.0, heartbeat_s=60.0):
        found += told(part)
        if len(found) >= count:
            break
        await asyncio.to_thread(next(acting, int))
    return found


def test_all_jobs_are_one_stream_of_changes(library: Library, video: str) -> None:
    queue, other = Queue(library), Queue(library.of(STRANGER))
    first = queue.defer("screen_text", video_id=UUID(video))
    acts: list[Callable[[], object]] = [
        lambda: [other.defer("video_ingestion", path="/theirs.mp4"), queue.cancel(first.id)],
        lambda: queue.defer("video_ingestion", path="/<b>.mp4"),
    ]
    seen = asyncio.run(watched(library, 3, acts))
    kind, number, state = seen[0]
    assert kind == "state"
    assert [(job["id"], job["state"]) for job in state["jobs"]] == [(first.id, "waiting")]
    assert state["counts"] == {"waiting": 1, "running": 0, "done": 0, "failed": 0, "cancelled": 0}
    assert seen[1][0] == "job"
    assert (seen[1][2]["id"], seen[1][2]["state"]) == (first.id, "cancelled")
    assert (seen[2][2]["path"], seen[2][2]["state"]) == ("/<b>.mp4", "waiting")
    back = asyncio.run(watched(library, 3, [], since=number))
    assert {(kind, data.get("id")) for kind, _, data in back[:2]} == {
        ("job", first.id), ("job", seen[2][2]["id"]),
    }  # fmt: skip
    assert back[2][::2] == ("counts", {"waiting": 1, "running": 0, "done": 0, "failed": 0, "cancelled": 1})
    for gone in (10**17, None):
        assert asyncio.run(watched(library, 1, [], since=gone))[0][0] == "state"
    assert asyncio.run(watched(library.of(STRANGER), 1, []))[0][2]["counts"]["waiting"] == 1


def test_progress_is_told_and_too_many_changes_at_once_are_told_as_a_whole(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(job_changes, "MANY", 3)
    queue, watch = Queue(library), Watch(library)
    assert watch.first().jobs == ()
    clip = make_clip(tmp_path / "a.mp4")
    job = queue.defer("video_ingestion", path=str(clip))
    assert [one.id for one in watch.next().jobs] == [job.id]
    steps: set[str] = set()
    with at_work(library):
        while not queue.get(job.id).ended:
            steps |= {one.progress.step for one in watch.next().jobs if one.progress}
    assert steps
    last = [one for one in watch.next().jobs if one.id == job.id]
    assert not last or last[0].state == "done"
    for number in range(4):
        queue.defer("video_ingestion", path=f"/{number}.mp4")
    many = watch.next()
    assert many.whole
    assert {one.path for one in many.jobs} >= {f"/{number}.mp4" for number in range(4)}
    assert watch.next().jobs == ()


def test_streams_are_bounded(library: Library) -> None:
    app = create_app(Service(library=library, streams=Streams(most=3, most_of_one=1)))
    app.add_middleware(As, caller=Caller(owner=library.owner, access="read"))
    streams = app.state.service.streams
    with TestClient(app) as client:
        leave = streams.take(library.owner)
        busy = client.get("/api/v1/jobs/events")
        assert (busy.status_code, busy.json()["error"]["code"]) == (429, "too_many_requests")
        assert int(busy.headers["retry-after"]) > 0
        places = [leave, streams.take(STRANGER), streams.take(uuid4())]
        with pytest.raises(ApiError):
            streams.take(uuid4())
        for leave in places:
            leave()
        assert streams.take(STRANGER)


@pytest.mark.parametrize("said", ["", "x", "-1", "1.5", "9" * 30, "1; drop"])
def test_what_is_no_number_of_an_event_is_told_all(library: Library, said: str) -> None:
    with client_for(library) as client:
        answer = client.get("/api/v1/jobs/events", headers={"Last-Event-ID": said})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert told(answer.text)[0][0] == "state"


def test_a_silent_stream_says_that_it_is_there(library: Library, video: str) -> None:
    queue = Queue(library)
    job = queue.defer("video_ingestion", path="/a.mp4")

    async def first(count: int) -> list[str]:
        stream, found = events(library, job, heartbeat_s=0.0), []
        async for part in stream:
            found.append(part)
            if len(found) == count:
                queue.cancel(job.id)
        return found

    seen = asyncio.run(first(3))
    assert seen[1] == ": still there\n\n"
    assert [each["state"] for each in data_of("".join(seen))] == ["waiting", "cancelled"]
