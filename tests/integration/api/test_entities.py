"""Entities, baselines, anomalies and the timeline over HTTP."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import Shelf, client_for, shelf

from scenedex.api import pictures
from scenedex.api.service import Service
from scenedex.http.errors import ApiError
from scenedex.library.entities import Entities


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with shelf(tmp_path_factory.mktemp("entities")) as made:
        yield made


@pytest.fixture
def asking(own: Shelf) -> Iterator[TestClient]:
    with client_for(own.library) as client:
        yield client


def post(asking: TestClient, path: str, status: int = 201, **body: Any) -> Any:
    answer = asking.post(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def get(asking: TestClient, path: str, status: int = 200, **params: Any) -> Any:
    answer = asking.get(f"/api/v1{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_life_of_an_entity(asking: TestClient, own: Shelf) -> None:
    scene = str(own.scenes[1])
    made = post(
        asking, "/entities", name=" Red  Wall", examples=[{"scene_id": scene, "box": [0, 0, 0.5, 0.5]}]
    )
    assert (made["name"], made["examples"], made["scenes"]) == ("Red Wall", 1, None)
    place = f"/entities/{made['id']}"
    assert get(asking, place) == made
    jpeg = own.library.picture(own.library.scene(own.scenes[0]).keyframes[0].object_key)
    sent = post(asking, f"{place}/examples", image=base64.b64encode(jpeg).decode())
    assert (sent["video_id"], sent["t_s"], sent["box"]) == (None, None, None)
    timed = post(asking, f"{place}/examples", video_id=str(own.film), t_s=2.3, box=[0, 0, 1, 1])
    assert (timed["video_id"], timed["t_s"]) == (str(own.film), 2.3)
    examples = get(asking, f"{place}/examples")["examples"]
    assert [one["id"] for one in examples][1:] == [sent["id"], timed["id"]]
    assert made["picture"] == examples[0]["picture"]
    picture = asking.get(examples[0]["picture"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content[:3] == b"\xff\xd8\xff"

    page = get(asking, f"{place}/appearances", limit=1)
    assert page["total"] >= 1
    assert page["entity"]["id"] == made["id"]
    (first,) = page["appearances"]
    assert first["thumbnail"].startswith("/api/v1/scenes/")
    assert asking.get(first["thumbnail"]).status_code == 200
    whole = get(asking, f"{place}/appearances", threshold=0.0, video_id=[str(own.film)], order="score")
    assert {scene for one in whole["appearances"] for scene in one["scenes"]} >= {1, 2}
    assert [one["score"] for one in whole["appearances"]] == sorted(
        (one["score"] for one in whole["appearances"]), reverse=True
    )
    assert "backfill --regions" in page["degraded"][0]  # this library has no parts

    listed = get(asking, "/entities", count=True)
    assert listed["total"] == 1
    assert [listed["entities"][0][name] for name in ("scenes", "videos")] == [page["scenes"], page["videos"]]
    assert asking.delete(f"/api/v1{place}/examples/{sent['id']}").status_code == 204
    get(asking, f"{place}/examples/{sent['id']}/picture", 404)
    renamed = asking.patch(f"/api/v1{place}", json={"name": "Wall"})
    assert (renamed.json()["name"], renamed.json()["examples"]) == ("Wall", 2)
    assert asking.delete(f"/api/v1{place}").status_code == 204
    get(asking, place, 404)


def test_one_that_is_removed_while_all_are_counted_is_no_error(
    asking: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = post(asking, "/entities", name="Gone")
    listing = Entities.page

    def page(entities: Entities, limit: int, offset: int) -> tuple[list[Any], int]:
        found = listing(entities, limit, offset)
        entities.remove(gone["id"])
        return found

    monkeypatch.setattr(Entities, "page", page)
    (listed,) = get(asking, "/entities", count=True)["entities"]
    assert (listed["id"], listed["scenes"]) == (gone["id"], None)
    monkeypatch.undo()
    assert get(asking, "/entities", count=True)["total"] == 0


@pytest.mark.parametrize(
    ("crop", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"image": "AAAA", "scene_id": "SCENE"}, 422, "invalid_request"),
        ({"video_id": "VIDEO"}, 422, "invalid_request"),
        ({"image": "AAAA", "t_s": 1.0}, 422, "invalid_request"),
        ({"image": "no base64!"}, 422, "invalid_request"),
        ({"image": base64.b64encode(b"no picture").decode()}, 422, "unusable_picture"),
        ({"scene_id": "SCENE", "box": [0.5, 0.5, 0.5, 1]}, 422, "invalid_request"),
        ({"scene_id": "SCENE", "box": [0, 0, 0.01, 0.01]}, 422, "invalid_request"),
        ({"scene_id": "SCENE", "box": [0, 0, 1]}, 422, "invalid_request"),
        ({"video_id": "VIDEO", "t_s": 1e6}, 422, "invalid_request"),
        ({"video_id": "VIDEO", "t_s": -1}, 422, "invalid_request"),
        ({"video_id": "SCENE", "t_s": 1.0}, 404, "not_found"),
        ({"scene_id": "VIDEO"}, 404, "not_found"),
    ],
)
def test_what_shows_nothing_is_refused(
    asking: TestClient, own: Shelf, crop: dict[str, Any], status: int, code: str
) -> None:
    ids = {"SCENE": str(own.scenes[0]), "VIDEO": str(own.film)}
    body = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in crop.items()}
    answer = post(asking, "/entities", status, name="nothing", examples=[body])
    assert answer["error"]["code"] == code
    assert get(asking, "/entities")["total"] == 0


def test_names_that_are_taken_or_none(asking: TestClient) -> None:
    made = post(asking, "/entities", name="Anna")
    assert "already" in post(asking, "/entities", 422, name="ANNA")["error"]["message"]
    for name in ("", "  ", "x" * 201, None, 7):
        post(asking, "/entities", 422, name=name)
    assert get(asking, f"/entities/{made['id']}/appearances")["total"] == 0
    asking.delete(f"/api/v1/entities/{made['id']}")


def test_pictures_of_strangers_are_decoded_a_few_at_a_time(
    asking: TestClient, own: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(library=own.library)
    monkeypatch.setattr(pictures, "PICTURE_WAIT_S", 0.01)
    with (
        service.a_place(service.pictures, 1),
        service.a_place(service.pictures, 1),
        pytest.raises(ApiError, match="Too many ask for this at once"),
    ):
        pictures.sent_picture(service, "AAAA", "image")


def test_baselines_and_what_is_out_of_the_ordinary(asking: TestClient, own: Shelf) -> None:
    film = str(own.film)
    made = post(asking, "/baselines", name="usual", video_ids=[film], to_s=1.0)
    assert made["made_of"] == {"videos": [film], "scenes": [], "from_s": None, "to_s": 1.0}
    post(asking, "/baselines", 422, name="USUAL", video_ids=[film])
    again = post(asking, "/baselines", name="usual", scene_ids=[str(own.scenes[0])], again=True)
    assert again["id"] == made["id"]
    assert get(asking, f"/baselines/{made['id']}") == again
    assert get(asking, "/baselines") == {"baselines": [again], "total": 1}
    renamed = asking.patch(f"/api/v1/baselines/{made['id']}", json={"name": "door"}).json()
    found = get(asking, f"/videos/{film}/anomalies", baseline=made["id"], threshold=0.01)
    assert found["baseline"] == renamed
    assert [score["scene"] for score in found["scores"]] == [0, 1, 2]
    assert found["scores"][0]["score"] == pytest.approx(0, abs=0.01)
    assert all(0 <= score["score"] <= 1 for score in found["scores"])
    above = [score["scene"] for score in found["scores"] if score["score"] > 0.01]
    assert [number for one in found["anomalies"] for number in one["scenes"]] == above
    alone = get(asking, f"/videos/{film}/anomalies")
    assert (alone["baseline"], alone["threshold"]) == (None, 0.5)
    for wrong in ({"threshold": 2}, {"threshold": "nan"}, {"baseline": "usual"}):
        get(asking, f"/videos/{film}/anomalies", 422, **wrong)
    for body in ({}, {"video_ids": [film], "from_s": 5.0, "to_s": 1.0}, {"scene_ids": [film], "to_s": -1}):
        post(asking, "/baselines", 422, name="x", **body)
    post(asking, "/baselines", 404, name="x", scene_ids=[film])
    assert asking.delete(f"/api/v1/baselines/{made['id']}").status_code == 204
    get(asking, f"/videos/{film}/anomalies", 404, baseline=made["id"])


def test_the_timeline_covers_the_video(asking: TestClient, own: Shelf) -> None:
    film = str(own.film)
    plain = get(asking, f"/videos/{film}/timeline")
    assert (plain["kind"], plain["total"]) == ("plain", 3)
    assert [scene["heat"] for scene in plain["scenes"]] == [None] * 3
    assert plain["scenes"][0]["start_s"] == 0.0
    for before, after in zip(plain["scenes"], plain["scenes"][1:], strict=False):
        assert before["end_s"] == after["start_s"]
    asked = get(asking, f"/videos/{film}/timeline", query='"crown jewels"')
    heats = [scene["heat"] for scene in asked["scenes"]]
    assert max(heats) == heats[1] > 0.5
    odd = get(asking, f"/videos/{film}/timeline", anomalies=True, limit=2, offset=1)
    assert [scene["index"] for scene in odd["scenes"]] == [1, 2]
    assert all(0 <= scene["heat"] <= 1 for scene in odd["scenes"])
    get(asking, f"/videos/{film}/timeline", 422, query="x", anomalies=True)
    get(asking, f"/videos/{film}/timeline", 422, query=" ")
    get(asking, f"/videos/{own.scenes[0]}/timeline", 404)


def test_who_may_only_read_changes_nothing(own: Shelf) -> None:
    with client_for(own.library, access="read") as reading:
        post(reading, "/entities", 403, name="x")
        post(reading, "/baselines", 403, name="x", video_ids=[str(own.film)])
        get(reading, "/entities")
        get(reading, f"/videos/{own.film}/anomalies")
