"""tus against a real server: what is sent arrives, once, whatever breaks off."""

import base64
import hashlib
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.api.arriving.serving import PART, STRANGER, TUS, Sender, app_of, served

from scenedex import Library
from scenedex.jobs.arrivals import sweep
from scenedex.jobs.queue import Queue
from scenedex.types import LOCAL_OWNER


def film(size: int, seed: int = 1) -> bytes:
    """Begins as an MP4 does; nothing of it can be decoded."""
    return b"\0\0\0\x18ftypisom" + random.Random(seed).randbytes(size - 12)


def paths(library: Library) -> list[Path]:
    return [Path(job.path) for job in Queue(library).list() if job.path]


def settled(sender: Sender, place: str) -> int:
    """The offset once the request that broke off has ended: from then on the upload is not locked."""
    for _ in range(2000):
        answer = sender.part(place, 2**40, b"")
        if answer.status_code != 423:
            assert answer.status_code == 409
            return int(answer.headers["Upload-Offset"])
        time.sleep(0.01)
    raise AssertionError("the upload stays locked")


def test_an_upload_cut_off_ten_times_ends_identical_to_its_source(sender: Sender, library: Library) -> None:
    content, luck = film(9_000_000), random.Random(5)
    place = sender.begun(len(content), "Häfen & Schiffe.MP4")
    offset = sent = 0
    for _ in range(10):
        size = luck.randrange(1, (len(content) - offset) // 3)
        sender.broken_off(place, offset, content[offset : offset + size], luck.randrange(1, 10_000))
        sent = max(sent, offset + size)
        reached = settled(sender, place)
        assert offset <= reached <= sent
        assert sender.offset(place) == reached
        offset = reached
    assert offset > 0
    answer = sender.part(place, offset, content[offset:])
    assert answer.status_code == 204
    assert answer.headers["Upload-Offset"] == str(len(content))
    [path] = paths(library)
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(content).digest()
    assert path.suffix == ".mp4"
    assert "Häfen" not in str(path)
    said = sender.get(place).json()
    assert (said["state"], said["name"], said["offset"]) == ("taken_in", "Häfen & Schiffe.MP4", len(content))
    assert answer.headers["Scenedex-Job"] == f"/api/v1/jobs/{said['job_id']}"


def test_what_is_spoken_here(sender: Sender) -> None:
    answer = sender.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "expiration",
        "checksum",
        "termination",
    }
    assert answer.headers["Tus-Max-Size"] == "50000000"


BEGINNINGS: list[tuple[dict[str, str], int]] = [
    ({"Tus-Resumable": "0.2.2"}, 412),
    ({"Tus-Resumable": ""}, 412),
    ({"Upload-Length": "-1"}, 400),
    ({"Upload-Length": "1e3"}, 400),
    ({"Upload-Length": "٣"}, 400),
    ({"Upload-Length": "9" * 200}, 400),
    ({"Upload-Length": "999999999999999999"}, 413),
    ({"Upload-Length": "50000001"}, 413),
    ({"Upload-Length": "0"}, 422),
    ({"Upload-Defer-Length": "1"}, 400),
    ({"Upload-Metadata": "filename ==="}, 400),
    ({"Upload-Metadata": "filename YQ,filename YQ"}, 400),
    ({"Upload-Metadata": ","}, 400),
    ({"Upload-Metadata": "k " + "A" * 5000}, 400),
]


def test_an_upload_that_makes_no_sense_is_not_begun(sender: Sender, library: Library) -> None:
    for headers, status in BEGINNINGS:
        given = {name: value.encode() for name, value in {**TUS, "Upload-Length": "1000", **headers}.items()}
        answer = sender.post("/uploads", headers=given)
        assert answer.status_code == status, headers
        assert answer.json()["error"]["message"].endswith(".")
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert library.arrivals.listed(LOCAL_OWNER, "unfinished") == []


PARTS: list[tuple[dict[str, str], int]] = [
    ({"Tus-Resumable": "2.0.0"}, 412),
    ({"Content-Type": "video/mp4"}, 415),
    ({"Upload-Offset": "1"}, 409),
    ({"Upload-Offset": "999999999999999999"}, 409),
    ({"Upload-Offset": "-5"}, 400),
    ({"Upload-Offset": "five"}, 400),
    ({"Upload-Checksum": "md5 AAAA"}, 400),
    ({"Upload-Checksum": "sha1 ?"}, 400),
    ({"Upload-Checksum": "sha1 AAAA"}, 460),
]


def test_a_part_that_makes_no_sense_leaves_the_upload_as_it_is(sender: Sender) -> None:
    place = sender.begun(1000)
    for headers, status in PARTS:
        answer = sender.patch(
            place, content=b"\0" * 10, headers={**TUS, **PART, "Upload-Offset": "0", **headers}
        )
        assert (answer.status_code, answer.headers["Tus-Resumable"]) == (status, "1.0.0"), headers
        assert sender.offset(place) == 0


