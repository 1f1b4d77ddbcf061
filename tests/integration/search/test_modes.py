"""Modes, second look, fusion, pooling, examples, sequences and pages, on scenes whose cosines are known."""

import math
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from psycopg.sql import SQL, Identifier
from tests.integration.search.shelf import BACKGROUND, Shelf, Shot, at, places

from scenedex.errors import UsageError
from scenedex.search.anchor import Anchor, anchor_query
from scenedex.search.request import DEFAULT_WEIGHTS, SearchDefaults
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import partition
from scenedex.store.writing import scene_id
from scenedex.types import Channel, Vector


@pytest.fixture
def shelf(server: EmbeddedServer, database: Database, database_name: str) -> Shelf:
    return Shelf(database, server, database_name)


SEEN = Shot(looks=(0.9,))
UNLIKE = Shot(looks=(0.1,))


def animals(shelf: Shelf) -> None:
    """One scene is spoken of and not seen, one seen and not spoken of, one both, one neither."""
    shelf.add("a.mp4", Shot("a zebra is mentioned", (0.2,)), SEEN, Shot("look, a zebra", (0.8,)), UNLIKE)


# -- modes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["recall", "rerank", "auto", "skip"])
def test_what_is_seen_alone_is_found_in_every_mode_but_skip(shelf: Shelf, mode: str) -> None:
    animals(shelf)
    answer = shelf.ask("zebra", mode=mode)
    assert (("a.mp4", 1) in places(answer)) == (mode != "skip")
    assert {("a.mp4", 0), ("a.mp4", 2)} <= set(places(answer))
    assert ("a.mp4", 3) not in places(answer)
    assert any("visual" in hit.channels for hit in answer.hits) == (mode != "skip")
    assert answer.plan.mode == ("rerank" if mode == "auto" else mode)
    assert ("visual" in answer.plan.weights) == (mode != "skip")


@pytest.mark.parametrize("mode", ["recall", "rerank", "skip"])
def test_the_setting_decides_where_the_request_leaves_it_open(shelf: Shelf, mode: Any) -> None:
    animals(shelf)
    assert shelf.ask("zebra", defaults=SearchDefaults(mode=mode)).plan.mode == mode
    assert shelf.ask("zebra", defaults=SearchDefaults(mode=mode), mode="recall").plan.mode == "recall"


def test_without_weight_pictures_take_no_part_whatever_the_mode(shelf: Shelf) -> None:
    animals(shelf)
    for weights in ({**DEFAULT_WEIGHTS, "visual": 0.0}, {"lexical": 1.0}):
        answer = shelf.ask("zebra", defaults=SearchDefaults(weights=weights), mode="recall")
        assert answer.plan.mode == "skip"
        assert all("visual" not in hit.channels for hit in answer.hits)
        assert answer.hits
    assert shelf.ask("zebra", weights={"visual": 0.0}).plan.mode == "skip"


def test_weights_that_sum_to_nothing(shelf: Shelf) -> None:
    animals(shelf)
    with pytest.raises(UsageError, match="Every channel has the weight 0"):
        shelf.ask("zebra", weights=dict.fromkeys(DEFAULT_WEIGHTS, 0.0))


# -- the second look --------------------------------------------------------------------------------------


def test_the_second_look_moves_the_order_and_no_band(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot("a zebra", (cosine,)) for cosine in (0.30, 0.42, 0.36)))
    recall, answer = shelf.ask("zebra", mode="recall"), shelf.ask("zebra", mode="rerank")
    heavy = shelf.ask("zebra", mode="rerank", defaults=SearchDefaults(rerank_weight=1.0))
    light = shelf.ask("zebra", mode="rerank", defaults=SearchDefaults(rerank_weight=0.0))
    assert places(answer) == places(heavy) == [("a.mp4", 1), ("a.mp4", 2), ("a.mp4", 0)]
    assert (answer.rerank.scored, answer.rerank.skipped, answer.rerank.weight) == (3, False, 0.3)
    assert answer.rerank.score_range == pytest.approx(0.12, abs=0.002)
    assert light.rerank.reason == "the second look has no weight"
    assert recall.rerank.scored == 0
    scores = [{hit.scene: (hit.score, hit.band) for hit in one.hits} for one in (answer, heavy, light)]
    assert scores[0] == scores[1] == scores[2]  # the blend is in none of them


