"""Files of the server's own, registered by their path."""

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import As, Shelf

from scenedex.api.app import create_app
from scenedex.api.service import Caller, Service
from scenedex.config import read_settings
from scenedex.jobs.queue import Queue

OWNER = UUID("00000000-0000-0000-0000-0000000000aa")
ROOTS = "SCENEDEX_ROOTS"
Registering = Callable[..., TestClient]


@pytest.fixture
def registering(shared: Shelf) -> Registering:
    """A client of an owner of this test's own, with a key or on loopback without one, and with these roots."""

    def made(roots: str | None = None, key: str | None = None) -> TestClient:
        library = shared.library.of(OWNER)
        library.settings = library.settings.model_copy(update={"scenedex_roots": roots})
        app = create_app(Service(library=library))
        app.add_middleware(As, caller=Caller(owner=OWNER, access="write", key=key))
        return TestClient(app)

    return made


def test_a_file_becomes_a_job(registering: Registering, shared: Shelf) -> None:
    link = shared.folder.parent / "link.mp4"
    link.symlink_to(shared.folder / "film.mp4")
    answer = registering().post("/api/v1/videos", json={"path": str(link)})
    assert answer.status_code == 202
    job = Queue(shared.library.of(OWNER)).get(answer.json()["job_id"])
    assert answer.headers["location"] == f"/api/v1/jobs/{job.id}"
    assert (job.stage, job.state, job.path) == (
        "video_ingestion",
        "waiting",
        str((shared.folder / "film.mp4").resolve()),
    )
    assert job.priority == 10


def test_with_a_key_only_what_lies_below_a_root(registering: Registering, shared: Shelf) -> None:
    film, beside = str(shared.folder / "film.mp4"), str(shared.folder.parent / "home" / "objects")
    assert registering(key="k").post("/api/v1/videos", json={"path": film}).status_code == 403
    rooted = registering(roots=f"/nowhere:{shared.folder}", key="k")
    assert rooted.post("/api/v1/videos", json={"path": film}).status_code == 202
    for path in (beside, f"{shared.folder}/../home/objects", "/etc/passwd", "/no/such/file"):
        refused = rooted.post("/api/v1/videos", json={"path": path})
        assert refused.status_code == 403
        assert ROOTS in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("film.mp4", 422),
        ("", 422),
        ("/a\x00b", 422),
        ("/" + "x" * 4096, 422),
        ("/", 422),
        ("/no/such.mp4", 404),
    ],
)
def test_what_is_no_file(registering: Registering, path: str, status: int) -> None:
    assert registering().post("/api/v1/videos", json={"path": path}).status_code == status


def test_roots_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOTS, "/a: /b/../c ::")
    assert [str(root) for root in read_settings().roots()] == ["/a", "/b/../c"]
