"""Rules of retention over HTTP: nothing is forgotten unless that is asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, Shelf, client_for

from scenedex import Library
from scenedex.library.retaining import RetentionRule
from scenedex.testing import shots_clip

PLACE = "/api/v1/retention"
RULES = f"{PLACE}/rules"
CAMERAS = f"{RULES}/cameras"
NINETY_DAYS = {"older_than_s": 90 * 86_400}


def age(library: Library, video: UUID, days: int) -> None:
    """Let a video be added and recorded so long ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with library.transaction() as tx:
        tx.execute(
            "update videos set added_at = %(then)s, recorded_at = null where owner_id = %(owner)s and id = %(video)s",
            {"then": then, "video": video},
        )


@pytest.fixture
def film(tmp_path: Path) -> Path:
    film = tmp_path / "gull.mp4"
    shots_clip(film, (0.3,))
    return film


@pytest.fixture
def old(shared: Shelf, film: Path) -> Iterator[str]:
    """A third video that is old; it and the rules are gone afterwards."""
    (found,) = shared.library.add(film, complete=False).files
    assert found.video_id is not None
    age(shared.library, found.video_id, 100)
    yield str(found.video_id)
    for rule in shared.library.retention_rules():
        shared.library.remove_retention_rule(rule.name)
    if any(video.id == found.video_id for video in shared.library.videos()):
        shared.library.forget(found.video_id)


def test_what_is_old_is_forgotten_where_that_is_asked_for(
    client: TestClient, shared: Shelf, old: str, film: Path
) -> None:
    client.patch(f"/api/v1/videos/{old}", json={"tags": {"add": ["cctv"]}})
    asked = {**NINETY_DAYS, "tags": [" CCTV "], "except_tags": ["keep"]}
    for body in (asked, {**asked, "apply": False}):
        found = client.post(PLACE, json=body).json()
        assert (found["applied"], found["total"], [video["id"] for video in found["videos"]]) == (
            False,
            1,
            [old],
        )
    assert client.post(PLACE, json={**asked, "except_tags": ["cctv"], "apply": True}).json()["total"] == 0
    assert client.get(f"/api/v1/videos/{old}").status_code == 200
    done = client.post(PLACE, json={**asked, "apply": True}).json()
    assert (done["applied"], [video["id"] for video in done["videos"]]) == (True, [old])
    assert client.get(f"/api/v1/videos/{old}").status_code == 404
    assert client.get(f"/api/v1/videos/{shared.film}").status_code == 200
    assert film.exists()


def test_a_rule_is_kept_tried_turned_on_and_removed(client: TestClient, shared: Shelf, old: str) -> None:
    kept = client.put(CAMERAS, json={**NINETY_DAYS, "except_tags": ["Keep"]})
    assert kept.status_code == 200, kept.text
    assert kept.json() == {
        "name": "cameras", "older_than_s": 90 * 86_400, "tags": [], "except_tags": ["keep"], "on": False,
    }  # fmt: skip
    assert client.get(RULES).json() == {"rules": [kept.json()]}
    tried = client.get(f"{CAMERAS}/videos").json()
    assert (tried["applied"], [video["id"] for video in tried["videos"]]) == (False, [old])
    page = client.get(f"{CAMERAS}/videos", params={"offset": 1}).json()
    assert (page["total"], page["videos"]) == (1, [])
    assert shared.library.apply_retention() == ()  # it is off
    assert client.patch(CAMERAS, json={"on": True}).json() == {**kept.json(), "on": True}
    assert client.get(CAMERAS).json()["on"] is True
    assert client.put(CAMERAS, json={"older_than_s": 200 * 86_400}).json()["on"] is False
    assert shared.library.apply_retention() == ()
    assert client.delete(CAMERAS).status_code == 204
    assert client.get(RULES).json() == {"rules": []}
    assert client.get(f"/api/v1/videos/{old}").status_code == 200