def test_bands_come_from_the_calibrated_scores_and_the_best_of_a_weak_lot_stays_weak(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot(looks=(cosine,)) for cosine in (0.42, 0.30, 0.20)))
    answer = shelf.ask("zebra", mode="rerank", defaults=SearchDefaults(rerank_weight=1.0))
    assert answer.hits == ()
    assert answer.hidden == 1  # 0.42 is worth 0.31 here
    shown = shelf.ask("zebra", mode="rerank", defaults=SearchDefaults(rerank_weight=1.0), bands=("weak",))
    assert [(hit.scene, hit.band) for hit in shown.hits] == [(0, "weak")]
    assert shown.hits[0].score == pytest.approx(BACKGROUND.calibrated(0.42), abs=0.01)


def test_flat_pictures_are_not_looked_at_twice_and_the_answer_says_so(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot("a zebra", (0.61,)), Shot("the zebra", (0.62,)), Shot("zebra", (0.60,)))
    answer = shelf.ask("zebra", mode="rerank")
    assert answer.rerank.skipped
    assert answer.rerank.scored == 3
    assert "all about as near: 0.020 < 0.05" in (answer.rerank.reason or "")
    moved = shelf.ask("zebra", mode="rerank", defaults=SearchDefaults(min_score_range=0.0))
    assert not moved.rerank.skipped


def test_without_pictures_there_is_no_second_look_and_no_complaint(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot("a zebra"))
    answer = shelf.ask("zebra", mode="rerank")
    assert (answer.plan.mode, answer.degraded, places(answer)) == ("skip", (), [("a.mp4", 0)])


def test_pictures_fill_the_pool_and_what_is_beyond_it_is_still_found(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot("a zebra", (0.7,)), *(Shot(looks=(0.9 - i / 50,)) for i in range(6)))
    answer = shelf.ask("zebra", mode="rerank", limit=7, defaults=SearchDefaults(pool_size=3))
    assert answer.rerank.scored == 3
    assert len(answer.hits) == 7
    assert len(set(places(answer))) == 7
    assert shelf.ask("zebra", mode="rerank", limit=7).rerank.scored == 7


def test_the_second_look_sees_keyframes_that_the_first_did_not_bring(shelf: Shelf) -> None:
    """A scene that words brought is judged by its pictures too."""
    shelf.add("a.mp4", Shot("a zebra", (0.1, 0.8)))
    hit = shelf.ask("zebra", mode="rerank").hits[0]
    assert hit.channels["visual"].raw == pytest.approx(0.8, abs=0.001)
    assert hit.channels["visual"].t_s == 1.0


# -- fusion, pooling, thresholds ---------------------------------------------------------------------------


def test_reciprocal_ranks_make_the_order_and_calibrated_scores_the_bands(shelf: Shelf) -> None:
    """The first is best seen, the second best heard, the third is second in both."""
    shelf.add(
        "a.mp4",
        Shot(looks=(0.99,), sounds=0.3),
        Shot(looks=(0.3,), sounds=0.99),
        Shot(looks=(0.6,), sounds=0.6),
    )
    asked: dict[str, Any] = {"mode": "recall", "weights": {"visual": 1.0, "audio": 1.0, "lexical": 0.0}}
    weighted = shelf.ask("zebra", **asked)
    ranked = shelf.ask("zebra", defaults=SearchDefaults(fusion="rrf"), **asked)
    bands = [{hit.scene: (hit.score, hit.band) for hit in one.hits} for one in (weighted, ranked)]
    assert bands[0] == bands[1]
    assert len(bands[0]) == 3
    share = ranked.plan.weights
    by_hand = {
        0: share["visual"] * 61 / 61 + share["audio"] * 61 / 63,
        1: share["visual"] * 61 / 63 + share["audio"] * 61 / 61,
        2: 61 / 62,
    }
    assert [hit.scene for hit in ranked.hits] == sorted(by_hand, key=by_hand.__getitem__, reverse=True)


