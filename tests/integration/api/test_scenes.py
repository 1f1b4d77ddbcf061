"""Pictures and clips over HTTP."""

import io
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

import av
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from tests.integration.api.shelf import As, Shelf

from scenedex.api.app import create_app
from scenedex.api.routes import scenes
from scenedex.api.service import Caller, Service
from scenedex.types import LOCAL_OWNER


@pytest.fixture
def scene(client: TestClient, shared: Shelf) -> dict[str, object]:
    return dict(client.get(f"/api/v1/scenes/{shared.scenes[0]}").json())


def test_pictures_are_kept_for_ever_by_their_content(client: TestClient, scene: dict[str, str]) -> None:
    answer = client.get(scene["thumbnail"])
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    again = client.get(scene["thumbnail"], headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


def test_without_the_version_a_picture_is_asked_for_again(client: TestClient, scene: dict[str, str]) -> None:
    """A video that is indexed again has other pictures in the scenes of the same ids."""
    bare = scene["thumbnail"].partition("?")[0]
    for address in (bare, f"{bare}?v=0000000000000000"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-cache"
    assert client.head(bare).content == b""


def test_keyframes_by_number(client: TestClient, scene: dict[str, list[dict[str, str]]]) -> None:
    (keyframe,) = scene["keyframes"]
    picture = Image.open(io.BytesIO(client.get(keyframe["url"]).content))
    assert picture.size == (keyframe["width"], keyframe["height"])
    beyond = keyframe["url"].replace("keyframes/0", "keyframes/1")
    assert client.get(beyond).status_code == 404
    for number in ("-1", "1001", "x", "1e3"):
        assert client.get(f"/api/v1/scenes/{scene['id']}/keyframes/{number}").status_code == 422


def test_a_clip_plays_and_nothing_of_it_stays(
    client: TestClient, shared: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    where = f"/api/v1/scenes/{shared.scenes[1]}/clip.mp4"
    answer = client.get(where)
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content)) as container:
        assert {stream.codec_context.name for stream in container.streams} == {"h264", "aac"}
        assert sum(1 for _ in container.decode(video=0)) == 25
    part = client.get(where, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, answer.content[100:200])
    assert client.get(where, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert list(tmp_path.iterdir()) == []


def test_clips_are_cut_a_few_at_a_time(shared: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "CLIP_WAIT_S", 0.01)
    places = BoundedSemaphore(1)
    app = create_app(Service(library=shared.library, clips=places))
    app.add_middleware(As, caller=Caller(owner=LOCAL_OWNER, access="read"))
    with TestClient(app) as client:
        where = f"/api/v1/scenes/{shared.scenes[0]}/clip.mp4"
        with places:
            busy = client.get(where)
        assert busy.status_code == 429
        assert int(busy.headers["retry-after"]) > 0
        assert client.get(where).status_code == 200
