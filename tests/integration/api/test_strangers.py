"""Two owners who ask for each other's: nothing of it is ever in an answer, and "not yours" is "not there"."""

import json
import re
from base64 import b64encode
from collections import Counter
from contextlib import closing
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.asking import Chosen, Operations, replaced
from tests.integration.api.doors import OUTSIDE, client, opened
from tests.integration.store.owned import Catalogue

from scenedex import Library
from scenedex.api.app import create_app
from scenedex.api.service import Service
from scenedex.jobs.queue import Queue
from scenedex.library.crops import Cutout
from scenedex.store.embedded import EmbeddedServer
from scenedex.testing import Clip, shots_clip
from scenedex.types import SavedRequest

__all__ = ["opened"]  # a fixture

REQUESTS = 800
PASSING = {"x-request-id", "date", "content-length"}
MADE_UP = re.compile(
    rb"sdx_\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9-]{10}T[0-9:.]+Z?|\"id\":[0-9]+"
)
NOT_THERE = 999_999_999  #: an id of a job that nobody has


class Somebody:
    """An owner with a video of their own, a key, and everything that nobody else may learn."""

    def __init__(self, library: Library, folder: Any, name: str, secret: str) -> None:
        self.entry = library.create_owner(name)
        self.library = library.of(self.entry.id)
        captions = ((0.2, 0.9, f"The password is {secret}"), (1.2, 1.8, f"car {secret}"))
        file = folder / f"{secret}.mp4"
        shots_clip(file, (1.0, 1.1, 1.2), Clip(size=(160, 96), sound=True, captions=captions))
        (found,) = self.library.add(file, complete=False).files
        self.video = UUID(str(found.video_id))
        self.library.tag(str(self.video), add=[f"tag-{secret}"])
        self.admin, self.token = self.library.create_key("admin", label=f"key of {secret}")
        self.secret = secret
        self.scenes = self.library.show(str(self.video))[1]
        keys = [frame.object_key for scene in self.scenes for frame in scene.keyframes]
        self.pictures = [self.library.picture(key) for key in keys]
        self.content = file.read_bytes()
        self.entity = self.library.entities.add(f"someone {secret}", Cutout(scene=self.scenes[0].id))
        self.example = self.library.entities.examples(self.entity.id)[0]
        self.baseline = self.library.baselines.add(f"usual {secret}", videos=[str(self.video)])
        door = SavedRequest(query=f"car {secret}")
        self.saved = self.library.saved.add(f"door {secret}", door, webhook="https://hooks.example/")
        self.upload = self._half_sent()
        self.job = Queue(self.library).defer("description", video_id=self.video)
        self.hidden = [
            self.upload,
            self.secret, self.token, self.token.split("_")[2], name, str(self.entry.id), str(self.video), *keys,
            *(str(scene.id) for scene in self.scenes), str(self.admin.id), str(self.entity.id), str(self.example.id),
            str(self.baseline.id), str(self.saved.id), self.saved.secret,
        ]  # fmt: skip
        uuids = [self.video, self.admin.id, UUID(self.upload), *(scene.id for scene in self.scenes)]
        uuids += [self.entity.id, self.example.id, self.baseline.id, self.saved.id]
        self.ids = {"uuid": uuids, "integer": [self.job.id]}

    def _half_sent(self) -> str:
        """An upload that is not finished."""
        asking = client(create_app(Service(library=self.library), host=OUTSIDE), self.token)
        tus = {"Tus-Resumable": "1.0.0"}
        name = f"filename {b64encode(self.secret.encode()).decode()}"
        begun = asking.post(
            "/api/v1/uploads", headers={**tus, "Upload-Length": "10", "Upload-Metadata": name}
        )
        assert begun.status_code == 201, begun.text
        part = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        sent = asking.patch(begun.headers["Location"], headers=part, content=b"film")
        assert sent.headers["Upload-Offset"] == "4", sent.text
        return str(begun.headers["Location"]).rpartition("/")[2]

    def leaked(self, answer: Any, asked: Chosen) -> list[str]:
        """What of it is in an answer, beside what the question said."""
        said = answer.content + json.dumps(dict(answer.headers)).encode()
        told = {*asked.ids, *map(str, replaced(asked.body, {}) or ())}
        words = [word for word in self.hidden if word not in told and word.encode() in said]
        chunks = [self.content[at : at + 64] for at in range(4096, len(self.content) - 64, 4096)]
        raw = [*(picture[-64:] for picture in self.pictures), *chunks]
        return words + [part.hex() for part in raw if part in said]