@pytest.mark.parametrize(
    ("pooling", "first", "raw"),
    [("max", 0, 0.9), ("top3", 1, 0.7), ("softmax", 0, 0.9)],
)
@pytest.mark.parametrize("mode", ["recall", "rerank"])
def test_keyframes_are_pooled(shelf: Shelf, pooling: Any, first: int, raw: float, mode: str) -> None:
    shelf.add("a.mp4", Shot(looks=(0.9, 0.1, 0.1)), Shot(looks=(0.7, 0.7, 0.7)))
    answer = shelf.ask("zebra", mode=mode, defaults=SearchDefaults(pooling=pooling), bands=())
    assert answer.hits[0].scene == first
    assert answer.hits[0].channels["visual"].raw == pytest.approx(raw, abs=0.002)


@pytest.mark.parametrize("mode", ["recall", "rerank"])
def test_a_threshold_is_the_lowest_cosine_that_counts(shelf: Shelf, mode: str) -> None:
    shelf.add("a.mp4", SEEN, Shot(looks=(0.6,)), Shot("a zebra", (0.6,)))
    answer = shelf.ask("zebra", mode=mode, defaults=SearchDefaults(thresholds={"visual": 0.7}))
    assert set(places(answer)) == {("a.mp4", 0), ("a.mp4", 2)}
    assert {hit.scene for hit in answer.hits if "visual" in hit.channels} == {0}
    pooled = shelf.ask("zebra", mode=mode, defaults=SearchDefaults(thresholds={"visual": 0.95}))
    assert places(pooled) == [("a.mp4", 2)]
    silent = shelf.ask("zebra", mode="skip", defaults=SearchDefaults(thresholds={"lexical": 1e6}))
    assert silent.hits == ()


def test_what_is_pooled_below_the_threshold_counts_no_more(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot(looks=(0.9, 0.1, 0.1)), Shot(looks=(0.8, 0.8, 0.8)))
    answer = shelf.ask(
        "zebra", mode="recall", defaults=SearchDefaults(pooling="top3", thresholds={"visual": 0.6})
    )
    assert places(answer) == [("a.mp4", 1)]


# -- examples ----------------------------------------------------------------------------------------------


def example(shelf: Shelf, vector: Vector, exclude: tuple[UUID, ...] = (), weight: float = 0.5) -> Anchor:
    space = shelf.space("visual")
    return Anchor(
        vectors=(anchor_query(space, vector),),
        backgrounds={space.id: BACKGROUND},
        exclude=exclude,
        weight=weight,
    )


def test_an_example_alone_shows_the_nearest_and_not_itself(shelf: Shelf) -> None:
    video = shelf.add("a.mp4", SEEN, Shot(looks=(0.8,)), Shot(looks=(0.3,)), Shot("no picture"))
    answer = shelf.ask("", anchor=example(shelf, at(0.9), exclude=(scene_id(video, 0),)))
    assert places(answer) == [("a.mp4", 1), ("a.mp4", 2)]
    assert answer.plan.weights == {"anchor": 1.0}
    assert set(answer.hits[0].channels) == {"anchor"}
    assert answer.hits[0].channels["anchor"].t_s == 10.0
    assert answer.hidden == 0


def test_words_and_an_example_meet_by_weight(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot("night", ((0.9, 1),)), Shot("day", ((0.99, 1),)), Shot("night", ((0.1, 1),)))
    shelf.axes["night"] = 2
    both = shelf.ask("night", anchor=example(shelf, at(1.0, 1)))
    assert places(both)[0] == ("a.mp4", 0)
    assert both.plan.weights["anchor"] == pytest.approx(0.5)
    assert sum(both.plan.weights.values()) == pytest.approx(1)
    assert {"lexical", "anchor"} <= set(both.hits[0].channels)
    assert shelf.ask("night", anchor=example(shelf, at(1.0, 1), weight=1.0)).plan.weights == {"anchor": 1.0}


def test_punctuation_beside_an_example_says_nothing(shelf: Shelf) -> None:
    shelf.add("a.mp4", SEEN)
    assert places(shelf.ask("?!", anchor=example(shelf, at(0.9)))) == [("a.mp4", 0)]


