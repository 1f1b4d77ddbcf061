"""Captions that people correct: the next search is another one, and undoing it makes it what it was."""

import json
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from uuid import uuid4

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, client_for
from tests.integration.library.captioned import SAID, Film

from scenedex.errors import AmbiguousError, EncoderError, NotFoundError, UsageError
from scenedex.indexing import annotate, fill, pipeline
from scenedex.indexing.annotate import replace_captions
from scenedex.library.corrections import NewCaption
from scenedex.media.markup import MAX_TEXT
from scenedex.search import encoding
from scenedex.types import Answer, Caption

OTHER = "The volcano erupts at midnight."


def said(answer: Answer) -> list[str | None]:
    """What the hits say, where they have the word."""
    return [hit.channels["lexical"].text for hit in answer.hits if "lexical" in hit.channels]


def is_corrected(film: Film) -> bool:
    """What searches of both channels say, which must agree; the queries are the same each time, so cached."""
    lexical = (film.found("volcano"), film.found("turned"))
    assert lexical in (([1], []), ([], [1]))
    corrected = lexical == ([1], [])
    eruption = "<mark>volcano</mark> <mark>erupts</mark>"
    told = film.best("volcano erupts")
    assert (told is not None and eruption in told) == corrected, told
    turned = film.best("turned left")
    assert (turned is not None and "<mark>turned</mark>" in turned) != corrected, turned
    return corrected


def test_the_next_search_is_another_and_undoing_it_makes_it_what_it_was(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        encoding, "_is_static", lambda one: False
    )  # queries are kept, as those of slow models are
    assert not is_corrected(film)
    stats = film.library.stats()
    assert not said(film.library.search("a volcano", weaker=True))
    known = film.library.cache_counts().hits_memory
    entry = film.library.corrections.correct(film.id, film.entry(1).id, OTHER, by="anna")
    assert (entry.state, entry.original, entry.made_by) == ("corrected", SAID[1], "anna")
    assert is_corrected(film)
    assert said(film.library.search("a volcano", weaker=True)) == [
        f"{OTHER[:4]}<mark>volcano</mark>{OTHER[11:]}"
    ]
    assert film.library.cache_counts().hits_memory > known  # the query was known, its answer is new
    assert [one.text for one in film.library.show("film.mkv")[1][1].captions] == [OTHER]
    undone = film.library.corrections.undo(film.id, entry.id)
    assert (undone.state, undone.id, undone.caption.text) == ("original", entry.id, SAID[1])
    assert not is_corrected(film)
    assert {**film.library.stats(), "database_bytes": 0} == {**stats, "database_bytes": 0}


def test_over_http(film: Film, client: TestClient) -> None:
    where = f"/api/v1/videos/{film.id}/captions"

    def texts(**params: str) -> list[str]:
        return [one["text"] for one in client.get(where, params=params).json()["captions"]]

    def hits(query: str) -> list[int]:
        asked = {"query": query, "mode": "skip"}
        return [hit["scene"] for hit in client.post("/search", json=asked).json()["hits"]]

    assert hits("volcano") == []
    before = client.get(where).json()["captions"][1]
    assert (before["state"], before["original"], before["made_at"]) == ("original", None, None)
    one = f"{where}/{before['id']}"
    after = client.put(one, json={"text": OTHER}).json()
    assert (after["text"], after["original"], after["id"]) == (OTHER, SAID[1], before["id"])
    assert hits("volcano") == [1]
    assert is_corrected(film)
    assert texts() == [SAID[0], OTHER, SAID[2]]
    assert texts(changed="true") == [OTHER]
    for kind in ("srt", "vtt"):
        assert OTHER in (text := client.get(where, params={"format": kind}).text)
        assert SAID[1] not in text
    assert client.post(f"{one}/undo").json()["text"] == SAID[1]
    assert hits("volcano") == []
    assert client.delete(one).json()["state"] == "deleted"
    assert texts() == [SAID[0], SAID[2]]
    assert texts(changed="true") == [SAID[1]]
    assert hits("turned") == []
    client.post(f"{one}/undo")
    assert client.post(f"{one}/undo").status_code == 422
    new = client.post(where, json={"start_s": 2.0, "end_s": 2.5, "text": "Lava!", "language": "eng"})
    assert new.status_code == 201
    assert (new.json()["origin"], new.json()["language"], new.json()["state"]) == ("added", "en", "added")
    assert hits("lava") == [2]
    assert client.delete(f"{where}/{new.json()['id']}").status_code == 200
    assert hits("lava") == []