@pytest.fixture(scope="module")
def people(opened: Library, tmp_path_factory: pytest.TempPathFactory) -> list[Somebody]:
    folder = tmp_path_factory.mktemp("films")
    library = opened.of(opened.owner)
    library.settings = library.settings.model_copy(update={"scenedex_profile": "mini"})
    return [
        Somebody(library, folder, name, secret)
        for name, secret in (("one-of-two", "rhubarb7731"), ("the-other", "quince4408"))
    ]


@pytest.fixture
def app(opened: Library, people: list[Somebody]) -> FastAPI:
    return create_app(Service(library=opened), host=OUTSIDE)


def ask(asking: TestClient, chosen: Chosen) -> Any:
    return asking.request(
        chosen.method,
        chosen.path,
        params=chosen.query,
        json=chosen.body,
        content=chosen.content,
        headers=chosen.headers,
    )


def told(answer: Any, other: dict[str, str]) -> tuple[Any, ...]:
    """An answer as far as it must be the same: not the time it took, nor the ids that were asked for."""
    body = answer.content
    if answer.headers.get("content-type", "").startswith("application/json"):
        body = re.sub(rb'"took_ms":\{[^}]*\}', b"", body)
        for one, another in other.items():
            body = body.replace(another.encode(), one.encode())
    if answer.status_code in {201, 202}:  # something of one's own was made: its id and time are new
        body = MADE_UP.sub(b"", body)
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return answer.status_code, headers, body


def without(ids: frozenset[str]) -> dict[str, str]:
    """For each id another of its kind, which nobody has."""
    return {one: str(uuid4()) if len(one) > 20 else str(NOT_THERE) for one in ids}


@pytest.mark.parametrize("number", [0, 1])
def test_eight_hundred_requests_with_the_ids_of_another(
    app: FastAPI, people: list[Somebody], number: int, server: EmbeddedServer, opened: Library
) -> None:
    me, other = people[number], people[1 - number]
    name = re.search(r"dbname=(\S+)", str(opened.settings.database_url))
    assert name is not None
    with closing(Catalogue(server, name[1])) as catalogue:
        theirs = {one.name: catalogue.rows(one, other.entry.id) for one in catalogue.owned()}
        seen, compared = asked(app, me, other, number)
        assert {one.name: catalogue.rows(one, other.entry.id) for one in catalogue.owned()} == theirs
    asking = client(app, other.token)
    half = asking.head(f"/api/v1/uploads/{other.upload}", headers={"Tus-Resumable": "1.0.0"})
    assert half.headers["Upload-Offset"] == "4"
    assert Queue(other.library).get(other.job.id) == other.job
    assert compared > 200
    assert seen["GET", 404] > 50
    assert seen["POST", 200] > 10
    assert seen["DELETE", 404] > 10


def asked(app: FastAPI, me: Somebody, other: Somebody, seed: int) -> tuple[Counter[tuple[str, int]], int]:
    """Ask; how often which method got which status, and how many answers were compared with those for no-one's ids."""
    asking = client(app, me.token)
    seen: Counter[tuple[str, int]] = Counter()
    compared = 0
    for chosen in Operations(app).requests(other.ids, Random(seed), REQUESTS):
        answer = ask(asking, chosen)
        assert answer.status_code < 500, (chosen, answer.text)
        assert answer.status_code not in {401, 403}, (chosen, answer.text)
        assert other.leaked(answer, chosen) == [], chosen
        seen[chosen.method, answer.status_code] += 1
        if chosen.ids:
            away = without(chosen.ids)
            nobodys = Chosen(
                chosen.method,
                replaced(chosen.path, away),
                replaced(chosen.query, away),
                replaced(chosen.body, away),
                replaced(chosen.headers, away),
                chosen.content,
            )
            assert told(ask(asking, nobodys), away) == told(answer, {}), chosen
            compared += 1
    return seen, compared


def test_each_finds_their_own(app: FastAPI, people: list[Somebody]) -> None:
    """The answers above are of a library in which there is something to find."""
    for me, other in (people, people[::-1]):
        asking = client(app, me.token)
        found = asking.post("/search", json={"query": "car"})
        assert me.secret in found.text
        assert me.leaked(found, Chosen("POST", "/search", {}, None))
        assert other.secret not in found.text
        listed = asking.get("/api/v1/videos").json()
        assert str(me.video) in json.dumps(listed)
        assert str(other.video) not in json.dumps(listed)
        for scene in me.scenes:
            assert asking.get(f"/api/v1/scenes/{scene.id}/thumbnail").status_code == 200
        for scene in other.scenes:
            assert asking.get(f"/api/v1/scenes/{scene.id}/thumbnail").status_code == 404