def test_a_sequence_and_an_example_do_not_go_together(shelf: Shelf) -> None:
    shelf.add("a.mp4", SEEN)
    with pytest.raises(UsageError, match="together with an example"):
        shelf.ask('"dog" then "car"', anchor=example(shelf, at(0.9)))


# -- one thing after another -------------------------------------------------------------------------------


def street(shelf: Shelf, videos: int = 3) -> None:
    shelf.axes |= {"dog": 0, "car": 1}
    for number in range(videos):
        look = 0.95 - 0.05 * number
        shelf.add(
            f"{number}.mp4",
            Shot(looks=((look, 0),)),
            Shot(looks=((0.1, 2),)),
            Shot(looks=((0.9, 1),)),
        )
    shelf.add("back.mp4", Shot(looks=((0.9, 1),)), Shot(looks=((0.9, 0),)))


def test_one_thing_after_another(shelf: Shelf) -> None:
    street(shelf)
    answer = shelf.ask('"dog" then "car"')
    assert places(answer) == [("0.mp4", 0), ("1.mp4", 0), ("2.mp4", 0)]
    for hit in answer.hits:
        assert [(link.video, link.scene) for link in hit.then] == [(hit.video, 2)]
        own = BACKGROUND.calibrated(hit.channels["visual"].raw)
        after = hit.then[0].score
        assert hit.score == pytest.approx(math.sqrt(own * after), abs=0.001)
    assert answer.plan.reason.count("; then ") == 1
    assert answer.query == '"dog" then "car"'
    assert shelf.ask('"dog" then "car"', within_s=9.0).hits == ()
    assert places(shelf.ask('"car" then "dog"')) == [("back.mp4", 0)]


def test_pages_of_sequences_are_full_and_do_not_overlap(shelf: Shelf) -> None:
    street(shelf, videos=8)
    whole = places(shelf.ask('"dog" then "car"', limit=8))
    assert len(set(whole)) == 8
    pages = [places(shelf.ask('"dog" then "car"', limit=3, offset=start)) for start in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [place for page in pages for place in page] == whole


def test_bands_of_sequences_are_filtered_before_the_page(shelf: Shelf) -> None:
    street(shelf, videos=8)
    every = shelf.ask('"dog" then "car"', limit=8).hits
    possible = [(hit.video, hit.scene) for hit in every if hit.band == "possible"]
    assert 0 < len(possible) < 8
    found = shelf.ask('"dog" then "car"', limit=2, bands=("possible",))
    assert places(found) == possible[:2]
    assert all(hit.band == "possible" for hit in found.hits)


def test_sequences_are_grouped_and_folded_like_everything_else(shelf: Shelf) -> None:
    shelf.axes |= {"dog": 0, "car": 1}
    for name in ("a.mp4", "b.mp4"):
        shelf.add(name, *(Shot(looks=((0.9, 0),)) for _ in range(5)), Shot(looks=((0.9, 1),)))
    grouped = shelf.ask('"dog" then "car"', group_by="video")
    assert [(group.video, len(group.hits), group.more) for group in grouped.groups] == [
        ("a.mp4", 3, 2),
        ("b.mp4", 3, 2),
    ]
    assert all(hit.then for group in grouped.groups for hit in group.hits)
    (hit,) = shelf.ask('"dog" then "car"', fold=True).hits
    assert hit.alike == 9


# -- groups, folds, pages ----------------------------------------------------------------------------------


def test_groups_count_videos_and_their_pages_are_full(shelf: Shelf) -> None:
    for number in range(5):
        shelf.add(f"{number}.mp4", *(Shot("a zebra", (0.9 - number / 20,)) for _ in range(5)))
    pages = [
        shelf.ask("zebra", mode="recall", group_by="video", limit=2, offset=start) for start in (0, 2, 4)
    ]
    assert [[group.video for group in page.groups] for page in pages] == [
        ["0.mp4", "1.mp4"],
        ["2.mp4", "3.mp4"],
        ["4.mp4"],
    ]
    first = pages[0].groups[0]
    assert ([hit.scene for hit in first.hits], first.more) == ([0, 1, 2], 2)
    assert [hit.video for hit in pages[0].hits] == ["0.mp4", "1.mp4"]
    assert shelf.ask("zebra", mode="recall").groups == ()


def test_scenes_that_look_the_same_are_folded_before_the_page(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot("a zebra", (0.9,)) for _ in range(6)), Shot("zebra", (0.5,)), Shot("zebra"))
    plain = shelf.ask("zebra", mode="recall", limit=8)
    assert len(plain.hits) == 8
    folded = shelf.ask("zebra", mode="recall", limit=3, fold=True)
    assert sorted((hit.scene, hit.alike) for hit in folded.hits) == [(0, 5), (6, 0), (7, 0)]
    grouped = shelf.ask("zebra", mode="recall", fold=True, group_by="video").groups[0]
    assert sorted((hit.scene, hit.alike) for hit in grouped.hits) == [(0, 5), (6, 0), (7, 0)]


