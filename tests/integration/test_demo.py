"""`scenedex demo`, and what can be seen in its film afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.demo_run import demo_run

from scenedex import Library, open_library
from scenedex.demo.film import judgements
from scenedex.search.judgements import Judgement, parse_judgements
from scenedex.search.outcomes import Target, shows
from scenedex.types import Hit

ROOT = Path(__file__).parents[2]
QUERIES = [
    (query.strip(), int(shot))
    for line in (ROOT / "training" / "words" / "film_queries.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
    for query, shot in [line.split("|")]
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Library]]:
    run = demo_run(tmp_path_factory)
    with open_library(run.library(tmp_path_factory.mktemp("demo") / "home")) as library:
        yield run.said, library


def test_it_shows_off_and_says_how_to_go_on(demo: tuple[str, Library]) -> None:
    said, _ = demo
    assert "We should have turned left at the old mill." in " ".join(said.split())
    assert "Nothing here fits" in said
    assert "scenedex index ~/Videos" in said


def test_no_query_shares_a_word_with_what_is_said(demo: tuple[str, Library]) -> None:
    _, scenes = demo[1].show("scenedex-demo.mp4")
    said = {word for s in scenes for c in s.captions for word in re.findall(r"\w+", c.text.lower())}
    assert len(QUERIES) == 20
    for query, _ in QUERIES:
        assert not said & set(re.findall(r"\w+", query.lower())), query


def test_eighteen_of_twenty_queries_about_pictures_find_the_right_scene_first(
    demo: tuple[str, Library],
) -> None:
    """Asked without saying which profile: the demo film is searched in the space that it was indexed in."""
    first = {query: demo[1].search(query).hits for query, _ in QUERIES}
    right = [query for query, shot in QUERIES if first[query] and first[query][0].scene == shot - 1]
    wrong = {
        query: [(h.scene, h.score) for h in first[query][:2]] for query, _ in QUERIES if query not in right
    }
    assert len(right) >= 18, wrong


def test_the_demo_embeds_nothing_else_with_the_mini_models(demo: tuple[str, Library], tmp_path: Path) -> None:
    from tests.media import make_clip

    _, library = demo
    library.add(make_clip(tmp_path / "own.mp4"))
    spaces = library.stats()["embeddings"]
    (pictures,) = [row for name, row in spaces.items() if name.startswith("mini-pictures")]
    assert pictures["scenes"] == 22


def test_the_shipped_judgements_are_served(demo: tuple[str, Library]) -> None:
    """Floors under what was measured when they were written; `scenedex evaluate --demo` prints all figures."""
    asked = [one for one in parse_judgements(judgements()) if one.kind not in ("present", "absent")]
    found = demo[1].evaluate(asked[::2], videos=["scenedex-demo.mp4"])
    assert found.queries == 47
    assert found.degraded == ()
    assert found.kinds["transcript"].recall_1 >= 0.9
    assert found.kinds["mixed"].recall_1 >= 0.9
    assert found.kinds["audio"].recall_5 >= 0.8
    assert found.kinds["visual"].recall_5 >= 0.65
    whole, alone = found.modes["auto"], found.channels
    assert whole is not None
    assert alone.keys() >= {"visual", "audio", "transcript", "lexical"}
    # together the channels find more than any of them
    assert all(figures is not None and figures.ndcg_10 < whole.ndcg_10 for figures in alone.values())


def test_nine_of_ten_things_that_are_there_are_found_and_of_those_that_are_not_nothing(
    demo: tuple[str, Library],
) -> None:
    """Fifty everyday names of each kind. Found: a scene that shows it is `strong` or `possible`; else nothing is."""
    asked = [one for one in parse_judgements(judgements()) if one.kind in ("present", "absent")]
    sure = {one.query: [hit for hit in demo[1].search(one.query).hits if hit.band != "weak"] for one in asked}
    there = [one for one in asked if one.kind == "present"]
    absent = [one.query for one in asked if one.kind == "absent"]
    assert len(there) == len(absent) == 50
    missed = [one.query for one in there if not any(_shows(hit, one) for hit in sure[one.query])]
    loud = [query for query in absent if sure[query]]
    assert len(missed) <= 5, missed
    assert len(loud) <= 5, loud


def _shows(hit: Hit, judgement: Judgement) -> bool:
    spans = [one.span for one in judgement.relevant if one.span is not None]
    where = (hit.start_s, hit.end_s)
    return any(shows(hit.video_id, where, Target(video_id=hit.video_id, span=span)) for span in spans)
