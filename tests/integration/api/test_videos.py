"""Videos, scenes and captions over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import Shelf, client_for, shelf

from scenedex.media.timed_text import parse_srt, parse_vtt


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[Shelf]:
    """A library of this test's own."""
    with shelf(tmp_path, database_url) as made:
        yield made


def test_videos_page_by_page(client: TestClient, shared: Shelf) -> None:
    whole = client.get("/api/v1/videos").json()
    assert whole["total"] == 2
    assert {video["id"] for video in whole["videos"]} == {str(shared.film), str(shared.silent)}
    pages = [client.get("/api/v1/videos", params={"limit": 1, "offset": n}).json() for n in range(3)]
    assert [page["total"] for page in pages] == [2, 2, 2]
    assert [video for page in pages for video in page["videos"]] == whole["videos"]


def test_videos_are_sorted_and_filtered(client: TestClient, shared: Shelf) -> None:
    def ids(**asked: str) -> list[str]:
        page = client.get("/api/v1/videos", params=asked).json()
        assert page["states"] == ({"indexed": page["total"]} if page["total"] else {})
        return [video["id"] for video in page["videos"]]

    film, silent = str(shared.film), str(shared.silent)
    assert ids(sort="longest") == ids(sort="name") == [film, silent]
    assert ids(sort="shortest") == [silent, film]
    assert ids(name="FILM") == [film]
    assert ids(name="%") == []
    failed = client.get("/api/v1/videos", params={"state": "failed"}).json()
    assert (failed["videos"], failed["total"], failed["states"]) == ([], 0, {"indexed": 2})
    for wrong in ({"sort": "loudest"}, {"state": "asleep"}, {"name": "a" * 201}):
        assert client.get("/api/v1/videos", params=wrong).status_code == 422


@pytest.mark.parametrize(
    "page", [{"limit": 201}, {"limit": 0}, {"offset": -1}, {"limit": "ten"}, {"offset": 2**31}]
)
def test_pages_have_limits(client: TestClient, page: dict[str, object]) -> None:
    answer = client.get("/api/v1/videos", params=page)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid_request"
    assert error["detail"][0]["where"].startswith("query.")


def test_one_video(client: TestClient, shared: Shelf) -> None:
    video = client.get(f"/api/v1/videos/{shared.film}").json()
    assert video == {
        "id": str(shared.film), "content_hash": video["content_hash"], "name": "film.mp4", "duration_s": 3.0,
        "width": 160, "height": 96, "frame_rate": "25/1", "scene_count": 3, "caption_count": 3,
        "paths": [str(shared.folder / "film.mp4")], "offline": False, "added_at": video["added_at"], "warnings": [],
        "recorded_at": None, "tags": [],
        "state": "indexed", "error": None, "job": None, "scene_id": str(shared.scenes[1]),
        "thumbnail": video["thumbnail"],
    }  # fmt: skip
    assert client.get(video["thumbnail"]).status_code == 200


def test_scenes_cover_the_video_and_name_their_pictures(client: TestClient, shared: Shelf) -> None:
    page = client.get(f"/api/v1/videos/{shared.film}/scenes").json()
    scenes = page["scenes"]
    assert page["total"] == 3
    assert [scene["id"] for scene in scenes] == [str(scene) for scene in shared.scenes]
    assert [(scene["start_s"], scene["end_s"]) for scene in scenes] == [(0, 1), (1, 2), (2, 3)]
    assert [scene["captions"][0]["text"] for scene in scenes][1] == "The crown jewels"
    assert client.get(scenes[0]["keyframes"][0]["url"]).status_code == 200
    one = client.get(f"/api/v1/videos/{shared.film}/scenes", params={"limit": 1, "offset": 2}).json()
    assert one == {"scenes": scenes[2:], "total": 3}
    assert client.get(f"/api/v1/scenes/{shared.scenes[2]}").json() == scenes[2]


def test_captions_in_every_form(client: TestClient, shared: Shelf) -> None:
    where = f"/api/v1/videos/{shared.film}/captions"
    found = client.get(where).json()
    assert found["total"] == 3
    assert found["captions"][1]["text"] == "The crown jewels"
    assert client.get(where, params={"limit": 1, "offset": 1}).json()["captions"] == found["captions"][1:2]
    srt, vtt = (client.get(where, params={"format": kind}) for kind in ("srt", "vtt"))
    assert srt.headers["content-type"] == "application/x-subrip; charset=utf-8"
    assert vtt.headers["content-type"] == "text/vtt; charset=utf-8"
    times = [(1.2, 1.8), (2.2, 2.6)]
    for lines in (list(parse_srt(srt.text)), list(parse_vtt(vtt.text))):
        assert [(line.start_s, line.end_s) for line in lines][1:] == times
    assert client.get(where, params={"format": "ass"}).status_code == 422
    assert client.get(where, params={"origin": "speech"}).json() == {"captions": [], "total": 0}
    assert client.get(where, params={"language": "en", "origin": "embedded"}).json() == found