@pytest.mark.parametrize("mode", ["recall", "rerank", "skip"])
def test_pages_are_full_and_do_not_overlap_also_where_all_is_even(shelf: Shelf, mode: str) -> None:
    for number in range(3):
        shelf.add(f"{number}.mp4", *(Shot("a zebra", (0.7,)) for _ in range(15)))
    whole = places(shelf.ask("zebra", mode=mode, limit=45))
    assert len(set(whole)) == 45
    pages = [places(shelf.ask("zebra", mode=mode, limit=10, offset=start)) for start in range(0, 50, 10)]
    assert [len(page) for page in pages] == [10, 10, 10, 10, 5]
    assert [place for page in pages for place in page] == whole


def test_pages_beyond_the_first_pool_are_full_and_do_not_overlap(shelf: Shelf) -> None:
    shelf.add(
        "long.mp4",
        *(Shot(f"zebra {'crossing' if i % 3 else 'and a lion'}", (0.9 - i / 1000,)) for i in range(700)),
    )
    for mode in ("recall", "rerank"):
        pages = [
            places(shelf.ask("zebra crossing", mode=mode, limit=100, offset=start))
            for start in range(0, 700, 100)
        ]
        assert [len(page) for page in pages[:-1]] == [100] * 6
        found = [place for page in pages for place in page]
        assert len(set(found)) == len(found) > 650  # what is seen well, and spoken of too far down, is hidden
        assert found == places(shelf.ask("zebra crossing", mode=mode, limit=700))


def test_bands_are_filtered_before_the_page(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot(looks=(0.9 if i % 2 else 0.55,)) for i in range(10)))
    answer = shelf.ask("zebra", mode="recall", bands=("possible",), limit=5)
    assert [hit.scene for hit in answer.hits] == [0, 2, 4, 6, 8]


def test_a_page_is_filled_from_below_the_pool_where_bands_groups_or_folds_leave_room(shelf: Shelf) -> None:
    shelf.add("long.mp4", *(Shot(looks=(0.9,)) for _ in range(350)))
    shelf.add("more.mp4", *(Shot(looks=(0.55,)) for _ in range(12)))
    possible = shelf.ask("zebra", mode="recall", bands=("possible",))
    assert places(possible) == [("more.mp4", index) for index in range(10)]
    groups = shelf.ask("zebra", mode="recall", group_by="video").groups
    assert [(group.video, group.more) for group in groups] == [("long.mp4", 347), ("more.mp4", 9)]
    whole = places(shelf.ask("zebra", mode="recall", limit=400))
    assert whole[350:] == [("more.mp4", index) for index in range(12)]
    assert len(set(whole)) == 362
    assert places(shelf.ask("zebra", mode="recall", offset=345)) == whole[345:355]