def test_on_the_command_line(film: Film, run: Callable[..., Result]) -> None:
    short = film.entry(1).id.hex[:8]
    assert f"{short}  0:01.2 - 0:01.8  embedded" in run("captions", "list", "film.mkv").stdout
    assert (
        run("captions", "correct", "film.mkv", short, OTHER).stdout == f"{short}  {OTHER} (was: {SAID[1]})\n"
    )
    assert [hit["scene"] for hit in json.loads(run("search", "volcano", "--json").stdout)["hits"]] == [1]
    assert is_corrected(film)
    listed = run("captions", "list", "film.mkv", "--changed").stdout
    assert OTHER in listed
    assert f"was: {SAID[1]}" in listed
    assert run("captions", "undo", "film.mkv", short).stdout == f"{short}  {SAID[1]}\n"
    assert json.loads(run("search", "volcano", "--json").stdout)["hits"] == []
    assert "deleted" in run("captions", "delete", "film.mkv", short).stdout
    added = json.loads(run("captions", "add", "film.mkv", "0.5", "0.8", "[bold]Lava", "--json").stdout)
    assert (added["start_s"], added["state"]) == (0.5, "added")
    assert "[bold]Lava" in run("captions", "list", "film.mkv", "--origin", "added").stdout
    assert run("captions", "undo", "film.mkv", "--all").stdout == "2 corrections undone.\n"
    assert "No such captions." in run("captions", "list", "film.mkv", "--changed").stdout
    run("captions", "undo", "film.mkv", status=2)
    run("captions", "undo", "film.mkv", short, "--all", status=2)
    run("captions", "list", "film.mkv", "--origin", "elsewhere", status=2)
    run("captions", "correct", "film.mkv", "ffff0000", "x", status=2)


SEARCHING = """
import json, sys
from scenedex import Library
from scenedex.config import Settings
settings = Settings(database_url=sys.argv[1], scenedex_home=sys.argv[2], scenedex_profile="mini")
with Library(settings) as library:
    print("ready", flush=True)
    for line in sys.stdin:
        answers = [library.search("volcano turned", mode="skip") for _ in range(8)]
        hits = [(hit.scene, hit.channels["lexical"].text) for answer in answers for hit in answer.hits]
        print(json.dumps([hits, [answer.degraded for answer in answers if answer.degraded]]), flush=True)
"""


def test_while_somebody_else_searches(film: Film) -> None:
    """What is found by another process is one text or the other, and after each change the one that holds."""
    url, home = str(film.library.settings.database_url), str(film.library.home)
    command = [sys.executable, "-c", SEARCHING, url, home]
    caption = film.entry(1).id
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"

        def asked() -> list[str]:
            assert other.stdout is not None
            hits, degraded = json.loads(other.stdout.readline())
            assert degraded == []
            assert {scene for scene, _ in hits} == {1}
            return [text for _, text in hits]

        for _ in range(2):
            for change, word in (
                (lambda: film.library.corrections.correct(film.id, caption, OTHER), "volcano"),
                (lambda: film.library.corrections.undo(film.id, caption), "turned"),
            ):
                print("search", file=other.stdin, flush=True)
                change()
                for text in asked():
                    assert "<mark>volcano</mark>" in text or "<mark>turned</mark>" in text
                print("search", file=other.stdin, flush=True)
                assert all(f"<mark>{word}</mark>" in text for text in asked())


def test_a_video_that_is_indexed_again_stays_corrected(film: Film) -> None:
    entry = film.library.corrections.correct(film.id, film.entry(1).id, OTHER, by="anna")
    film.library.corrections.delete(film.id, film.entry(2).id)
    added = film.library.corrections.add(film.id, NewCaption(start_s=0.1, end_s=0.3, text="Lava."))
    before = film.library.corrections.list(film.id)
    for _ in range(2):
        (outcome,) = film.library.add(film.path, force=True).files
        assert outcome.outcome == "indexed"
        assert film.library.corrections.list(film.id) == before
        assert is_corrected(film)
        assert film.found("lava") == [0]
        assert film.found("recipe") == []
    film.library.reread_captions(film.id, _Silent())
    assert film.library.corrections.list(film.id) == before
    assert is_corrected(film)
    assert film.library.embed_video(film.id, again=True)
    assert is_corrected(film)
    film.library.corrections.undo(film.id, added.id)
    film.library.corrections.undo(film.id, entry.id)
    assert not is_corrected(film)