def test_a_rule_that_is_on_spares_what_was_added_a_short_while_ago(
    client: TestClient, shared: Shelf, old: str
) -> None:
    with shared.library.transaction() as tx:
        tx.execute(
            """update videos set added_at = now(), recorded_at = '2003-01-01Z'
            where owner_id = %(owner)s and id = %(video)s""",
            {"video": old},
        )
    client.put(CAMERAS, json=NINETY_DAYS)
    assert client.get(f"{CAMERAS}/videos").json()["total"] == 0
    assert client.post(PLACE, json=NINETY_DAYS).json()["total"] == 1


def test_a_stranger_sees_and_forgets_nothing(
    client: TestClient, stranger: TestClient, shared: Shelf, old: str
) -> None:
    client.put(CAMERAS, json=NINETY_DAYS)
    assert stranger.get(RULES).json() == {"rules": []}
    for answer in (
        stranger.get(CAMERAS), stranger.get(f"{CAMERAS}/videos"), stranger.patch(CAMERAS, json={"on": True}),
        stranger.delete(CAMERAS),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"
    assert stranger.post(PLACE, json={**NINETY_DAYS, "apply": True}).json() == {
        "applied": True,
        "videos": [],
        "total": 0,
    }
    stranger.put(CAMERAS, json={"older_than_s": 3600})
    stranger.patch(CAMERAS, json={"on": True})
    assert shared.library.of(STRANGER).apply_retention() == ()
    shared.library.of(STRANGER).remove_retention_rule("cameras")
    assert client.get(CAMERAS).json() == {
        "name": "cameras", "older_than_s": 90 * 86_400, "tags": [], "except_tags": [], "on": False,
    }  # fmt: skip
    assert client.get(f"/api/v1/videos/{old}").status_code == 200


def test_a_key_that_may_read_looks_at_rules_and_forgets_nothing(shared: Shelf, old: str) -> None:
    shared.library.keep_retention_rule(RetentionRule(name="cameras", older_than_s=90 * 86_400.0))
    with client_for(shared.library, access="read") as asking:
        assert asking.get(f"{CAMERAS}/videos").json()["total"] == 1
        for answer in (
            asking.post(PLACE, json={**NINETY_DAYS, "apply": True}), asking.put(CAMERAS, json=NINETY_DAYS),
            asking.patch(CAMERAS, json={"on": True}), asking.delete(CAMERAS),
        ):  # fmt: skip
            assert answer.status_code == 403
    assert [rule.on for rule in shared.library.retention_rules()] == [False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"older_than_s": 0}, {"older_than_s": -1}, {"older_than_s": 3599.9}, {"older_than_s": 1e300},
        {"older_than_s": None}, {"older_than_s": "90d"}, {"older_than_s": True}, {"tags": "cctv"}, {"tags": [" "]},
        {"tags": ["x" * 65]}, {"except_tags": ["a"] * 101}, {"on": True}, {"name": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client: TestClient, wrong: dict[str, object]) -> None:
    for answer in (
        client.post(PLACE, json={**NINETY_DAYS, **wrong}),
        client.put(CAMERAS, json={**NINETY_DAYS, **wrong}),
    ):
        assert answer.status_code == 422, answer.text
        assert set(answer.json()["error"]) >= {"code", "message"}
    assert client.get(RULES).json() == {"rules": []}


@pytest.mark.parametrize("text", ['{"older_than_s": Infinity}', '{"older_than_s": NaN}', "{}", "7"])
def test_bodies_that_are_no_rule(client: TestClient, text: str) -> None:
    sent = client.post(PLACE, content=text, headers={"Content-Type": "application/json"})
    assert sent.status_code in {400, 422}


@pytest.mark.parametrize("name", ["-x", "%20", "a%00", "x" * 65, "a;b", "%F0%9F%90%A6"])
def test_names_that_are_none(client: TestClient, name: str) -> None:
    assert client.put(f"{RULES}/{name}", json=NINETY_DAYS).status_code == 422
    assert client.patch(f"{RULES}/{name}", json={"on": True}).status_code in {404, 422}


def test_apply_has_to_be_said_plainly(client: TestClient, old: str) -> None:
    for word in ("yes", "true", 1):
        client.post(PLACE, json={**NINETY_DAYS, "apply": word})
    assert client.get(f"/api/v1/videos/{old}").status_code == 200
