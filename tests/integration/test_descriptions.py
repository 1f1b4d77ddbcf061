"""Scenes are described by a server, and found by what it says of them: real database, real server on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.media import make_clip
from tests.unit.embeddings.server import Server

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.errors import DescriberRefusedError, UsageError
from scenedex.store.descriptions import descriptions_of
from scenedex.types import StoredDescription

SEEN = [
    {
        "description": "A lighthouse stands on a cliff above the sea.",
        "summary": "A lighthouse.",
        "tags": ["coast"],
    },
    {"description": "Children ride a carousel at a fair.", "summary": "A carousel.", "tags": ["fair"]},
    {"description": "A baker takes loaves out of an oven.", "summary": "A baker at work.", "tags": ["bread"]},
]


class Describing:
    """Describes one scene after the other; `fails` are the numbers of requests that get no description."""

    def __init__(self, *, fails: tuple[int, ...] = (), status: int = 400) -> None:
        self.fails, self.status, self.asked = fails, status, 0

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        number = self.asked
        self.asked += 1
        if number in self.fails:
            return self.status, b"not this one"
        content = json.dumps(SEEN[number % len(SEEN)])
        return 200, {"choices": [{"message": {"content": content}}]}


@pytest.fixture
def describer() -> Iterator[Server]:
    running = Server(Describing())
    yield running
    running.close()


@pytest.fixture
def library(home: Path, describer: Server, tmp_path: Path, shared_server: None) -> Iterator[Library]:
    settings = Settings(
        scenedex_profile="mini",
        scenedex_description_model="sees",
        openai_base_url=describer.url,
        openai_api_key="key",
    )
    with open_library(home, settings=settings) as opened:
        opened.add(make_clip(tmp_path / "clip.mp4", 1.0, 1.0, 1.0))
        yield opened


def described(library: Library) -> dict[int, StoredDescription]:
    (video,) = library.videos()
    with library._database.transaction(library.owner) as tx:
        return descriptions_of(tx, video.id)


def test_scenes_are_found_by_what_is_said_of_them(library: Library, describer: Server) -> None:
    (outcome,) = library.annotate("description")
    assert (outcome.outcome, outcome.reason) == ("annotated", None)
    assert described(library)[1] == StoredDescription(
        model="sees", description="Children ride a carousel at a fair.", summary="A carousel.", tags=("fair",)
    )
    for query, scene in (("lighthouse", 0), ("carousel", 1), ("baker", 2)):
        hit = library.search(query).hits[0]
        assert hit.scene == scene, query
        assert {"description", "lexical"} <= set(hit.channels)
    hit = library.search("somebody making bread").hits[0]
    assert hit.scene == 2
    assert "description" in hit.channels
    (again,) = library.annotate("description")
    assert again.outcome == "unchanged"
    assert len(describer.requests) == 3


def test_force_asks_anew(library: Library, describer: Server) -> None:
    library.annotate("description")
    library.annotate("description", "clip.mp4", force=True)
    assert len(describer.requests) == 6
    names = list(library.stats()["embeddings"])
    assert len(names) == len(set(names))


def test_what_failed_is_asked_for_again_and_nothing_else(library: Library, describer: Server) -> None:
    describer.answer = Describing(fails=(1,))
    (outcome,) = library.annotate("description")
    assert outcome.outcome == "annotated"
    assert (outcome.reason or "").startswith("1 of 3 scenes could not be described: ")
    assert sorted(described(library)) == [0, 2]
    assert library.search("lighthouse").hits[0].scene == 0
    describer.answer = Describing()
    (outcome,) = library.annotate("description")
    assert (outcome.outcome, outcome.reason) == ("annotated", None)
    assert len(describer.requests) == 4
    assert described(library)[1].summary == "A lighthouse."


def test_a_server_that_describes_nothing_is_left_and_nothing_is_stored(
    library: Library, describer: Server
) -> None:
    describer.answer = Describing(fails=tuple(range(99)))
    (outcome,) = library.annotate("description")
    assert outcome.outcome == "failed"
    assert "None of its 3 scenes could be described" in (outcome.reason or "")
    assert described(library) == {}


def test_a_refusal_stops_it(library: Library, describer: Server) -> None:
    describer.answer = Describing(fails=(1,), status=401)
    with pytest.raises(DescriberRefusedError, match="OPENAI_API_KEY"):
        library.annotate("description")
    assert sorted(described(library)) == [0]  # it was paid for


def test_indexing_again_keeps_descriptions_and_the_next_run_embeds_them_without_asking(
    library: Library, describer: Server, tmp_path: Path
) -> None:
    library.annotate("description")
    library.add(tmp_path / "clip.mp4", force=True)
    assert sorted(described(library)) == [0, 1, 2]
    (outcome,) = library.annotate("description")
    assert outcome.outcome == "annotated"
    assert len(describer.requests) == 3
    assert library.search("carousel").hits[0].scene == 1


def test_new_subtitles_leave_the_words_of_descriptions(library: Library, tmp_path: Path) -> None:
    library.annotate("description")
    text = "1\n00:00:00,000 --> 00:00:00,900\nAhoy\n"
    (tmp_path / "clip.srt").write_text(text, encoding="utf-8")
    library.add(tmp_path / "clip.mp4")
    assert library.search("ahoy").hits[0].scene == 0
    assert "lexical" in library.search("carousel").hits[0].channels


def test_removing_a_video_removes_its_descriptions(library: Library) -> None:
    library.annotate("description")
    (video,) = library.videos()
    library.remove("clip.mp4")
    with library._database.transaction(library.owner) as tx:
        assert descriptions_of(tx, video.id) == {}
        assert tx.execute("select count(*) as n from descriptions where owner_id = %(owner)s") == [{"n": 0}]


def test_without_a_model_it_says_what_to_set(home: Path) -> None:
    with (
        open_library(home, settings=Settings()) as library,
        pytest.raises(UsageError, match="SCENEDEX_DESCRIPTION_MODEL"),
    ):
        library.annotate("description")