def test_more_bytes_than_were_announced_are_refused(sender: Sender) -> None:
    content = film(5000)
    place = sender.begun(4999)
    assert sender.part(place, 0, content).status_code == 413
    assert sender.offset(place) == 0

    def without_a_length() -> object:
        yield content

    answer = sender.patch(place, content=without_a_length(), headers={**TUS, **PART, "Upload-Offset": "0"})
    assert answer.status_code == 413
    assert sender.offset(place) <= 4999


def test_a_checksum_is_held_to(sender: Sender, library: Library) -> None:
    content = film(20_000)
    place = sender.begun(len(content))

    def said(block: bytes) -> str:
        return "sha256 " + base64.b64encode(hashlib.sha256(block).digest()).decode()

    first, rest = content[:9_000], content[9_000:]
    assert sender.part(place, 0, first, **{"Upload-Checksum": said(first)}).status_code == 204
    assert sender.part(place, 9_000, first, **{"Upload-Checksum": said(rest)}).status_code == 460
    assert sender.offset(place) == 9_000
    assert sender.part(place, 9_000, rest, **{"Upload-Checksum": said(rest)}).status_code == 204
    assert [path.read_bytes() for path in paths(library)] == [content]


def test_a_part_with_a_checksum_that_breaks_off_is_dropped(sender: Sender) -> None:
    place = sender.begun(1_000_000)
    head = {"Upload-Checksum": "sha1 " + base64.b64encode(bytes(20)).decode()}
    with httpx.Client(base_url=sender.base_url, timeout=60, trust_env=False) as other:

        def breaking() -> object:
            yield film(5_000)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            other.patch(place, content=breaking(), headers={**TUS, **PART, "Upload-Offset": "0", **head})
    assert settled(sender, place) == 0


def test_of_parts_sent_at_once_one_is_taken(sender: Sender, library: Library) -> None:
    content = film(8_000_000)
    place = sender.begun(len(content))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: sender.part(place, 0, content), range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    [path] = paths(library)
    assert path.read_bytes() == content


def test_several_servers_serve_one_upload(sender: Sender, library: Library) -> None:
    content = film(90_000)
    place = sender.begun(len(content))
    with served(app_of(library)) as base, Sender(base) as other:
        for start in range(0, len(content), 10_000):
            asked = sender if start % 20_000 else other
            assert asked.offset(place) == start
            assert asked.part(place, start, content[start : start + 10_000]).status_code == 204
    assert [path.read_bytes() for path in paths(library)] == [content]


def test_the_last_part_sent_again_changes_nothing(sender: Sender, library: Library) -> None:
    content = film(6_000)
    place = sender.begun(len(content))
    job = sender.part(place, 0, content).headers["Scenedex-Job"]
    assert sender.part(place, 0, content).status_code == 409
    again = sender.part(place, len(content), b"")
    assert (again.status_code, again.headers["Scenedex-Job"]) == (204, job)
    assert sender.offset(place) == len(content)
    assert len(paths(library)) == 1
    assert sender.delete(place, headers=TUS).status_code == 409


@pytest.mark.parametrize("moved", [False, True])
def test_a_process_that_died_before_the_job_was_there(sender: Sender, library: Library, moved: bool) -> None:
    """The bytes are all there; in the second case they lie where they stay, too."""
    content = film(6_000)
    place = sender.begun(len(content))
    upload = UUID(place.rpartition("/")[2])
    with library.arrivals.held(LOCAL_OWNER, upload) as arrival:
        library.arrivals.path(arrival).write_bytes(content)
        if moved:
            library.arrivals.keep(arrival)
    assert sender.offset(place) == len(content)
    assert sender.offset(place) == len(content)
    assert [path.read_bytes() for path in paths(library)] == [content]


def test_a_process_that_died_after_the_job_was_there(sender: Sender, library: Library) -> None:
    content = film(6_000)
    place = sender.begun(len(content))
    job = sender.part(place, 0, content).headers["Scenedex-Job"]
    upload = UUID(place.rpartition("/")[2])
    with library.arrivals.held(LOCAL_OWNER, upload) as arrival:
        library.arrivals.save(replace(arrival, job=None))
    assert sweep(library) == 0
    assert sender.part(place, len(content), b"").headers["Scenedex-Job"] == job
    assert len(paths(library)) == 1


