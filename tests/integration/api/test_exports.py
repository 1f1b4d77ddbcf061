"""Hits as files, over HTTP."""

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import opentimelineio as otio
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from tests.integration.api.shelf import Shelf

WHERE = "/api/v1/search/export"


def export(client: TestClient, status: int = 200, **body: Any) -> Any:
    answer = client.post(WHERE, json=body)
    assert answer.status_code == status, answer.text
    return answer


def events(answer: Any) -> list[list[int]]:
    return [event["scenes"] for event in json.loads(answer.content)["events"]]


@pytest.mark.parametrize(
    ("format", "kind"),
    [
        ("edl", "text/plain; charset=utf-8"),
        ("fcpxml", "application/xml"),
        ("otio", "application/vnd.pixar.opentimelineio+json"),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("sheet", "image/jpeg"),
    ],
)
def test_each_format(client: TestClient, shared: Shelf, format: str, kind: str) -> None:
    answer = export(client, query="crown jewels", format=format, limit=3)
    assert answer.headers["Content-Type"] == kind
    ending = "jpg" if format == "sheet" else format
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''crown%20jewels.{ending}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert int(answer.headers["X-Events"]) > 0


def test_it_is_the_search(client: TestClient, shared: Shelf) -> None:
    asked = {"query": "crown jewels turned", "filters": {"bands": ["strong"]}, "limit": 2}
    found = [hit["scene"] for hit in client.post("/search", json=asked).json()["hits"]]
    assert events(export(client, **asked, format="json", join=False)) == [[scene] for scene in found]


def test_scenes_that_are_named(client: TestClient, shared: Shelf) -> None:
    ids = [str(shared.scenes[number]) for number in (2, 0)]
    assert events(export(client, scene_ids=ids, format="json")) == [[2], [0]]
    assert events(export(client, scene_ids=ids, format="json", by_time=True)) == [[0], [2]]
    assert events(export(client, scene_ids=ids, format="json", handles_s=[1, 1])) == [[0, 2]]
    edl = export(client, scene_ids=ids, format="edl", handles_s=[0.4, 0.2], title="two\n003  X V C")
    clips = list(otio.adapters.read_from_string(edl.text, "cmx_3600", rate=25).video_tracks()[0].find_clips())
    assert [(clip.source_range.start_time.value, clip.source_range.duration.value) for clip in clips] == [
        (40, 35), (0, 30),
    ]  # fmt: skip


def test_the_cut_list_of_a_video(client: TestClient, shared: Shelf, stranger: TestClient) -> None:
    video = str(shared.film)
    scenes = client.get(f"/api/v1/videos/{video}/scenes").json()["scenes"]
    assert [scene["transition"] and scene["transition"]["kind"] for scene in scenes][:2] == [None, "cut"]
    assert events(export(client, video_id=video, format="json")) == [[scene["index"]] for scene in scenes]
    export(stranger, 404, video_id=video, format="json")
    export(client, 422, video_id=video, query="x", format="json")


def test_bins_are_an_archive_of_edls(client: TestClient, shared: Shelf) -> None:
    ids = [str(shared.scenes[0]), str(shared.library.page_of_scenes(shared.silent, 1)[0][0].id)]
    answer = export(client, scene_ids=ids, format="edl", bins=True, title="two")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].endswith("two.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["two-1.edl", "two-2.edl"]
        assert all(b"FCM: NON-DROP FRAME" in archive.read(name) for name in archive.namelist())


def test_a_sheet_is_a_picture(client: TestClient, shared: Shelf) -> None:
    answer = export(client, scene_ids=[str(one) for one in shared.scenes], format="sheet")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width == 3 * 264 + 8


def test_what_is_not_there(client: TestClient, stranger: TestClient, shared: Shelf) -> None:
    assert export(client, 404, scene_ids=[str(uuid4())], format="csv").json()["error"]["code"] == "not_found"
    theirs = export(stranger, 404, scene_ids=[str(shared.scenes[0])], format="csv")
    assert theirs.json() == export(client, 404, scene_ids=[str(uuid4())], format="csv").json()
    export(stranger, 422, query="crown jewels", format="csv")
    assert "nothing to export" in export(client, 422, query="zxqv", mode="skip", format="csv").text


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"format": "aaf"},
        {"handles_s": [1]},
        {"handles_s": [-1, 0]},
        {"handles_s": [0, 601]},
        {"handles_s": ["1", 0]},
        {"query": "x", "scene_ids": [str(uuid4())]},
        {"scene_ids": [str(uuid4())] * 1001},
        {"title": "x" * 201},
        {"bins": 1},
        {"more": 1},
    ],
)
def test_what_makes_no_sense(client: TestClient, wrong: dict[str, Any]) -> None:
    asked = {"format": "csv", "scene_ids": [str(uuid4())], **wrong} if wrong else {}
    assert export(client, 422, **asked).json()["error"]["code"] == "invalid_request"