class _Silent:
    def step(self, step: str, done: float) -> None: ...
    def found(self, files: int) -> None: ...
    def start(self, path: str) -> None: ...
    def finish(self, outcome: object) -> None: ...


def test_what_fits_nothing_any_more_is_kept_and_changes_nothing(film: Film) -> None:
    def heard(*lines: tuple[float, str]) -> None:
        captions = [
            Caption(start_s=t_s, end_s=t_s + 0.5, text=text, origin="speech", index=number)
            for number, (t_s, text) in enumerate(lines)
        ]
        replace_captions(film.library._parts(), film.id, "speech", captions)

    heard((0.1, "A long way"), (1.1, "to go"), (2.1, "to go"))
    entries = film.library.corrections.list(film.id, origin="speech")
    assert len({one.id for one in entries}) == 3
    film.library.corrections.correct(film.id, entries[1].id, "to the glacier")
    film.library.corrections.correct(film.id, entries[0].id, "A wrong day")
    heard((0.1, "A long way"), (1.15, "to go"), (2.1, "to go"))  # a model that rounds otherwise
    assert [one.text for one in film.library.captions(film.id, origin="speech")] == [
        "A wrong day", "to the glacier", "to go",
    ]  # fmt: skip
    assert film.found("glacier") == [1]
    heard((0.1, "A long day"), (1.6, "to go"))
    found = film.library.corrections.list(film.id, origin="speech")
    assert [(one.state, one.caption.text) for one in found] == [
        ("original", "A long day"), ("orphaned", "A wrong day"), ("orphaned", "to the glacier"), ("original", "to go"),
    ]  # fmt: skip
    assert film.found("glacier") == []
    assert [one.text for one in film.library.captions(film.id, origin="speech")] == ["A long day", "to go"]
    heard((0.1, "A long way"), (1.1, "to go"))
    assert film.found("glacier") == [1]
    film.library.corrections.undo_all(film.id)
    heard()


