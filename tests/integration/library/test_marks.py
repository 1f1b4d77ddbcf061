"""Tags, notes and bins: what people say about scenes, which stays with its time."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, client_for
from tests.integration.library.captioned import Film

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.bins import MAX_SCENES
from scenedex.store.marks import MAX_NOTES
from scenedex.types import Filters


@pytest.fixture
def film(made: Film) -> Iterator[Film]:
    """Nothing is said about its scenes, before and after."""
    yield made
    with made.library.transaction() as tx:
        for table in ("scene_tags", "scene_notes", "bins"):
            tx.execute(f"delete from {table} where owner_id = %(owner)s")  # type: ignore[arg-type]
    made.library.take_in(made.path, force=True)


def scenes(film: Film) -> list[UUID]:
    return [scene.id for scene in film.library.show("film.mkv")[1]]


def tagged(film: Film, *tags: str, query: str = "film") -> list[int]:
    filters = Filters(scene_tags=tags)
    return sorted(hit.scene for hit in film.library.search(query, filters=filters, weaker=True).hits)


def cut(film: Film, *ends_s: float) -> None:
    """Let the film be cut into other scenes, as another detector would."""
    with film.library.transaction() as tx:
        (row,) = tx.execute(
            "select min(start_s) as s, max(end_s) as e from scenes where owner_id = %(owner)s"
        )
        tx.execute("delete from scenes where owner_id = %(owner)s")
        starts = [row["s"], *ends_s]
        tx.execute_many(
            """insert into scenes (owner_id, id, video_id, index, start_s, end_s)
            values (%(owner)s, %(id)s, %(video)s, %(index)s, %(start)s, %(end)s)""",
            [
                {"id": uuid4(), "video": film.id, "index": number, "start": start, "end": end}
                for number, (start, end) in enumerate(zip(starts, [*ends_s, row["e"]], strict=True))
            ],
        )


def test_searches_find_scenes_by_tag(film: Film) -> None:
    film.library.marks.tag("film.mkv:0", add=["Hero", " birds "])
    marks = film.library.marks.tag("film.mkv:1", add=["hero"])
    assert marks.tags == ("hero",)
    assert tagged(film, "HERO") == [0, 1]
    assert tagged(film, "hero", "hero ", "birds") == [0]
    assert tagged(film, "herring") == []
    assert [one.scene for one in film.library.marks.of_video(film.id)] == [0, 1]
    assert film.library.marks.tag("film.mkv:0", remove=["hero", "nothing"]).tags == ("birds",)
    assert tagged(film, "hero") == [1]
    for add, remove in ((["a"], ["A"]), ([" "], []), (["x" * 65], []), ([str(n) for n in range(101)], [])):
        with pytest.raises(UsageError):
            film.library.marks.tag("film.mkv:0", add=add, remove=remove)
    assert film.library.marks.of("film.mkv:0").tags == ("birds",)


def test_notes_are_found_by_their_words(film: Film) -> None:
    assert film.found("zeppelin") == []
    note = film.library.marks.note("film.mkv:1", "the one with the zeppelin", by="anna").notes[0]
    assert (note.text, note.made_by) == ("the one with the zeppelin", "anna")
    assert film.found("zeppelin") == [1]
    assert film.found("turned") == [1]
    film.library.take_in(film.path, force=True)
    assert film.found("zeppelin") == [1]
    film.library.corrections.correct(film.id, film.entry(1).id, "Other words.")
    assert film.found("zeppelin") == [1]
    film.library.corrections.undo_all(film.id)
    film.library.marks.change_note("film.mkv:1", note.id, "with the balloon", by="ben")
    assert (film.found("zeppelin"), film.found("balloon")) == ([], [1])
    with pytest.raises(NotFoundError):
        film.library.marks.change_note("film.mkv:0", note.id, None)
    assert film.library.marks.change_note("film.mkv:1", note.id, None).notes == ()
    assert film.found("balloon") == []
    for text in ("", "\x00", "x" * 10_000):
        with pytest.raises(UsageError):
            film.library.marks.note("film.mkv:1", text)


def test_a_scene_has_so_many_notes(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenedex.store.marks.MAX_NOTES", 2)
    assert MAX_NOTES > 2
    for text in ("one", "<b>two</b> עברית 👩‍🚀"):
        film.library.marks.note("film.mkv:0", text)
    with pytest.raises(UsageError):
        film.library.marks.note("film.mkv:0", "three")
    assert [note.text for note in film.library.marks.of("film.mkv:0").notes] == [
        "one",
        "<b>two</b> עברית 👩‍🚀",
    ]


def test_what_is_said_stays_with_its_time(film: Film) -> None:
    film.library.marks.tag("film.mkv:1", add=["middle"])
    film.library.marks.tag("film.mkv:2", add=["end"])
    film.library.marks.note("film.mkv:2", "the last one")
    film.library.bins.add("all", ["film.mkv:2", "film.mkv:1", "film.mkv:0"], make=True)
    before = film.library.marks.of_video(film.id)
    film.library.take_in(film.path, force=True)
    assert film.library.marks.of_video(film.id) == before
    cut(film, 0.7)
    (one,) = film.library.marks.of_video(film.id)
    assert (one.scene, one.tags, [note.text for note in one.notes]) == (
        1,
        ("end", "middle"),
        ["the last one"],
    )
    assert [card.scene.index for card in film.library.bins.scenes("all")] == [1, 0]
    assert film.library.bins.find("ALL").scenes == 2
    assert film.library.marks.tag(one.scene_id, remove=["middle"]).tags == ("end",)
    film.library.take_in(film.path, force=True)
    assert [(one.scene, one.tags) for one in film.library.marks.of_video(film.id)] == [(2, ("end",))]
    assert [card.scene.index for card in film.library.bins.scenes("all")] == [2, 1, 0]


def test_bins_have_an_order(film: Film) -> None:
    ids = scenes(film)
    made = film.library.bins.make("Act 1", [ids[2], ids[0]])
    assert film.library.bins.add(made.id, [ids[0], ids[1]]).scenes == 3

    def order() -> list[int]:
        return [card.scene.index for card in film.library.bins.scenes("act  1")]

    assert order() == [2, 0, 1]
    film.library.bins.arrange("act 1", [ids[1]])
    assert order() == [1, 2, 0]
    film.library.bins.take_out("act 1", [ids[2], ids[2]])
    assert order() == [1, 0]
    assert film.library.bins.rename("act 1", "Act 2").name == "Act 2"
    film.library.bins.make("Act 1")
    for name in ("act 1", "", " \u200b", "x" * 201):
        with pytest.raises(UsageError):
            film.library.bins.rename(made.id, name)
    with pytest.raises(UsageError):
        film.library.bins.make("ACT 2")
    with pytest.raises(NotFoundError):
        film.library.bins.add("none", [ids[0]])
    with pytest.raises(NotFoundError):
        film.library.bins.add("act 2", [uuid4()])
    assert film.library.bins.remove("act 2").scenes == 2
    assert [one.name for one in film.library.bins.page()[0]] == ["Act 1"]
    assert MAX_SCENES == 1_000


def test_over_http(film: Film, client: TestClient) -> None:
    one, two, _ = map(str, scenes(film))
    marks = client.patch(f"/api/v1/scenes/{one}", json={"tags": {"add": ["Hero"]}}).json()
    assert (marks["tags"], marks["scene"]) == (["hero"], 0)
    note = client.post(f"/api/v1/scenes/{one}/notes", json={"text": "a zeppelin"}).json()["notes"][0]
    asked = {"query": "zeppelin", "filters": {"scene_tags": ["hero"]}}
    assert [hit["scene"] for hit in client.post("/search", json=asked).json()["hits"]] == [0]
    where = f"/api/v1/scenes/{one}/notes/{note['id']}"
    assert client.put(where, json={"text": "an airship"}).json()["notes"][0]["text"] == "an airship"
    assert client.get(f"/api/v1/videos/{film.id}/marks").json()["scenes"][0]["tags"] == ["hero"]
    assert client.delete(where).json() == client.get(f"/api/v1/scenes/{one}/marks").json()
    assert client.delete(where).status_code == 404
    made = client.post("/api/v1/bins", json={"name": "Act 1", "scene_ids": [two]})
    assert made.status_code == 201
    place = f"/api/v1/bins/{made.json()['id']}"
    assert client.post("/api/v1/bins", json={"name": "act 1"}).status_code == 422
    found = client.post(f"{place}/scenes", json={"scene_ids": [one]}).json()["scenes"]
    assert [each["scene"] for each in found] == [1, 0]
    assert client.put(f"{place}/scenes", json={"scene_ids": [one]}).json()["scenes"] == found[::-1]
    listed = client.post(
        "/api/v1/search/export", json={"bin_id": made.json()["id"], "format": "csv", "join": False}
    )
    assert [row["scenes"] for row in csv.DictReader(io.StringIO(listed.text))] == ["0", "1"]
    assert "Act%201.csv" in listed.headers["Content-Disposition"]
    twice = {"bin_id": made.json()["id"], "scene_ids": [one], "format": "csv"}
    assert client.post("/api/v1/search/export", json=twice).status_code == 422
    assert len(client.delete(f"{place}/scenes/{one}").json()["scenes"]) == 1
    assert client.patch(place, json={"name": "Act 2"}).json() == client.get(place).json()
    assert client.get("/api/v1/bins").json()["total"] == 1
    assert client.delete(place).status_code == 204
    assert client.get(f"{place}/scenes").status_code == 404


def test_on_the_command_line(film: Film, run: Callable[..., Result]) -> None:
    assert run("scenes", "tag", "film.mkv:1", "Hero", "[b]x").stdout == "scene 1: [b]x, hero\n"
    assert run("scenes", "tag", "film.mkv:1", "[b]x", "--remove").stdout == "scene 1: hero\n"
    note = json.loads(run("scenes", "note", "film.mkv:1", "a zeppelin", "--json").stdout)["notes"][0]["id"]
    assert "an airship" in run("scenes", "note", "film.mkv:1", "an airship", "--change", note[:8]).stdout
    shown = run("scenes", "show", "film.mkv").stdout
    assert "hero" in shown
    assert "an airship" in shown
    hits = json.loads(run("search", "airship", "--scene-tag", "HERO", "--json").stdout)["hits"]
    assert [hit["scene"] for hit in hits] == [1]
    assert run("bins", "add", "Act 1", "film.mkv:1", "film.mkv:0").stdout == "Act 1 has 2 scenes.\n"
    run("bins", "arrange", "act 1", "film.mkv:0")
    assert [one["scene"] for one in json.loads(run("bins", "show", "act 1", "--json").stdout)["scenes"]] == [
        0,
        1,
    ]
    events = json.loads(run("clips", "json", "--bin", "act 1", "--apart").stdout)
    assert [event["scenes"] for event in events["events"]] == [[0], [1]]
    assert run("bins", "take-out", "act 1", "film.mkv:0").stdout == "Act 1 has 1 scene.\n"
    assert run("bins", "rename", "act 1", "Act 2").stdout == "Act 2 has 1 scene.\n"
    assert "Act 2" in run("bins", "list").stdout
    assert "film.mkv" in run("bins", "show", "act 2").stdout
    run("clips", "json", "film.mkv:0", "--bin", "act 2", status=2)
    run("clips", "json", "--bin", "none", status=2)
    assert "Forgot the bin Act 2." in run("bins", "remove", "act 2").stdout
    assert run("scenes", "unnote", "film.mkv:1", note[:8]).stdout == "scene 1: hero\n"
    run("scenes", "unnote", "film.mkv:1", "", status=2)
    run("scenes", "tag", "film.mkv:99", "x", status=2)


def test_what_another_owner_has_is_not_there(film: Film) -> None:
    scene = scenes(film)[0]
    note = film.library.marks.note(scene, "mine").notes[0].id
    held = film.library.bins.make("mine", [scene]).id
    with client_for(film.library, STRANGER) as asking:
        own = asking.post("/api/v1/bins", json={"name": "mine"}).json()["id"]
        for method, path, body in (
            ("GET", "/videos/{video}/marks", None),
            ("GET", "/scenes/{scene}/marks", None),
            ("PATCH", "/scenes/{scene}", {"tags": {"add": ["x"]}}),
            ("POST", "/scenes/{scene}/notes", {"text": "x"}),
            ("PUT", "/scenes/{scene}/notes/{note}", {"text": "x"}),
            ("DELETE", "/scenes/{scene}/notes/{note}", None),
            ("GET", "/bins/{bin}", None),
            ("PATCH", "/bins/{bin}", {"name": "x"}),
            ("GET", "/bins/{bin}/scenes", None),
            ("PUT", "/bins/{bin}/scenes", {"scene_ids": [str(scene)]}),
            ("DELETE", "/bins/{bin}/scenes/{scene}", None),
            ("DELETE", "/bins/{bin}", None),
            ("POST", f"/bins/{own}/scenes", {"scene_ids": [str(scene)]}),
            ("POST", "/search/export", {"bin_id": str(held), "format": "csv"}),
        ):
            ids = {"video": film.id, "scene": scene, "note": note, "bin": held}
            answer = asking.request(method, f"/api/v1{path.format(**ids)}", json=body)
            assert answer.status_code == 404, (method, path, answer.text)
        asking.delete(f"/api/v1/bins/{own}")
    assert film.library.marks.of(scene).notes[0].text == "mine"
    assert film.library.bins.find(held).scenes == 1
