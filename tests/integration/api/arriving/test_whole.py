"""Files that come in one request, or from a URL: all of it is taken in, or nothing stays."""

import os
from pathlib import Path

import pytest
from tests.integration.api.arriving.serving import OWNER, STRANGER, Sender, app_of, library_in, served
from tests.unit.api.arriving.elsewhere import PUBLIC, gives, leads, world

from scenedex import Library
from scenedex.api.routes.uploads import fetcher_of
from scenedex.jobs.arrivals import sweep
from scenedex.jobs.queue import Queue
from scenedex.types import LOCAL_OWNER


def left(library: Library) -> list[Path]:
    """All files below the folder of uploads, but for the lock of each owner. Others may be removing some."""
    found = os.walk(library.arrivals.root)
    return [Path(folder) / name for folder, _, names in found for name in names if name != "lock"]


def test_a_film_in_one_request(sender: Sender, library: Library, clip: Path) -> None:
    answer = sender.post("/videos/upload", files={"file": ("Häfen.MP4", clip.read_bytes())})
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert (said["name"], said["size_bytes"]) == ("Häfen.MP4", clip.stat().st_size)
    assert answer.headers["Location"] == f"/api/v1/jobs/{said['job_id']}"
    job = Queue(library).get(said["job_id"])
    assert (job.stage, job.state) == ("video_ingestion", "waiting")
    assert job.path is not None
    assert Path(job.path).read_bytes() == clip.read_bytes()
    assert Path(job.path).is_relative_to(library.arrivals.root / str(LOCAL_OWNER))
    assert Path(job.path).suffix == ".mp4"
    assert Queue(library.of(STRANGER)).list() == []


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.mp4", b"", 422),
        ("a.mp4", b"words, nothing but words", 422),
        ("a.mp4", b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n", 422),
        ("a.mp4", b"\xff\xd8\xff\xe0" + bytes(100), 422),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(3_000_000), 413),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(9_000_000), 413),
    ],
    ids=["empty", "words", "playlist", "picture", "a little too large", "too large"],
)
def test_what_is_refused_leaves_nothing(
    sender: Sender, library: Library, name: str, content: bytes, status: int
) -> None:
    answer = sender.post("/videos/upload", files={"file": (name, content)})
    assert answer.status_code == status
    assert left(library) == []
    assert Queue(library).list() == []


def test_a_request_that_breaks_off_leaves_nothing(sender: Sender, library: Library) -> None:
    head = (
        f"POST /api/v1/videos/upload HTTP/1.1\r\nHost: {sender.host}:{sender.port}\r\n{OWNER}: {LOCAL_OWNER}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 2500000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    )
    for size in (0, 10, 5_000, 2_000_000):
        sender.hang_up(head.encode() + b"\0\0\0\x18ftypisom"[:size] + bytes(max(size - 12, 0)))
    while left(library):  # they count among the uploads under way until then
        assert sender.get("/uploads").status_code == 200
    for body in (
        b"--b\r\n",
        b"nothing of the kind",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--',
    ):
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        assert sender.post("/videos/upload", content=body, headers=kind).status_code == 400
    assert sender.post("/videos/upload", content=b"abc").status_code == 415
    assert left(library) == []
    assert Queue(library).list() == []


def test_what_a_dead_process_was_receiving_is_swept(library: Library, sender: Sender) -> None:
    from scenedex.api.arriving.whole import Incoming

    with Incoming(library, "a.mp4", 1_000) as going:
        going.write(b"\0\0\0\x18ftypisom")
        assert sweep(library) == 0
        left_behind = left(library)
        assert len(left_behind) == 2
        folder = left_behind[0].parent
        copied = folder.with_name("00000000-0000-4000-8000-000000000000")
    copied.mkdir()
    (copied / "state.json").write_text("{")
    assert sweep(library) == 0
    os.utime(copied, (0, 0))
    sweep(library)
    assert not copied.exists()


def test_what_one_owner_keeps_has_a_limit(database_url: str, home: Path, clip: Path) -> None:
    size = clip.stat().st_size
    home.mkdir()
    with (
        library_in(home, database_url, scenedex_max_kept_mb=size * 1.5 / 1e6) as library,
        served(app_of(library)) as base,
        Sender(base) as sender,
    ):
        answers = [
            sender.post("/videos/upload", files={"file": ("a.mp4", clip.read_bytes())}) for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [202, 507]
        assert sender.begin(size).status_code == 507
        with Sender(base, STRANGER) as stranger:
            assert stranger.begin(size).status_code == 201


def test_a_film_is_fetched(library: Library, clip: Path) -> None:
    content = clip.read_bytes()
    answers = {
        "/film%20one.mkv": gives(content),
        "/moved": leads("http://a.cdn.example/film%20one.mkv"),
        "/inner": leads("http://127.0.0.1/"),
        "/playlist.mp4": gives(b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/a.ts\n" + bytes(5_000)),
        "/short.mp4": gives(b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n"),
        "/gone": gives(b"", 404),
    }
    app = app_of(library)
    with world(answers) as there, served(app) as base, Sender(base) as sender:
        app.dependency_overrides[fetcher_of] = there.usual_fetcher

        def fetched(url: str) -> int:
            return sender.post("/videos/fetch", json={"url": url}).status_code

        assert fetched("http://media.example/moved") == 202
        [job] = Queue(library).list()
        assert job.path is not None
        assert Path(job.path).read_bytes() == content
        assert library.arrivals.listed(LOCAL_OWNER, "kept")[0].name == "film one.mkv"
        before = left(library)
        statuses = {
            path: fetched(f"http://media.example/{path}")
            for path in ("inner", "playlist.mp4", "short.mp4", "gone")
        }
        assert statuses == {"inner": 422, "playlist.mp4": 422, "short.mp4": 422, "gone": 502}
        for url in (
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://0x7f000001/",
            "http://169.254.169.254/",
            "file:///etc/passwd",
        ):
            assert fetched(url) == 422
        assert {address for address, _ in there.connected} == {PUBLIC}
        assert left(library) == before
        assert len(Queue(library).list()) == 1


def test_without_a_setting_nothing_is_fetched(sender: Sender, library: Library) -> None:
    answer = sender.post("/videos/fetch", json={"url": "https://media.example/a.mp4"})
    assert answer.status_code == 422
    assert "SCENEDEX_FETCH_HOSTS" in answer.json()["error"]["message"]
    assert left(library) == []