def test_entities_and_baselines_of_another_are_as_if_they_were_not_there(
    app: FastAPI, people: list[Somebody]
) -> None:
    """The right id of every part, which a draw at random seldom hits."""
    me, other = people
    asking = client(app, me.token)
    crop = {"scene_id": str(me.scenes[0].id)}
    theirs = {
        "entity": other.entity.id,
        "example": other.example.id,
        "baseline": other.baseline.id,
        "video": other.video,
    }
    mixed = [{**theirs, "entity": me.entity.id}, {**theirs, "video": me.video}]
    nobodys = {name: uuid4() for name in theirs}
    for method, path, body in (
        ("GET", "/entities/{entity}", None),
        ("PATCH", "/entities/{entity}", {"name": "mine now"}),
        ("DELETE", "/entities/{entity}", None),
        ("GET", "/entities/{entity}/examples", None),
        ("POST", "/entities/{entity}/examples", crop),
        ("DELETE", "/entities/{entity}/examples/{example}", None),
        ("GET", "/entities/{entity}/examples/{example}/picture", None),
        ("GET", "/entities/{entity}/appearances", None),
        ("GET", "/baselines/{baseline}", None),
        ("PATCH", "/baselines/{baseline}", {"name": "mine now"}),
        ("DELETE", "/baselines/{baseline}", None),
        ("GET", "/videos/{video}/anomalies?baseline={baseline}", None),
        ("GET", "/videos/{video}/timeline?entity={entity}", None),
        ("GET", "/videos/{video}/timeline?baseline={baseline}", None),
    ):
        answers = [
            asking.request(method, f"/api/v1{path.format(**ids)}", json=body) for ids in (theirs, nobodys)
        ]
        assert [answer.status_code for answer in answers] == [404, 404], (method, path)
        said = [re.sub(r"[0-9a-f-]{36}", "", answer.text) for answer in answers]
        assert said[0] == said[1]
    for ids in mixed:
        for path in (
            "/entities/{entity}/examples/{example}/picture",
            "/videos/{video}/anomalies?baseline={baseline}",
        ):
            assert asking.get(f"/api/v1{path.format(**ids)}").status_code == 404
    for body in (
        {"name": "x", "scene_ids": [str(other.scenes[0].id)]},
        {"name": "x", "video_ids": [str(other.video)]},
    ):
        assert asking.post("/api/v1/baselines", json=body).status_code == 404
    shown = {"name": "x", "examples": [{"video_id": str(other.video), "t_s": 0.1}]}
    assert asking.post("/api/v1/entities", json=shown).status_code == 404
    assert other.library.entities.examples(other.entity.id)[0].id == other.example.id
    page = asking.get(f"/api/v1/entities/{me.entity.id}/appearances", params={"threshold": 0}).json()
    assert {one["video_id"] for one in page["appearances"]} == {str(me.video)}
    nothing = asking.get(
        f"/api/v1/entities/{me.entity.id}/appearances", params={"video_id": str(other.video), "threshold": 0}
    ).json()
    assert nothing["total"] == 0


def test_what_is_hidden_by_the_router_is_hidden_too(app: FastAPI, people: list[Somebody]) -> None:
    """HEAD and ranges, which OpenAPI does not name."""
    me, other = people
    asking = client(app, me.token)
    for path in (
        "/api/v1/videos/{video}/stream",
        "/api/v1/scenes/{scene}/thumbnail",
        "/api/v1/scenes/{scene}/keyframes/0",
    ):
        for method, headers in (
            ("HEAD", {}),
            ("GET", {"Range": "bytes=0-10"}),
            ("GET", {"If-None-Match": "*"}),
        ):
            answers = []
            for video, scene, upload in (
                (other.video, other.scenes[0].id, other.upload),
                (uuid4(), uuid4(), uuid4()),
            ):
                place = path.format(video=video, scene=scene, upload=upload)
                answer = asking.request(method, place, headers={"Tus-Resumable": "1.0.0", **headers})
                text = answer.text.replace(place.split("/")[4], "")
                kept = {name: value for name, value in answer.headers.items() if name not in PASSING}
                answers.append((answer.status_code, text, kept))
            assert answers[0] == answers[1], (method, path)
            assert answers[0][0] == 404