def test_where_the_model_of_words_fails_embeddings_wait(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = film.library.equipment.words

    def fails(texts: object) -> None:
        raise EncoderError("It is asleep.")

    with monkeypatch.context() as patch:
        patch.setattr(encoder, "embed", fails)
        film.library.corrections.correct(film.id, film.entry(1).id, OTHER)
    assert film.found("volcano") == [1]
    assert film.best("volcano erupts") != OTHER
    assert film.library.lacking()["text"][0] == 1
    assert film.library.fill() == 1
    assert film.library.lacking() == {}
    assert is_corrected(film)


@pytest.mark.parametrize("place", [fill, pipeline, annotate], ids=lambda place: place.__name__)
def test_what_is_said_while_words_are_embedded_is_not_lost(
    film: Film, monkeypatch: pytest.MonkeyPatch, place: ModuleType
) -> None:
    """By `embed_video`, by indexing, and by an annotation: all have read the captions when somebody corrects one."""
    work: dict[ModuleType, Callable[[], object]] = {
        fill: lambda: film.library.embed_video(film.id, again=True),
        pipeline: lambda: film.library.take_in(film.path, force=True),
        annotate: lambda: annotate.replace_words(film.library._parts(), film.id),
    }
    real, caption = place.transcript_embeddings, film.entry(1).id
    for change, corrected in (
        (lambda: film.library.corrections.correct(film.id, caption, OTHER), True),
        (lambda: film.library.corrections.undo(film.id, caption), False),
    ):

        def embed(*args: object) -> object:
            made = real(*args)
            change()  # noqa: B023 (it is called before the loop goes on)
            return made

        with monkeypatch.context() as patch:
            patch.setattr(place, "transcript_embeddings", embed)
            work[place]()
        assert is_corrected(film) == corrected


def test_correcting_again_and_back(film: Film) -> None:
    caption = film.entry(1).id
    film.library.corrections.correct(film.id, caption, OTHER, by="anna")
    twice = film.library.corrections.correct(film.id, str(caption)[:8], "And once more.", by="ben")
    assert (twice.original, twice.caption.text, twice.made_by) == (SAID[1], "And once more.", "ben")
    deleted = film.library.corrections.delete(film.id, caption)
    assert (deleted.state, deleted.caption.text) == ("deleted", SAID[1])
    assert film.library.corrections.delete(film.id, caption) == deleted
    assert film.library.video(film.id).caption_count == 2
    back = film.library.corrections.correct(film.id, caption, f"  {SAID[1]}\r\n")
    assert back.state == "original"
    assert film.library.corrections.correct(film.id, caption, SAID[1]).state == "original"


HOSTILE = (
    "<script>alert(1)</script> & <mark>mark</mark>",
    "עברית وعربي \u202ehidden",
    "👩‍👩‍👧‍👦 🏳️‍🌈 flags",
    "%(owner)s {0} '; drop table captions; --",
    "a" * MAX_TEXT,
    "line\none --> two\x00\x1b[31m",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(
    film: Film, client: TestClient, run: Callable[..., Result], text: str
) -> None:
    where = f"/api/v1/videos/{film.id}/captions"
    answer = client.put(f"{where}/{film.entry(1).id}", json={"text": text})
    assert answer.status_code == 200
    kept = answer.json()["text"]
    assert kept == film.library.captions(film.id)[1].text
    assert not any(c in kept for c in "\x00\x1b\u202e")
    assert "\x1b" not in run("captions", "list", "film.mkv").stdout
    vtt = client.get(where, params={"format": "vtt"}).text
    assert vtt.count("-->") == 3
    assert "<script" not in vtt
    word = next(word for word in ("flags", "alert", "עברית", "drop", "line", "aaa") if word in kept)
    hits = client.post("/search", json={"query": f'"{word}"', "mode": "skip", "weaker": True}).json()["hits"]
    assert "<script" not in json.dumps(hits)


@pytest.mark.parametrize("text", ["", "   ", "\x00\u200b\n", "x" * (MAX_TEXT + 1), "x" * 10_000])
def test_what_is_no_caption(film: Film, client: TestClient, text: str) -> None:
    with pytest.raises(UsageError):
        film.library.corrections.correct(film.id, film.entry(1).id, text)
    one = f"/api/v1/videos/{film.id}/captions/{film.entry(1).id}"
    assert client.put(one, json={"text": text}).status_code == 422
    assert film.entry(1).state == "original"


@pytest.mark.parametrize(
    ("start_s", "end_s", "language"),
    [(-1, 1, None), (3.5, 4, None), (1, 1, None), (2, 1, None), (0, 601, None), (0, 1, "klingon language")],
)
def test_what_cannot_be_added(
    film: Film, client: TestClient, start_s: float, end_s: float, language: str | None
) -> None:
    new = {"start_s": start_s, "end_s": end_s, "text": "x", "language": language}
    assert client.post(f"/api/v1/videos/{film.id}/captions", json=new).status_code == 422
    with pytest.raises(UsageError):
        film.library.corrections.add(film.id, NewCaption(start_s=float("nan"), end_s=end_s, text="x"))


def test_ids_that_are_none(film: Film) -> None:
    for named in ("", "abc", "zzzz", "0" * 32, str(uuid4()), "%"):
        with pytest.raises(NotFoundError):
            film.library.corrections.undo(film.id, named)
    with pytest.raises(NotFoundError):
        film.library.corrections.list(uuid4())
    made = []
    while len({one.id.hex[:4] for one in made}) == len(made) and len(made) < 2:
        made.append(film.library.corrections.add(film.id, NewCaption(start_s=0, end_s=1, text="x")))
    with pytest.raises((AmbiguousError, NotFoundError)):
        film.library.corrections.undo(film.id, "0")


def test_what_another_owner_has_is_not_there(film: Film) -> None:
    stranger = film.library.of(STRANGER)
    caption = film.entry(1).id
    with client_for(film.library, STRANGER) as asking:
        for video in (film.id, uuid4()):
            where = f"/api/v1/videos/{video}/captions"
            answers = [
                asking.get(where),
                asking.post(where, json={"start_s": 0, "end_s": 1, "text": "x"}),
                asking.put(f"{where}/{caption}", json={"text": "x"}),
                asking.delete(f"{where}/{caption}"),
                asking.post(f"{where}/{caption}/undo"),
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.text.replace(str(video), "") for answer in answers}) == 1
    for call in (
        lambda: stranger.corrections.correct(film.id, caption, "x"),
        lambda: stranger.corrections.undo_all(film.id),
        lambda: stranger.corrections.list("film.mkv"),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert film.entry(1).state == "original"


def test_who_may_only_look_changes_nothing(film: Film) -> None:
    with client_for(film.library, access="read") as asking:
        one = f"/api/v1/videos/{film.id}/captions/{film.entry(1).id}"
        assert asking.put(one, json={"text": "x"}).status_code == 403
        assert asking.delete(one).status_code == 403
