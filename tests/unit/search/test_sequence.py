"""One thing after another: the words of a query, and the chains of scenes."""

import itertools
import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.search.judgements import place, placed

from scenedex.errors import UsageError
from scenedex.search.cutoff import Placed
from scenedex.search.question import MAX_QUERY
from scenedex.search.sequence import Chain, chains, split_sequence


@pytest.mark.parametrize(
    "query",
    [
        '"dog" then "car"',
        '  "dog"  THEN  "car"  ',
        "“dog” then “car”",
        "„dog“ then „car“",
        "«dog» then «car»",
        "「dog」 then 「car」",
        "『dog』 then «car»",
        '"dog", then "car"',
        '"dog" then, "car"',
        '"dog" and then "car"',
        '"dog" after that "car"',
        '"dog" followed by "car"',
        '"dog" → "car"',
        '"dog"->"car"',
        '"dog" 다음 "car"',
        '"dog" 다음에 "car"',
        '"dog" 그 다음에 "car"',
        '"dog" 그다음 "car"',
        '"dog" 그런 다음 "car"',
        '"dog" 그리고 나서 "car"',
        '"dog" 그러고 나서 "car"',
        '"dog" 그 후에 "car"',
        '"dog" 이후에 "car"',
        '"dog" 뒤에 "car"',
    ],
)
def test_two_quoted_parts_and_a_word_between_them(query: str) -> None:
    assert split_sequence(query) == ("dog", "car")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "dog then car",
        '"dog" then',
        'then "car"',
        '"dog then car"',
        '"dog" "car"',
        '"dog" or "car"',
        '"dog" then car',
        'a "dog" then "car"',
        '"dog" then "car" then',
        '"" then "car"',
        '"dog" authentic "car"',
    ],
)
def test_anything_else_is_one_query(query: str) -> None:
    assert split_sequence(query) == (query,)


def test_parts_keep_their_words_and_other_quotation_marks() -> None:
    assert split_sequence('"빨간 자동차" 다음에 "개"') == ("빨간 자동차", "개")
    assert split_sequence('"a dog" then "he says «no»" then "rain then snow"') == (
        "a dog",
        "he says «no»",
        "rain then snow",
    )


def test_at_most_five_parts() -> None:
    assert len(split_sequence(" then ".join(['"x"'] * 5))) == 5
    with pytest.raises(UsageError, match="At most 5 things can follow one another, these are 6"):
        split_sequence(" then ".join(['"x"'] * 6))


@pytest.mark.parametrize("filler", [" ", ",", '"', '" ', '"a"', "then ", '"a" then ', "「", "다음 ", "\t\n"])
def test_hostile_queries_are_read_at_once(filler: str) -> None:
    """An expression that backtracks would not come to an end here."""
    query = '"a"' + filler * (MAX_QUERY // len(filler) - 4)
    assert split_sequence(query + "x") == (query + "x",)
    long = '"a" then "b"' * MAX_QUERY
    assert split_sequence(long) == (long,)


scores = st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 0.95])


@st.composite
def parts_of(draw: st.DrawFn) -> list[list[Placed]]:
    """What each of two to four parts found in two videos of scenes of any length."""
    lengths = {
        video: draw(st.lists(st.floats(0.5, 40), min_size=1, max_size=8)) for video in ("a.mp4", "b.mp4")
    }
    spans = {
        video: list(itertools.pairwise(itertools.accumulate(of, initial=0.0)))
        for video, of in lengths.items()
    }
    every = [(video, index) for video, of in spans.items() for index in range(len(of))]
    found = []
    for _ in range(draw(st.integers(2, 4))):
        places = draw(st.lists(st.sampled_from(every), unique=True, max_size=10))
        found.append([placed(index, draw(scores), video, spans[video][index]) for video, index in places])
    return found


def follows(one: Placed, other: Placed, within_s: float) -> bool:
    before, after = one.card.scene, other.card.scene
    return (
        before.video_id == after.video_id
        and after.index > before.index
        and after.start_s - before.end_s <= within_s
    )


def brute(found: list[list[Placed]], within_s: float) -> dict[tuple[str, int], float]:
    """Where a chain can begin → the greatest product, by looking at all of them."""
    best: dict[tuple[str, int], float] = {}
    for links in itertools.product(*found):
        if all(follows(one, other, within_s) for one, other in itertools.pairwise(links)):
            worth = math.prod(link.score for link in links)
            best[place(links[0])] = max(best.get(place(links[0]), 0.0), worth)
    return best


@settings(max_examples=300, deadline=None)
@given(parts_of(), st.floats(0.1, 60))
def test_the_best_chain_from_each_first_scene(found: list[list[Placed]], within_s: float) -> None:
    made = chains(found, within_s)
    for chain in made:
        assert len(chain.links) == len(found)
        assert all(follows(one, other, within_s) for one, other in itertools.pairwise(chain.links))
        assert all(link in part for link, part in zip(chain.links, found, strict=True))
    worth = {place(chain.first): math.prod(link.score for link in chain.links) for chain in made}
    assert len(worth) == len(made)
    assert worth == pytest.approx(brute(found, within_s))
    in_order = [round(chain.score, 9) for chain in made]
    assert in_order == sorted(in_order, reverse=True)


def test_a_chain_is_worth_the_geometric_mean_and_as_sure_as_its_weakest_link() -> None:
    chain = Chain((placed(0, 0.9), placed(1, 0.4)))
    assert chain.score == pytest.approx(0.6)
    assert chain.band == "weak"
    assert Chain((placed(0, 0.9),)).score == pytest.approx(0.9)
    assert Chain((placed(0, 0.9), placed(1, 0.86))).band == "strong"


def test_even_chains_come_by_name_and_scene_and_take_the_nearest_follower() -> None:
    found = [
        [placed(4), placed(2), placed(0, video="b.mp4"), placed(0)],
        [placed(index, 0.5, video) for video in ("b.mp4", "a.mp4") for index in range(8)],
    ]
    made = chains(found, 60)
    assert [[place(link) for link in chain.links] for chain in made] == [
        [("a.mp4", 0), ("a.mp4", 1)],
        [("a.mp4", 2), ("a.mp4", 3)],
        [("a.mp4", 4), ("a.mp4", 5)],
        [("b.mp4", 0), ("b.mp4", 1)],
    ]


def test_the_time_counts_from_the_end_of_one_to_the_start_of_the_next() -> None:
    found = [[placed(0)], [placed(4)]]
    assert len(chains(found, 30.0)) == 1
    assert chains(found, 29.9) == []
    assert chains([[placed(1)], [placed(1), placed(0)]], 1000) == []
    assert chains([[placed(0)], [placed(1, video="b.mp4")]], 1000) == []
    assert chains([[], [placed(1)]], 60) == chains([[placed(1)], []], 60) == []


def test_what_it_costs_grows_with_the_scenes_and_not_with_their_pairs() -> None:
    """Counted, not timed: five parts that each found the same scenes."""

    def calls(scenes: int) -> int:
        found = [[placed(index, 0.5 + index % 7 / 20) for index in range(scenes)] for _ in range(5)]
        count = 0

        def on(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(on)
        try:
            assert len(chains(found, 10_000.0)) == scenes - 4
        finally:
            sys.setprofile(before)
        return count

    assert calls(600) < 3 * calls(300)
