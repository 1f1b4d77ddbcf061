"""Captions go out as a subtitle file, and what was edited in it comes back as corrections."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from tests.integration.api.shelf import STRANGER, client_for
from tests.integration.library.captioned import SAID, Film

from scenedex.errors import LimitError, NotFoundError, UsageError
from scenedex.library.corrections import NewCaption
from scenedex.library.edited import Scope
from scenedex.types import Limits

OTHER = "The volcano erupts at midnight."


def states(film: Film) -> list[tuple[str, str]]:
    return [(one.state, one.caption.text) for one in film.library.corrections.list(film.id)]


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_only_what_differs_is_corrected(film: Film, kind: str) -> None:
    text = film.library.corrections.subtitles(film.id, "vtt" if kind == "vtt" else "srt")
    same = film.library.corrections.take_edited(film.id, text)
    assert (same.changed, same.same, same.missing, same.stray) == ((), 3, 0, ())
    edited = text.replace(SAID[1], OTHER)
    tried = film.library.corrections.take_edited(film.id, edited, dry_run=True)
    assert [(one.before, one.text) for one in tried.changed] == [(SAID[1], OTHER)]
    assert {state for state, _ in states(film)} == {"original"}
    done = film.library.corrections.take_edited(film.id, edited, by="anna")
    assert (done.changed, done.dry_run) == (tried.changed, False)
    assert states(film) == [("original", SAID[0]), ("corrected", OTHER), ("original", SAID[2])]
    assert (film.entry(1).made_by, film.entry(1).original) == ("anna", SAID[1])
    assert film.found("volcano") == [1]
    assert film.found("turned") == []
    assert film.library.corrections.take_edited(film.id, edited).changed == ()
    film.library.corrections.undo(film.id, done.changed[0].id)
    assert film.found("volcano") == []
    assert film.found("turned") == [1]


def test_the_original_words_in_a_file_take_a_correction_back(film: Film) -> None:
    text = film.library.corrections.subtitles(film.id)
    film.library.corrections.correct(film.id, film.entry(1).id, OTHER)
    film.library.corrections.take_edited(film.id, text)
    assert states(film)[1] == ("original", SAID[1])


def test_what_was_added_is_edited_and_what_was_deleted_stays_so(film: Film) -> None:
    text = film.library.corrections.subtitles(film.id)
    film.library.corrections.delete(film.id, film.entry(1).id)
    film.library.corrections.add(film.id, NewCaption(start_s=2.7, end_s=2.9, text="A door slams."))
    added = film.library.corrections.subtitles(film.id)
    assert SAID[1] not in added
    film.library.corrections.take_edited(film.id, added.replace("door", "shutter"))
    assert ("added", "A shutter slams.") in states(film)
    found = film.library.corrections.take_edited(film.id, text)
    assert ([one.text for one in found.stray], found.missing) == ([SAID[1]], 1)
    assert states(film)[1] == ("deleted", SAID[1])


def test_a_file_of_another_film_is_refused(film: Film) -> None:
    later = "1\n00:00:04,000 --> 00:00:05,000\nSomething else.\n"
    for text in (later, "", "no subtitles", "\x00\xff", "WEBVTT\n\n", later * 2 + "00:00:01,200 --> 1\nx"):
        with pytest.raises(UsageError, match=r"of this file|in this file"):
            film.library.corrections.take_edited(film.id, text)
    whole = film.library.corrections.subtitles(film.id)
    for scope in (Scope(language="ko"), Scope(origin="speech")):
        with pytest.raises(UsageError, match="say which are meant"):
            film.library.corrections.take_edited(film.id, whole, scope)
    assert {state for state, _ in states(film)} == {"original"}


def test_a_file_that_is_too_large_or_not_there(
    film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError):
        film.library.corrections.take_edited(film.id, tmp_path / "none.srt")
    settings = type(film.library.settings)
    monkeypatch.setattr(settings, "limits", lambda self: Limits(max_captions=2))
    with pytest.raises(LimitError):
        film.library.corrections.take_edited(film.id, film.library.corrections.subtitles(film.id))


def test_on_the_command_line(film: Film, run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "film.vtt"
    assert "Wrote" in run("captions", "export", "film.mkv", "-o", str(file)).stdout
    assert run("captions", "export", "film.mkv").stdout == film.library.corrections.subtitles(film.id)
    run("captions", "export", "film.mkv", "-o", str(file), status=2)  # it may have been edited
    run("captions", "export", "film.mkv", "-o", str(tmp_path / "film.txt"), status=2)
    run("captions", "export", "film.mkv", "-o", str(tmp_path / "no" / "film.srt"), status=1)
    edited = file.read_text(encoding="utf-8").replace(SAID[1], "Wir hätten [links] fahren sollen.")
    file.write_bytes(("\ufeff" + edited).replace("\n", "\r\n").encode("utf-16-le"))  # as some editors do
    told = run("captions", "import", "film.mkv", str(file), "--dry-run").stdout
    assert f"Wir hätten [links] fahren sollen. (was: {SAID[1]})" in told
    assert "1 would be corrected, 2 the same, 0 not in the file." in told
    assert states(film)[1] == ("original", SAID[1])
    done = json.loads(run("captions", "import", "film.mkv", str(file), "--json").stdout)
    assert [one["id"] for one in done["changed"]] == [str(film.entry(1).id)]
    assert states(film)[1] == ("corrected", "Wir hätten [links] fahren sollen.")
    assert run("captions", "undo", "film.mkv", "--all").stdout == "1 correction undone.\n"
    file.write_text(
        "00:00:01,200 --> 00:00:01,800\nShe\x1b[31m said.\n\n00:00:07,000 --> 00:00:08,000\nNo.\n"
    )
    assert "fits no caption: 0:07.0  No." in run("captions", "import", "film.mkv", str(file)).stdout
    file.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    run("captions", "import", "film.mkv", str(file), status=2)
    run("captions", "import", "film.mkv", str(tmp_path / "none.srt"), status=2)
    run("captions", "import", "film.mkv", str(file), "--origin", "elsewhere", status=2)


def test_over_http(film: Film, client: TestClient) -> None:
    here = f"/api/v1/videos/{film.id}"
    text = client.get(f"{here}/captions", params={"format": "srt"}).text.replace(SAID[1], OTHER)
    tried = client.post(f"{here}/subtitles", json={"text": text, "dry_run": True}).json()
    assert states(film)[1] == ("original", SAID[1])
    done = client.post(f"{here}/subtitles", json={"text": text, "origin": "embedded"}).json()
    (changed,) = done["changed"]
    assert {**tried, "dry_run": False} == done
    assert (changed["id"], changed["before"], changed["text"]) == (str(film.entry(1).id), SAID[1], OTHER)
    assert states(film)[1] == ("corrected", OTHER)
    client.post(f"{here}/captions/{changed['id']}/undo")
    assert states(film)[1] == ("original", SAID[1])
    for wrong in (
        {"text": ""}, {"text": "nothing"}, {"text": text, "origin": "rumour"}, {"text": text, "language": "ko"}, {},
        {"text": 7}, {"text": text, "delete": True},
    ):  # fmt: skip
        answer = client.post(f"{here}/subtitles", json=wrong)
        assert answer.status_code == 422, answer.text


def test_what_another_owner_has_is_not_there(film: Film) -> None:
    text = film.library.corrections.subtitles(film.id).replace(SAID[1], OTHER)
    with client_for(film.library, STRANGER) as asking:
        answers = [
            asking.post(f"/api/v1/videos/{video}/subtitles", json={"text": text})
            for video in (film.id, uuid4())
        ]
        assert {answer.status_code for answer in answers} == {404}
    with pytest.raises(NotFoundError):
        film.library.of(STRANGER).corrections.subtitles("film.mkv")
    with client_for(film.library, access="read") as asking:
        assert asking.post(f"/api/v1/videos/{film.id}/subtitles", json={"text": text}).status_code == 403
    assert states(film)[1] == ("original", SAID[1])
