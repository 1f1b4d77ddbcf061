"""Evaluation of a search that knows its answers."""

import pytest
from tests.unit.search.evaluated import FakeSearch, case, scene_target

from scenedex.search.evaluation import Disagreement, evaluate

FOUND = {
    "seen": {0: {"visual": 0.9}, 1: {"visual": 0.6}},
    "said": {1: {"lexical": 0.9}, 2: {"visual": 0.6}},
    "hidden": {3: {"visual": 0.1}},
    "absent": {4: {"visual": 0.9}},
}
CASES = [
    case("seen", scene_target(0), kind="pictures", mode="recall"),
    case("said", scene_target(1), kind="words", mode="skip"),
    case("hidden", scene_target(3), kind="pictures"),
    case("absent", kind="absent"),
    case("silence", kind="absent"),
]


def test_modes_channels_and_kinds() -> None:
    found = evaluate(CASES, FakeSearch(FOUND))  # type: ignore[arg-type]
    assert found.queries == 5
    assert set(found.modes) == {"auto", "recall", "rerank", "skip"}
    first = {mode: figures.recall_1 for mode, figures in found.modes.items() if figures}
    assert first == pytest.approx({"auto": 2 / 3, "recall": 2 / 3, "rerank": 2 / 3, "skip": 1 / 3})
    alone = {channel: figures.recall_1 for channel, figures in found.channels.items() if figures}
    assert alone == pytest.approx({"visual": 1 / 3, "audio": 0, "lexical": 1 / 3})
    assert {kind: figures.queries for kind, figures in found.kinds.items()} == {"pictures": 2, "words": 1}
    assert found.kinds["words"].ndcg_10 == 1


def test_what_went_wrong_is_named() -> None:
    found = evaluate(CASES, FakeSearch(FOUND))  # type: ignore[arg-type]
    assert found.missed == ("hidden",)
    assert found.loud == ("absent",)
    assert found.silent == 0.5
    assert found.router == 0.5
    assert found.disagreements == (Disagreement(query="said", expected="skip", decided="recall"),)


def test_what_was_not_asked_has_no_figure() -> None:
    found = evaluate([case("silence")], FakeSearch(FOUND))  # type: ignore[arg-type]
    assert found.router is None
    assert found.modes["auto"] is None
    assert found.silent == 1
    only = evaluate([case("seen", scene_target(0))], FakeSearch(FOUND))  # type: ignore[arg-type]
    assert only.silent is None


def test_a_channel_alone_is_asked_with_no_other() -> None:
    search = FakeSearch(FOUND)  # type: ignore[arg-type]
    evaluate(CASES[:1], search)
    assert [asked for asked in search.asked if asked[1] is not None] == [
        ("seen", {"visual": 1.0}, "recall"),
        ("seen", {"audio": 1.0}, "skip"),
        ("seen", {"lexical": 1.0}, "skip"),
    ]


def test_times_are_those_of_the_searches_and_the_first_one_loads_the_models() -> None:
    steps = iter([0.0, 0.010, 1.0, 1.020, 2.0, 2.500, *(float(n) for n in range(3, 100))])
    search = FakeSearch(FOUND)  # type: ignore[arg-type]
    found = evaluate(CASES[:3], search, lambda: next(steps))
    assert found.times["auto"].p50_ms == pytest.approx(20)
    assert found.times["auto"].p95_ms == pytest.approx(500)
    assert search.asked[0] == search.asked[1] == ("seen", None, "auto")
