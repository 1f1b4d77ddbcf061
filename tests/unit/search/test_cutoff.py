"""Which candidates are shown, in which order."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from scenedex.embeddings.terms import asked_for, terms, title_terms
from scenedex.search.calibration import WORDLLAMA_BACKGROUND
from scenedex.search.candidates import by_scene, candidates
from scenedex.search.cutoff import Placed, cut, judge, sift
from scenedex.search.evidence import hit
from scenedex.search.matching import matches, order_of
from scenedex.search.question import Question, read_question
from scenedex.types import Caption, ChannelRow, Scene, SceneCard

SPACE = UUID(int=7)
WEIGHTS = {"transcript": 0.6, "lexical": 0.4}


def card(video: str, index: int, *lines: str) -> SceneCard:
    start_s = index * 10.0
    scene = Scene(
        id=uuid5(SPACE, f"{video} {index}"),
        video_id=uuid5(SPACE, video),
        index=index,
        start_s=start_s,
        end_s=start_s + 10,
        thumbnail_key=None,
        captions=tuple(
            Caption(start_s=start_s + 1 + i, end_s=start_s + 2 + i, text=line, origin="embedded")
            for i, line in enumerate(lines)
        ),
    )
    return SceneCard(scene=scene, video=video, path=f"/videos/{video}")


def answer(
    query: str,
    cards: list[SceneCard],
    lexical: dict[int, float],
    transcript: dict[int, float] | None = None,
    *,
    weak: bool = False,
    first: int | None = None,
    names: dict[int, str] | None = None,
) -> tuple[list[Placed], int]:
    """What is shown of the cards; `lexical` and `transcript` are raw scores by place in `cards`, `names` are
    those of other copies."""
    question = read_question(query)
    rows = [
        ChannelRow(
            channel="lexical",
            scene_id=cards[i].scene.id,
            raw=raw,
            said=bits(question, [t for line in cards[i].scene.captions for t in terms(line.text)]),
            titled=bits(question, title_terms(f"{cards[i].video} {(names or {}).get(i, '')}")),
        )
        for i, raw in lexical.items()
    ]
    words = {row.scene_id: match for row, match in zip(rows, matches(question, rows), strict=True)}
    for one in cards:
        if one.scene.id in words:
            span = (one.scene.start_s, one.scene.end_s)
            order = order_of(question, one.scene.captions, span)
            words[one.scene.id] = replace(words[one.scene.id], order=order)
    rows += [
        ChannelRow(
            channel="transcript",
            scene_id=cards[i].scene.id,
            raw=raw,
            t_s=cards[i].scene.start_s + 1,
            space_id=1,
        )
        for i, raw in (transcript or {}).items()
    ]
    found = candidates(by_scene(rows, lambda row: row.raw), words)
    judged = judge(question, found, WEIGHTS, {("transcript", 1): WORDLLAMA_BACKGROUND})
    remaining, near = sift(judged, first, weak=weak)
    shown, titled = cut(remaining, {c.scene.id: c for c in cards})
    return shown, near + titled


def bits(question: Question, found: list[str]) -> int:
    """Which terms of the question are among those found, as the store tells it."""
    answered = {asked_for(term, question.terms) for term in found} | set(found)
    return sum(1 << n for n, term in enumerate(question.terms + question.also) if term in answered)


def names(shown: list[Placed]) -> list[tuple[str, int]]:
    return [(one.card.video, one.card.scene.index) for one in shown]


def test_a_caption_repeated_comes_before_better_scores() -> None:
    cards = [
        card("a.mp4", 0, "red car, red car, car red"),
        card("b.mp4", 0, "the car is red"),
        card("c.mp4", 0, "A red car."),
    ]
    shown, _ = answer("a red car", cards, {0: 9.0, 1: 5.0, 2: 1.0}, {0: 0.9, 1: 0.9})
    assert names(shown)[0] == ("c.mp4", 0)
    assert names(shown)[-1] == ("b.mp4", 0)


def test_all_words_beat_some_words() -> None:
    cards = [card("a.mp4", 0, "a car"), card("a.mp4", 1, "the car that was painted red")]
    shown, hidden = answer("red car", cards, {0: 3.0, 1: 2.0})
    assert names(shown) == [("a.mp4", 1), ("a.mp4", 0)]
    assert hidden == 0
    assert shown[0].score > 0.85
    assert shown[1].score < 0.5


def test_weak_nearness_alone_is_hidden_and_counted() -> None:
    cards = [card("a.mp4", i, "something else") for i in range(4)]
    shown, hidden = answer("zebra", cards, {}, {0: 0.50, 1: 0.33, 2: 0.25, 3: 0.05})
    assert names(shown) == [("a.mp4", 0), ("a.mp4", 1)]
    assert hidden == 1


def test_weak_ones_are_shown_where_they_are_asked_for_and_what_is_no_result_is_not() -> None:
    cards = [card("a.mp4", i, "something else") for i in range(4)]
    _, hidden = answer("zebra", cards, {}, {0: 0.50, 1: 0.33, 2: 0.25, 3: 0.05})
    shown, still = answer("zebra", cards, {}, {0: 0.50, 1: 0.33, 2: 0.25, 3: 0.05}, weak=True)
    assert names(shown) == [("a.mp4", 0), ("a.mp4", 1), ("a.mp4", 2)]
    assert (hidden, still) == (1, 0)


def test_a_title_shows_its_video_once() -> None:
    cards = [card("zebra.mp4", i, "hello") for i in range(5)] + [card("b.mp4", 0, "a zebra")]
    shown, hidden = answer("zebra", cards, dict.fromkeys(range(6), 1.0))
    assert names(shown) == [("b.mp4", 0), ("zebra.mp4", 0)]
    assert hidden == 4


def test_words_in_the_name_of_another_copy_still_count() -> None:
    shown, _ = answer("holiday", [card("copy.mp4", 0)], {0: 1.0}, names={0: "holiday.mp4"})
    assert names(shown) == [("copy.mp4", 0)]


def test_ties_go_by_name_then_scene() -> None:
    cards = [card("b.mp4", 1, "zebra"), card("b.mp4", 0, "zebra"), card("a.mp4", 3, "zebra")]
    shown, _ = answer("zebra", cards, {0: 1.0, 1: 1.0, 2: 1.0})
    assert names(shown) == [("a.mp4", 3), ("b.mp4", 0), ("b.mp4", 1)]


def test_a_description_shows_every_scene_that_it_describes() -> None:
    cards = [card("a.mp4", i) for i in range(3)]
    rows = [ChannelRow(channel="lexical", scene_id=c.scene.id, raw=1.0, described=1) for c in cards]
    question = read_question("zebra")
    words = dict(zip((c.scene.id for c in cards), matches(question, rows), strict=True))
    found = judge(question, candidates(by_scene(rows, lambda row: row.raw), words), {"lexical": 1.0}, {})
    shown, hidden = cut(sift(found)[0], {c.scene.id: c for c in cards})
    assert names(shown) == [("a.mp4", 0), ("a.mp4", 1), ("a.mp4", 2)]
    assert hidden == 0
    assert 0.5 < shown[0].score < 0.85


@pytest.mark.parametrize("first", range(1, 8))
def test_the_first_few_are_the_first_of_all_and_hide_as_many(first: int) -> None:
    cards = [card(f"{name}.mp4", i, "a zebra" if i % 2 else "hello") for name in "cab" for i in range(3)]
    nearness = {i: 0.2 + 0.05 * (i % 4) for i in range(9)}
    every = answer("zebra", cards, {1: 2.0, 4: 2.0, 7: 3.0}, nearness)
    few = answer("zebra", cards, {1: 2.0, 4: 2.0, 7: 3.0}, nearness, first=first)
    assert names(few[0])[:first] == names(every[0])[:first]
    assert few[1] == every[1]


def test_a_scene_that_went_away_meanwhile_is_left_out() -> None:
    shown, _ = answer("zebra", [card("a.mp4", 0, "a zebra")], {0: 1.0})
    assert cut([shown[0].judged], {}) == ([], 0)


def test_a_hit_says_where_and_why() -> None:
    cards = [card("a.mp4", 2, "hello", "the <b>red</b> cars", "bye")]
    question = read_question("red car")
    shown, _ = answer("red car", cards, {0: 2.0}, {0: 0.35})
    found = hit(question, shown[0], min, WEIGHTS)
    assert (found.scene, found.video, found.path) == (2, "a.mp4", "/videos/a.mp4")
    assert found.best_s == 22.0
    assert found.band == "strong"
    assert list(found.channels) == ["lexical", "transcript"]
    assert found.channels["lexical"].text == "the &lt;b&gt;<mark>red</mark>&lt;/b&gt; <mark>cars</mark>"
    assert found.channels["lexical"].t_s == 22.0
    assert found.channels["transcript"].t_s == 21.0
    assert found.channels["transcript"].raw == 0.35
    assert sum(one.share for one in found.channels.values()) == pytest.approx(1, abs=1e-5)
    assert found.channels["lexical"].keyframe is None
    assert 0 <= found.score <= 1


def test_the_surest_channel_says_when() -> None:
    cards = [card("a.mp4", 0, "an automobile", "x", "red")]
    shown, _ = answer("red car", cards, {0: 0.5}, {0: 0.6})
    assert hit(read_question("red car"), shown[0], min, WEIGHTS).best_s == 1.0


def test_a_title_alone_points_at_the_start_of_the_scene() -> None:
    shown, _ = answer("zebra", [card("zebra.mp4", 1)], {0: 1.0})
    found = hit(read_question("zebra"), shown[0], min, WEIGHTS)
    assert found.best_s == 10.0
    assert found.band == "possible"
    assert found.channels["lexical"].text == "<mark>zebra</mark>.mp4"


@pytest.mark.parametrize("query", ["zebra", '"zebra"'])
def test_no_candidates_no_hits(query: str) -> None:
    assert answer(query, [], {}) == ([], 0)