# -- what fails in the database ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["recall", "rerank"])
@pytest.mark.parametrize("broken", ["visual", "audio"])
def test_a_channel_that_the_database_cannot_search_leaves_the_others(
    shelf: Shelf, mode: str, broken: Channel
) -> None:
    shelf.add(
        "a.mp4",
        *(Shot("a zebra" if i % 2 else "a lion", (0.9 - i / 10,), 0.4 + i / 10) for i in range(5)),
    )
    others = Shelf(shelf.database, shelf.server, shelf.name, shelf.owner)
    others.spaces = {channel: space for channel, space in shelf.spaces.items() if channel != broken}
    alone = others.ask("zebra", mode=mode, limit=5)
    assert alone.hits
    whole = shelf.ask("zebra", mode=mode, limit=5)
    table = partition(shelf.space(broken).id)
    with shelf.migrator() as admin:
        admin.execute(SQL("drop index {}").format(Identifier(f"{table}_vector_idx")))
        # a vector of another length, which no comparison takes
        admin.execute(SQL("update {} set vector = '[1,0,0]'").format(Identifier(table)))
    answer = shelf.ask("zebra", mode=mode, limit=5)
    assert answer.degraded == (f"{broken}: the database could not search in it",)
    assert [(hit.scene, hit.score, hit.band) for hit in answer.hits] == [
        (hit.scene, hit.score, hit.band) for hit in alone.hits
    ]
    assert answer.hidden == alone.hidden
    assert places(answer) != places(whole) or broken == "audio"
    assert replace(answer.plan, reason="") == replace(alone.plan, reason="")


def test_a_channel_that_takes_too_long_in_the_database_leaves_the_others(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot("a zebra", (0.9,)) for _ in range(3)))
    with shelf.migrator() as admin:
        # a policy that sleeps makes every look at the vectors slow
        admin.execute(
            "create function slowly() returns boolean language sql volatile as 'select pg_sleep(5) is not null'"
        )
        admin.execute("create policy slow on embeddings as restrictive using (slowly())")
        timeout = SQL("alter role scenedex_app in database {} set statement_timeout = '1s'")
        admin.execute(timeout.format(Identifier(shelf.name)))
    with Database.at(shelf.server, shelf.name) as fresh:
        slow = Shelf(fresh, shelf.server, shelf.name, shelf.owner, spaces=shelf.spaces)
        answer = slow.ask("zebra", mode="recall")
    assert answer.degraded == ("visual: the database could not search in it",)
    assert len(answer.hits) == 3
    assert all(set(hit.channels) == {"lexical"} for hit in answer.hits)


def test_scenes_that_cannot_be_compared_are_not_folded(shelf: Shelf) -> None:
    shelf.add("a.mp4", *(Shot("a zebra", (0.9,)) for _ in range(3)))
    with shelf.migrator() as admin:
        admin.execute(SQL("revoke select on {} from scenedex_app").format(Identifier("embeddings")))
    answer = shelf.ask("zebra", mode="skip", fold=True)
    assert len(answer.hits) == 3


# -- queries nobody should type -----------------------------------------------------------------------------

HOSTILE = [
    "?!…",
    "😀🦓",
    "'; drop table scenes; --",
    "zebra' or '1'='1",
    "zebra & !lion | (a <-> b):*",
    "<mark>zebra</mark>",
    "%(owner)s %s {} $1 \\",
    "חֲזִיר \u202ezebra\u202c مرحبا",
    "zebra\x00lion",
    "\ud800 zebra",
    "\u200b\u200d",
    "a" * 2000,
    '"' * 50,
    '"zebra" then',
    "null",
    "\n\t zebra \r",
]


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("mode", ["recall", "rerank", "skip"])
def test_hostile_queries_have_a_sensible_answer(shelf: Shelf, query: str, mode: str) -> None:
    animals(shelf)
    answer = shelf.ask(query, mode=mode)
    assert answer.query == query
    assert answer.degraded == ()
    if "zebra" in query:
        assert {("a.mp4", 0), ("a.mp4", 2)} <= set(places(answer))
    else:
        assert not {("a.mp4", 1), ("a.mp4", 3)} & {
            (hit.video, hit.scene) for hit in answer.hits if "lexical" in hit.channels
        }
    assert shelf.ask("zebra", mode=mode).hits  # nothing was broken by it


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "query is empty"), (" \n", "query is empty"), ("a" * 10_000, "10,000 characters")],
)
def test_queries_that_are_none(shelf: Shelf, query: str, said: str) -> None:
    animals(shelf)
    with pytest.raises(UsageError, match=said):
        shelf.ask(query)
