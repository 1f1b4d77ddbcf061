"""Searches that are kept: asked of new videos alone, told once, sent until it arrives."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.integration.store.records import record, scene
from tests.unit.network.receiver import Receiver, receiver
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.errors import NotFoundError, StoreError, UsageError
from scenedex.indexing.tracking import Patience
from scenedex.library import saved as module
from scenedex.library.living import WatchOptions
from scenedex.library.saved import SavedSearches
from scenedex.library.telling import tell, tidy
from scenedex.network.webhook import signature
from scenedex.store.news import tell_news
from scenedex.store.preferences import prefer
from scenedex.store.writing import write_video
from scenedex.testing import Clip, shots_clip
from scenedex.types import LOCAL_OWNER, SavedRequest

URL = "http://hooks.example/door"
DOOR = SavedRequest(query="person at the door")
OTHER = UUID(int=7)
NO_NAME: Any = 7  #: of a speaker: what a program may hand over all the same


def film(path: Path, text: str, seconds: float = 0.6) -> Path:
    """Two scenes, in the second of which this is said."""
    shots_clip(path, [0.4, seconds], Clip(size=(48, 32), captions=((0.5, 0.9, text),)))
    return path


@pytest.fixture
def library(home: Path, shared_server: None) -> Iterator[Library]:
    with open_library(home) as opened:
        yield opened


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def saved(library: Library, there: Receiver) -> SavedSearches:
    return SavedSearches(library, there.sender())


def test_new_videos_are_told_once_and_old_ones_never(
    library: Library, saved: SavedSearches, tmp_path: Path
) -> None:
    library.add(film(tmp_path / "old.mp4", "A person at the door."))
    door = saved.add("Door", DOOR)
    library.add(tmp_path / "old.mp4", force=True)
    assert saved.examine() == 0
    new = film(tmp_path / "new.mp4", "There is a person at the door!", 0.8)
    library.add(new)
    assert saved.examine() == 1
    ((hit,), total) = saved.hits("door")
    assert (total, hit.hit["video"]) == (1, "new.mp4")
    assert "path" not in hit.hit
    library.add(new, force=True)  # its scenes are made anew
    assert saved.examine() == 0
    assert saved.hits(door.id)[1] == 1
    seen = saved.find("DOOR").last_seen_at
    assert seen is not None
    library.remove("new.mp4")
    assert saved.hits(door.id)[1] == 0
    assert saved.examine() == 0


def test_subtitles_that_come_later_are_found(library: Library, saved: SavedSearches, tmp_path: Path) -> None:
    saved.add("door", DOOR)
    new = film(tmp_path / "new.mp4", "Nothing of note")
    library.add(new)
    assert saved.examine() == 0
    (tmp_path / "new.srt").write_text("1\n00:00:00,000 --> 00:00:00,300\nA person at the door\n")
    library.add(new)
    assert saved.examine() == 1


def test_only_the_speaker_that_is_wanted(library: Library, saved: SavedSearches, tmp_path: Path) -> None:
    saved.add("anna", replace(DOOR, speaker="  ANNA  Lee"))
    saved.add("anybody", DOOR)
    assert saved.find("anna").request.speaker == "ANNA Lee"
    for name, seconds in (("Anna Lee", 0.6), ("Ben", 0.8)):
        file = film(tmp_path / f"{name}.mp4", "Nothing of note", seconds)
        file.with_suffix(".vtt").write_text(
            f"WEBVTT\n\n00:00.500 --> 00:00.900\n<v {name}>A person at the door.\n", encoding="utf-8"
        )
        library.add(file)
    assert saved.examine() == 3
    assert [hit.hit["video"] for hit in saved.hits("anna")[0]] == ["Anna Lee.mp4"]
    assert saved.hits("anybody")[1] == 2
    with library.transaction() as tx:  # one that was kept before there were speakers
        tx.execute("update saved_searches set request = request - 'speaker' where owner_id = %(owner)s")
    assert saved.find("anna").request.speaker is None


def test_what_an_encoder_could_not_say_is_asked_again(
    library: Library, saved: SavedSearches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.add("door", DOOR)
    library.add(film(tmp_path / "new.mp4", "A person at the door"))
    search = library.search
    away = replace(search("nobody"), hits=(), degraded=("transcript: the encoder did not answer",))

    def examined() -> int:
        with library.transaction() as tx:
            tx.execute("update fresh_videos set due_at = now() where owner_id = %(owner)s")
        return saved.examine()

    monkeypatch.setattr(library, "search", lambda *_, **__: away)
    assert saved.examine() == 0
    assert saved.examine() == 0  # not due again
    monkeypatch.setattr(library, "search", search)
    assert saved.examine() == 0
    assert tell(library) == 0
    assert examined() == 1
    library.add(film(tmp_path / "other.mp4", "Somebody else, a person at the door", 0.8))
    monkeypatch.setattr(library, "search", lambda *_, **__: away)
    for _ in range(len(module.AGAIN_S) + 1):
        assert examined() == 0
    monkeypatch.setattr(library, "search", search)
    assert examined() == 0  # it was let be


def test_only_the_hours_that_are_wanted(library: Library, saved: SavedSearches, tmp_path: Path) -> None:
    saved.add("night", SavedRequest(query="person at the door", hours="22-6", zone="Europe/Berlin"))
    for name, recorded in (("late", "2026-01-15T21:30:00Z"), ("early", "2026-01-15T20:30:00Z")):
        library.add(film(tmp_path / f"{name}.mp4", f"person at the door, {name}"))
        with library.transaction() as tx:
            tx.execute(
                "update videos set recorded_at = %(at)s where owner_id = %(owner)s and title = %(title)s",
                {"at": recorded, "title": f"{name}.mp4"},
            )
    assert saved.find("night").request.hours == "22:00-06:00"
    saved.examine()
    ((hit,), _) = saved.hits("night")
    assert (hit.hit["video"], hit.hit["at"]) == ("late.mp4", "2026-01-15T22:30:00+01:00")


def test_hours_of_a_recording_of_a_whole_day(library: Library, saved: SavedSearches) -> None:
    saved.add("night", SavedRequest(query="dog", hours="23-24"))
    made = record(texts=["dog"] * 144)
    scenes = tuple(scene(index, 600.0) for index in range(144))
    with library.transaction() as tx:
        video = write_video(tx, replace(made, scenes=scenes, captions=(), duration_s=86_400.0))
        tx.execute(
            "update videos set recorded_at = '2026-01-15T00:00:00Z' where owner_id = %(owner)s and id = %(video)s",
            {"video": video},
        )
        tell_news(tx, video)
    assert saved.examine() == 6
    assert {hit.hit["at"][:13] for hit in saved.hits("night")[0]} == {"2026-01-15T23"}


def test_what_is_found_is_sent_and_signed(
    library: Library, saved: SavedSearches, there: Receiver, tmp_path: Path
) -> None:
    door = saved.add("door", DOOR, webhook=URL)
    library.add(film(tmp_path / "new.mp4", "A person at the door"))
    saved.examine()
    assert saved.deliver() == 1
    ((path, headers, body),) = there.got
    message = json.loads(body)
    assert (path, message["type"]) == ("/door", "saved_search.hits")
    assert message["data"]["search"] == {"id": str(door.id), "name": "door"}
    assert [hit["video"] for hit in message["data"]["hits"]] == ["new.mp4"]
    assert str(tmp_path) not in body.decode()
    stamp = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(door.secret, headers["webhook-id"], stamp, body)
    assert saved.deliver() == 0
    assert [one.state for one in saved.deliveries("door")] == ["sent"]
    assert door.secret.startswith("whsec_")
    assert door.secret not in repr(door)


def due_now(library: Library) -> None:
    with library.transaction() as tx:
        tx.execute("update deliveries set due_at = now() - interval '1 s' where owner_id = %(owner)s")


def test_what_does_not_arrive_is_sent_again_and_then_given_up(
    library: Library, saved: SavedSearches, there: Receiver
) -> None:
    saved.add("door", DOOR, webhook=URL)
    saved.test("door")
    there.status = 503
    assert saved.deliver() == 0
    assert saved.deliver() == 0  # not due again
    (waiting,) = saved.deliveries("door")
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert waiting.due_at > datetime.now(UTC)
    assert "503" in (waiting.reason or "")
    due_now(library)
    there.status = 204
    assert saved.deliver() == 1
    assert {headers["webhook-id"] for _, headers, _ in there.got} == {f"msg_{waiting.id.hex}"}
    assert saved.find("door").failures == 0
    there.status = 500
    saved.test("door")
    for _ in range(len(module.DELAYS_S) + 1):
        due_now(library)
        saved.deliver()
    assert saved.deliveries("door")[0].state == "failed"


def test_a_webhook_that_never_works_is_stopped_and_a_test_lets_it_go_on(
    library: Library, saved: SavedSearches, there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FAILURES", 3)
    there.status = 500
    saved.add("door", DOOR, webhook=URL)
    for _ in range(4):
        saved.test("door")
    saved.deliver()
    stopped = saved.find("door").stopped
    assert stopped is not None
    assert "3 failures" in stopped
    assert {one.state for one in saved.deliveries("door")} == {"failed"}  # also what waited
    library.add(film(tmp_path / "new.mp4", "A person at the door"))
    assert saved.examine() == 1  # it is kept all the same
    asked = len(there.got)
    assert saved.deliver() == 0
    assert len(there.got) == asked
    there.status = 200
    sent = saved.deliver_one(saved.test("door"))
    assert sent is not None
    assert sent.state == "sent"
    assert saved.find("door").stopped is None


def test_no_owner_holds_up_the_others(
    library: Library, saved: SavedSearches, there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.add("door", DOOR, webhook=URL)
    for _ in range(3):
        saved.test("door")
    for n, name in enumerate(("one", "two")):
        library.add(film(tmp_path / f"{name}.mp4", f"A person at the door, {name}", 0.6 + n))
    monkeypatch.setattr(module, "TURN_S", -1.0)  # all of it is over at once
    assert saved.examine() == 1
    assert saved.deliver() == 0
    monkeypatch.undo()
    assert saved.deliver(lambda: True) == saved.examine(lambda: True) == tell(library, lambda: True) == 0
    assert there.got == []
    assert (saved.examine(), saved.deliver()) == (1, 5)


def test_tests_are_not_heaped_up(saved: SavedSearches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    saved.add("door", DOOR, webhook=URL)
    for _ in range(2):
        saved.test("door")
    with pytest.raises(UsageError, match="wait to be sent"):
        saved.test("door")
    saved.deliver()
    saved.test("door")


def test_what_was_given_up_long_ago_is_forgotten(
    library: Library, saved: SavedSearches, there: Receiver
) -> None:
    there.status = 410
    saved.add("door", DOOR, webhook=URL)
    saved.deliver_one(saved.test("door"))
    saved.test("door")
    with library.transaction() as tx:
        tx.execute("update deliveries set made_at = now() - interval '31 days' where owner_id = %(owner)s")
    tidy(library)
    assert [one.state for one in saved.deliveries("door")] == ["waiting"]


def test_gone_is_gone(saved: SavedSearches, there: Receiver) -> None:
    there.status = 410
    saved.add("door", DOOR, webhook=URL)
    saved.deliver_one(saved.test("door"))
    assert "410" in (saved.find("door").stopped or "")


def test_inner_hosts_are_not_asked(saved: SavedSearches, there: Receiver) -> None:
    there.address = "127.0.0.1"
    saved.add("door", DOOR, webhook=URL)
    sent = saved.deliver_one(saved.test("door"))
    assert sent is not None
    assert "not on the public internet" in (sent.reason or "")
    assert there.got == []


def test_what_another_owner_has_is_not_there(library: Library, saved: SavedSearches, tmp_path: Path) -> None:
    door = saved.add("door", DOOR)
    other = library.of(OTHER).saved
    assert other.page() == ([], 0)
    for ask in (other.find, other.hits, other.deliveries, other.test, other.remove):
        for named in ("door", door.id, str(door.id)):
            with pytest.raises(NotFoundError):
                ask(named)
    other.add("door", DOOR)
    library.add(film(tmp_path / "new.mp4", "A person at the door"))
    assert tell(library) == 1
    assert other.hits("door") == ([], 0)
    assert saved.hits("door")[1] == 1
    assert saved.remove(str(door.id)).name == "door"
    assert saved.page() == ([], 0)


def test_one_search_that_cannot_be_asked_silences_nobody(
    library: Library, saved: SavedSearches, tmp_path: Path
) -> None:
    first = library.of(UUID(int=0))  # whose turn comes before the others'
    for each in (first, library):
        for name in ("a", "door"):
            each.saved.add(name, DOOR)
        with each.transaction() as tx:
            tx.execute(
                """update saved_searches set request = request || %(request)s
                where owner_id = %(owner)s and name = 'a'""",
                {"request": json.dumps({"query": " then ".join(['"a"'] * 6)})},
            )
    new = film(tmp_path / "new.mp4", "A person at the door")
    first.add(new)
    library.add(new)
    assert tell(library) == 2
    assert first.saved.hits("door")[1] == saved.hits("door")[1] == 1
    assert first.saved.examine() == 0


def test_an_owner_whose_turn_fails_silences_no_other(
    library: Library, saved: SavedSearches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = library.of(UUID(int=0))
    new = film(tmp_path / "new.mp4", "A person at the door")
    for each in (first, library):
        each.saved.add("door", DOOR)
        each.add(new)
    examine = SavedSearches.examine

    def fails(self: SavedSearches, over: Callable[[], bool]) -> int:
        if self._library.owner == first.owner:
            raise StoreError
        return examine(self, over)

    monkeypatch.setattr(SavedSearches, "examine", fails)
    assert tell(library) == 1
    assert saved.hits("door")[1] == 1


def test_a_watch_tells(library: Library, tmp_path: Path) -> None:
    library.saved.add("door", DOOR)
    films = tmp_path / "films"
    films.mkdir()
    film(films / "new.mp4", "A person at the door")
    library.watch_folders(films, options=WatchOptions(patience=Patience(settle_s=0))).look()
    assert tell(library) == 1


@pytest.mark.parametrize(
    ("request_", "webhook"),
    [
        (SavedRequest(query=" "), None),
        (SavedRequest(query="a", band="great"), None),  # type: ignore[arg-type]
        (SavedRequest(query="a", mode="maybe"), None),  # type: ignore[arg-type]
        (SavedRequest(query="a", tags=(" ",)), None),
        (SavedRequest(query="a", language=" "), None),
        (SavedRequest(query="a", speaker=" \0"), None),
        (SavedRequest(query="a", speaker=NO_NAME), None),
        (SavedRequest(query="a", hours="25-26"), None),
        (SavedRequest(query="a", zone="../x"), None),
        (SavedRequest(query=" then ".join(['"a"'] * 6)), None),
        (SavedRequest(query='"a" then " "'), None),
        (SavedRequest(query="a " * 1001), None),
        (SavedRequest(query="a"), "http://user:secret@hooks.example/"),
        (SavedRequest(query="a"), "http://hooks.example:8123/"),
        (SavedRequest(query="a"), "file:///etc/passwd"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    request_: SavedRequest, webhook: str | None, nothing: SavedSearches
) -> None:
    with pytest.raises(UsageError):
        nothing.add("x", request_, webhook=webhook)
    assert nothing.page() == ([], 0)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedSearches]:
    with open_library(tmp_path_factory.mktemp("nothing") / "library") as library:
        yield library.saved


def test_names_are_taken_once_and_there_is_an_end(
    saved: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.add("Door", DOOR)
    for name in ("door", " DOOR ", "", "x" * 201):
        with pytest.raises(UsageError):
            saved.add(name, DOOR)
    monkeypatch.setattr("scenedex.store.saved.MAX_SAVED", 1)
    with pytest.raises(UsageError, match="at most"):
        saved.add("window", DOOR)
    with pytest.raises(UsageError, match="no webhook"):
        saved.test("door")


def test_an_owner_goes_with_their_searches(library: Library) -> None:
    owner = library.create_owner("ann")
    library.of(owner.id).saved.add("door", DOOR, webhook=URL)
    with library.of(owner.id).transaction() as tx:
        prefer(tx, "retention", [])
    library.remove_owner("ann")
    assert library.of(owner.id).saved.page() == ([], 0)


def test_the_command(library: Library) -> None:
    def scenedex(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ["saved", *arguments], env={"SCENEDEX_HOME": str(library.home)})
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    options = ("--hours", "22-6", "--speaker", "Ann", "--webhook", URL, "--json")
    made = json.loads(scenedex("add", "[b]door", "a person", *options))
    assert made["speaker"] == "Ann"
    assert made["secret"].startswith("whsec_")
    assert made["hours"] == "22:00-06:00"
    assert "[b]door" in scenedex("list")
    (listed,) = json.loads(scenedex("list", "--json"))["searches"]
    assert (listed["id"], "secret" in listed) == (made["id"], False)
    assert "Nothing found so far." in scenedex("show", "[b]door")
    assert json.loads(scenedex("show", made["id"], "--json"))["total"] == 0
    assert "cannot be" in scenedex("test", "[b]door", status=1)
    assert "Not sent" in scenedex("show", "[b]door")
    assert "Removed [b]door" in scenedex("remove", "[B]DOOR")
    assert "no such saved search" in scenedex("remove", "door", status=2)
    assert library.owner == LOCAL_OWNER