def test_what_is_no_video_is_refused_as_soon_as_it_shows(sender: Sender, library: Library) -> None:
    place = sender.begun(10_000_000, "film.mp4")
    answer = sender.part(place, 0, b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n" + b"#" * 5000)
    assert answer.status_code == 422
    assert "playlist" in answer.json()["error"]["message"]
    assert sender.head(place, headers=TUS).status_code == 410
    assert sender.part(place, 0, film(100)).status_code == 410
    said = sender.get(place).json()
    assert (said["state"], said["job_id"]) == ("refused", None)
    short = sender.begun(40, "film.mp4")
    assert sender.part(short, 0, b"ffconcat version 1.0\nfile /etc/passwd\n  ").status_code == 422
    assert paths(library) == []
    assert not list(library.arrivals.root.rglob("*.mp4"))


def test_refused_uploads_do_not_pile_up(sender: Sender, library: Library) -> None:
    for _ in range(9):
        assert sender.part(sender.begun(10), 0, b"words only").status_code == 422
    assert len(library.arrivals.listed(LOCAL_OWNER, "unfinished")) <= 5


def test_another_owners_upload_is_not_there(sender: Sender, library: Library) -> None:
    content = film(6_000)
    place = sender.begun(len(content))
    nowhere = f"/uploads/{uuid4()}"
    with Sender(str(sender.base_url).removesuffix("/api/v1/"), STRANGER) as stranger:
        for there in (place, nowhere):
            answers = [
                stranger.head(there, headers=TUS),
                stranger.get(there),
                stranger.part(there, 0, content),
                stranger.delete(there, headers=TUS),
            ]
            assert [answer.status_code for answer in answers] == [404] * 4
            told = {answer.text.replace(there.rpartition("/")[2], "ID") for answer in answers[1:]}
            assert len(told) == 1
        assert stranger.get("/uploads").json() == {"uploads": []}
    assert sender.offset(place) == 0
    assert [upload["id"] for upload in sender.get("/uploads").json()["uploads"]] == [place.rpartition("/")[2]]


def test_an_upload_can_be_given_up(sender: Sender, library: Library) -> None:
    place = sender.begun(9_000)
    sender.part(place, 0, film(5_000))
    assert sender.delete(place, headers=TUS).status_code == 204
    assert sender.head(place, headers=TUS).status_code == 404
    assert sender.delete(place, headers=TUS).status_code == 404
    assert not list(library.arrivals.root.rglob("*.mp4"))


def test_clients_that_know_get_and_post_alone(sender: Sender) -> None:
    place = sender.begun(9_000)
    head = {**TUS, **PART, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert sender.post(place, content=film(5_000), headers=head).status_code == 204
    assert sender.offset(place) == 5_000
    assert sender.post(place, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert sender.post(place, headers={**TUS, "X-HTTP-Method-Override": "TRACE"}).status_code == 405


def test_unfinished_uploads_expire_and_are_swept(sender: Sender, library: Library) -> None:
    old, new = sender.begun(9_000), sender.begun(9_000)
    sender.part(new, 0, film(5_000))
    upload = UUID(old.rpartition("/")[2])
    with library.arrivals.held(LOCAL_OWNER, upload) as arrival:
        library.arrivals.save(replace(arrival, expires_at=time.time() - 1))
    assert sender.head(old, headers=TUS).status_code == 410
    assert sender.part(old, 0, film(100)).status_code == 410
    assert sweep(library) == 1
    assert sender.head(old, headers=TUS).status_code == 404
    assert sender.offset(new) == 5_000
    assert sweep(library, time.time() + 23 * 3600) == 0
    assert sweep(library, time.time() + 25 * 3600) == 1


def test_an_owner_has_so_many_unfinished_uploads_and_so_many_bytes(sender: Sender) -> None:
    assert [sender.begin(50_000_000).status_code for _ in range(3)] == [201, 201, 429]
    places = [sender.begun(1_000) for _ in range(2)]
    full = sender.begin(1_000)
    assert (full.status_code, full.headers["Retry-After"]) == (429, "60")
    assert full.json()["error"]["code"] == "too_many_uploads"
    assert sender.delete(places[0], headers=TUS).status_code == 204
    assert sender.begin(1_000).status_code == 201
    with Sender(str(sender.base_url).removesuffix("/api/v1/"), STRANGER) as stranger:
        assert stranger.begin(1_000).status_code == 201


def test_a_name_is_only_text(sender: Sender, library: Library) -> None:
    for name in (
        "../../etc/cron.d/x.mp4",
        "/abs.mkv",
        "a\0b\x1b[2J.mp4",
        "-rf.mov",
        "\u202egpj.4pm",
        "x" * 3000 + ".mp4",
    ):
        place = sender.begun(100, name)
        said = sender.get(place).json()
        assert said["name"].isprintable()
        assert 0 < len(said["name"]) <= 255
        assert "/" not in said["name"]
        assert sender.delete(place, headers=TUS).status_code == 204
    assert {path.name for path in library.arrivals.root.iterdir()} == {str(LOCAL_OWNER)}
