"""What is fused again in memory is what the search would answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.evaluated import DEFAULTS, FakeSearch, answer, case, hit, scene_target

from scenedex.search.fusion import fused, rescaled
from scenedex.search.outcomes import gain, rank_hits
from scenedex.search.refusion import Pool, fused_again, pool_of, scored
from scenedex.search.tuning import grid

CHANNELS = tuple(DEFAULTS)

SCORES = st.fixed_dictionaries({}, optional={channel: st.floats(0.001, 1) for channel in CHANNELS})


@given(st.lists(SCORES, min_size=1, max_size=6), st.tuples(*[st.floats(0.01, 1)] * 3))
def test_scores_of_many_weightings_are_those_of_fusion(
    scenes: list[dict[str, float]], weights: tuple[float, ...]
) -> None:
    pool = Pool(
        case=case("q", scene_target(0)),
        shown=((),) * len(scenes),
        calibrated=np.array([[scene.get(channel, 0.0) for channel in CHANNELS] for scene in scenes]),
        first=np.zeros(len(scenes), dtype=bool),
        worded=np.zeros(len(scenes), dtype=bool),
        lexical=1,
        factors=np.ones(3),
    )
    present = {channel for scene in scenes for channel in scene}
    shared = rescaled(dict(zip(CHANNELS, weights, strict=True)), present)
    found = scored(pool, np.array([weights]) / sum(weights))[:, 0]
    assert found == pytest.approx([fused(scene, shared) for scene in scenes], abs=1e-9)  # type: ignore[arg-type]
    without = scored(replace(pool, factors=np.array([0.0, 1.0, 1.0])), np.array([weights]) / sum(weights))[
        :, 0
    ]
    left = rescaled(dict(zip(CHANNELS[1:], weights[1:], strict=True)), present)
    assert without == pytest.approx([fused(scene, left) for scene in scenes], abs=1e-9)  # type: ignore[arg-type]


def test_what_is_fused_again_in_memory_is_what_the_search_answers() -> None:
    random = np.random.default_rng(5)
    found = {
        f"q{n}": {
            scene: {channel: float(random.random()) for channel in CHANNELS if random.random() < 0.6}
            or {"visual": 0.4}
            for scene in range(25)
        }
        for n in range(20)
    }
    cases = [case(query, scene_target(n % 5), scene_target(7)) for n, query in enumerate(found)]
    search, deep = FakeSearch(found), FakeSearch(found, limit=1000)  # type: ignore[arg-type]
    points = grid(list(DEFAULTS.values()))[::23]
    for one in cases:
        query = one.judgement.query
        pool = pool_of(one, search(query, None, "auto"), deep, DEFAULTS, CHANNELS)
        again = fused_again(pool, points)
        for number in range(len(points)):
            weights = dict(zip(CHANNELS, points[number].tolist(), strict=True))
            asked = search(query, weights, "auto")
            assert again[number] == pytest.approx(gain(rank_hits(asked.hits, one.targets), one.targets)), (
                weights
            )


def test_scenes_that_the_order_of_words_puts_first_stay_there() -> None:
    said = hit(0, {"lexical": 0.2}, score=0.2)
    better = hit(1, {"visual": 0.9, "lexical": 0.1}, score=0.9)

    def search(query: str, weights: object, mode: object) -> object:
        return answer(query, [said, better])

    one = case("q", scene_target(0))
    pool = pool_of(one, answer("q", [said, better]), search, DEFAULTS, CHANNELS)  # type: ignore[arg-type]
    assert pool.first.tolist() == [True, False]
    first, without_words = fused_again(pool, np.array([[0.9, 0.05, 0.05], [1.0, 0.0, 0.0]]))
    assert first == 1
    assert without_words == 0


def test_what_the_plan_leaves_out_has_no_say() -> None:
    found = {"q": {0: {"lexical": 0.6}, 1: {"visual": 0.9, "lexical": 0.1}}}
    one, search = case("q", scene_target(0)), FakeSearch(found)  # type: ignore[arg-type]
    points = np.array([[0.9, 0.05, 0.05]])
    planned = pool_of(one, search("q", None, "skip"), search, DEFAULTS, CHANNELS)
    assert fused_again(planned, points) == [1.0]
    assert fused_again(pool_of(one, search("q", None, "auto"), search, DEFAULTS, CHANNELS), points)[0] < 1


def test_a_query_that_finds_nothing() -> None:
    search = FakeSearch({})
    pool = pool_of(case("q", scene_target(0)), search("q", None, "auto"), search, DEFAULTS, CHANNELS)
    assert fused_again(pool, grid(list(DEFAULTS.values()))[:5]) == [0.0] * 5
