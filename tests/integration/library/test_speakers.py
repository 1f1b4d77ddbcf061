"""Who speaks: from a subtitle file to hits, corrections, subtitles and backups."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from tests.integration.library.captioned import TIMES, Film

from scenedex.errors import UsageError
from scenedex.types import Filters

SAID = ("<v Zoë &amp; Co>The gulls are hungry.", "JOHN: Feed the gulls.", "- John: Never.\n- ZOË: Gulls!")
NO_NAME: Any = 7  #: of a speaker: what a program may hand over all the same
NAMED = ["Zoë & Co", "JOHN", "John"]


@pytest.fixture(scope="module")
def named(made: Film) -> Iterator[Film]:
    """The film with a subtitle file of its own, in which people have names."""
    beside = made.path.with_suffix(".en.vtt")
    cues = (
        f"00:00:{start:06.3f} --> 00:00:{end:06.3f}\n{text}\n"
        for (start, end), text in zip(TIMES, SAID, strict=True)
    )
    beside.write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    made.library.take_in(made.path, force=True)
    yield made
    beside.unlink()
    made.library.take_in(made.path, force=True)


def spoken(film: Film) -> list[str | None]:
    return [one.speaker for one in film.library.captions(film.id, origin="sidecar")]


def found(film: Film, **filters: Any) -> list[int]:
    hits = film.library.search("gulls", filters=Filters(**filters), weaker=True).hits
    return sorted(hit.scene for hit in hits)


def test_captions_are_kept_with_who_speaks(named: Film) -> None:
    assert spoken(named) == NAMED
    assert {one.speaker for one in named.library.captions(named.id, origin="embedded")} == {None}
    (scene, *_) = named.library.show("film.mkv")[1]
    assert [caption.speaker for caption in scene.captions] == [None, "Zoë & Co"]


def test_searches_find_scenes_by_speaker(named: Film) -> None:
    assert found(named, speaker=" John ") == [1, 2]
    assert found(named, speaker="ZOE\u0308 & CO") == [0]  # composed and folded, as tags are
    assert found(named, speaker="zoë") == found(named, speaker="'; --") == []
    assert found(named, speaker="john", language="en") == [1, 2]
    assert found(named, speaker="john", language="ko") == []
    with pytest.raises(UsageError, match="no name of a speaker"):
        found(named, speaker=" ")
    with pytest.raises(UsageError, match="no name of a speaker"):
        named.library.search("gulls", filters=Filters(speaker=NO_NAME))


def test_hits_say_who_says_it(named: Film) -> None:
    hits = named.library.search("feed the gulls", mode="skip").hits
    assert (hits[0].scene, hits[0].channels["lexical"].speaker) == (1, "JOHN")


def test_a_correction_keeps_the_speaker(named: Film) -> None:
    entry = next(one for one in named.library.corrections.list(named.id) if one.caption.speaker == "JOHN")
    corrected = named.library.corrections.correct(named.id, entry.id, "Feed the terns.")
    assert corrected.caption.speaker == "JOHN"
    named.library.take_in(named.path, force=True)
    assert spoken(named) == NAMED
    assert found(named, speaker="john") == [2]  # nobody speaks of gulls in scene 1
    assert named.library.corrections.undo(named.id, entry.id).caption == entry.caption
    assert spoken(named) == NAMED


def test_over_http(named: Film, client: TestClient) -> None:
    address = f"/api/v1/videos/{named.id}/captions?origin=sidecar"
    assert [one["speaker"] for one in client.get(address).json()["captions"]] == NAMED
    voiced = client.get(f"{address}&format=vtt").text
    assert "\n<v Zoë &amp; Co>The gulls are hungry.\n" in voiced
    assert "\n<v John>- John: Never.</v>\n- ZOË: Gulls!\n" in voiced
    assert "<v" not in client.get(f"{address}&format=srt").text
    asked = {"query": "gulls", "filters": {"speaker": "JOHN"}, "weaker": True}
    hits = client.post("/search", json=asked).json()["hits"]
    assert sorted(hit["scene"] for hit in hits) == [1, 2]
    assert client.post("/search", json={**asked, "filters": {"speaker": "\t"}}).status_code in (
        400,
        422,
    )


def test_on_the_command_line(named: Film, run: Callable[..., Result]) -> None:
    told = run("videos", "show", "film.mkv").stdout
    assert "speakers: Zoë & Co, JOHN" in told
    assert "Zoë & Co: The gulls are hungry." in told
    assert "JOHN: JOHN" not in told
    shown = json.loads(run("videos", "show", "film.mkv", "--json").stdout)
    assert shown["speakers"] == ["Zoë & Co", "JOHN"]
    assert shown["scenes"][1]["captions"][-1]["speaker"] == "JOHN"
    hits = json.loads(run("search", "gulls", "--speaker", "john", "--weaker", "--json").stdout)["hits"]
    assert sorted(hit["scene"] for hit in hits) == [1, 2]