def test_tags_are_given_and_taken(own: Shelf) -> None:
    where = f"/api/v1/videos/{own.film}"
    with client_for(own.library) as client:
        assert client.patch(where, json={"tags": {"add": [" Holiday", "2025"]}}).json()["tags"] == [
            "2025",
            "holiday",
        ]
        assert client.patch(where, json={"tags": {"remove": ["2025"]}}).json()["tags"] == ["holiday"]
        assert client.get(where).json()["tags"] == ["holiday"]
        for wrong in (
            {},
            {"tags": ["x"]},
            {"tags": {"add": ["x"], "remove": ["x"]}},
            {"tags": {"add": [" "]}},
        ):
            assert client.patch(where, json=wrong).status_code == 422
        assert client.patch(where, json={"name": "mine"}).status_code == 422
        assert client.get(where).json()["tags"] == ["holiday"]


def test_a_video_is_forgotten_and_its_file_stays(own: Shelf) -> None:
    where = f"/api/v1/videos/{own.film}"
    with client_for(own.library) as client:
        gone = client.delete(where)
        assert (gone.status_code, gone.content) == (204, b"")
        assert client.get(where).status_code == 404
        assert client.delete(where).status_code == 404
        assert client.get(f"/api/v1/scenes/{own.scenes[0]}").status_code == 404
    assert (own.folder / "film.mp4").is_file()


@pytest.mark.parametrize(
    ("method", "way"),
    [
        ("GET", ""), ("DELETE", ""), ("PATCH", ""), ("GET", "/scenes"), ("GET", "/captions"),
        ("GET", "/captions?format=srt"), ("GET", "/stream"), ("HEAD", "/stream"),
    ],
)  # fmt: skip
def test_what_is_anothers_is_as_what_is_not_there(
    stranger: TestClient, shared: Shelf, method: str, way: str
) -> None:
    nothing = uuid4()
    body = {"tags": {"add": ["mine"]}} if method == "PATCH" else None
    theirs, none = (
        stranger.request(method, f"/api/v1/videos/{video}{way}", json=body)
        for video in (shared.film, nothing)
    )
    assert theirs.status_code == none.status_code == 404
    assert theirs.text.replace(str(shared.film), "ID") == none.text.replace(str(nothing), "ID")


def test_the_same_for_scenes(stranger: TestClient, shared: Shelf) -> None:
    nothing, scene = uuid4(), shared.scenes[0]
    for way in ("", "/thumbnail", "/keyframes/0", "/clip.mp4"):
        theirs, none = (stranger.get(f"/api/v1/scenes/{each}{way}") for each in (scene, nothing))
        assert theirs.status_code == none.status_code == 404
        assert theirs.text.replace(str(scene), "ID") == none.text.replace(str(nothing), "ID")
    assert stranger.get("/api/v1/videos").json() == {"videos": [], "total": 0, "states": {}}
    assert stranger.get("/api/v1/stats").json()["scenes"] == 0


def test_who_may_only_look_changes_nothing(shared: Shelf) -> None:
    with client_for(shared.library, access="read") as client:
        where = f"/api/v1/videos/{shared.film}"
        refused = [
            client.delete(where),
            client.patch(where, json={"tags": {"add": ["x"]}}),
            client.post("/api/v1/videos", json={"path": str(shared.folder / "film.mp4")}),
        ]
        assert [answer.status_code for answer in refused] == [403, 403, 403]
        assert client.get(where).json()["tags"] == []


def test_counts(client: TestClient) -> None:
    counted = client.get("/api/v1/stats").json()
    assert (counted["videos"], counted["scenes"], counted["captions"], counted["offline"]) == (2, 5, 3, 0)
    assert set(counted) == {"videos", "offline", "hours", "scenes", "keyframes", "captions", "embeddings"}


@pytest.mark.parametrize("video", ["film.mp4", "1", "../stats", "%00", "c169aa1a-f3a4-578f-b1c8-75d75bfdb31"])
def test_ids_alone_name_a_video(client: TestClient, video: str) -> None:
    assert client.get(f"/api/v1/videos/{video}/scenes").status_code in (404, 422)
