"""The router: what a query looks for, by the words in it."""

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.search.router_labels import HALVES, PAGE, agreement, in_page, judged, labelled, tables

from scenedex.search.question import MAX_QUERY
from scenedex.search.reading import read
from scenedex.search.router import Route, route


@pytest.mark.parametrize(
    ("query", "mode", "confidence"),
    [
        ("red car driving", "recall", 0.9),
        ("person in crowd", "rerank", 0.7),
        ("he says goodbye", "skip", 0.9),
        ("tteokbokki scene", "rerank", 0.5),
        ("떡볶이 장면", "rerank", 0.5),
        ("what is the theme?", "skip", 0.7),
        ("dog", "rerank", 0.5),
        ("siren in the distance", "rerank", 0.5),
        ("the line where he says the red car is his", "skip", 0.9),
        ("빨간 차가 자기 거라고 말하는 부분", "skip", 0.9),
        ("", "rerank", 0.5),
        ("?!…", "rerank", 0.5),
    ],
)
def test_what_is_expected_of_it(query: str, mode: str, confidence: float) -> None:
    found = route(query)
    assert (found.mode, found.confidence) == (mode, confidence), found.reason


def test_the_reason_names_the_words_as_typed_and_what_they_are() -> None:
    found = route("a RED Car driving; red cars")
    assert found.reason == "object: Car; attribute: RED; action: driving"
    assert found.signals == {"object": ("Car",), "attribute": ("RED",), "action": ("driving",)}
    assert route("zxqv").reason == "no word says whether it is seen or said"


@pytest.mark.parametrize(
    ("plain", "quoted"),
    [
        ("red car driving", '"red car driving"'),
        ("검은 개가 달린다", "「검은 개가 달린다」"),
        ("big dog", "‘big dog’"),
    ],
)
def test_quotation_marks_lean_to_speech(plain: str, quoted: str) -> None:
    assert route(plain).mode != "skip"
    assert route(quoted).mode == "skip"


@pytest.mark.parametrize(
    "query", ['red car driving "', '"" red car driving', '"…" red car driving', "dogs' red car driving"]
)
def test_marks_without_words_between_them_quote_nothing(query: str) -> None:
    assert route(query).mode == "recall"


@pytest.mark.parametrize(
    "query",
    ["siren in the distance", "사이렌 소리", "applause", "개 짖는 소리", "a red car honking in traffic"],
)
def test_a_sound_raises_the_audio_channel(query: str) -> None:
    found = route(query)
    assert found.signals["sound"]
    assert found.scale["audio"] > route("").scale["audio"]


@pytest.mark.parametrize(
    ("query", "visual"),
    [
        ("the woman in the red dress says she saw a horse", {"woman", "red", "dress"}),
        ("he explains how the engine of the truck works while riding a bicycle", {"riding", "bicycle"}),
        ("the story about the dog", set()),
        ("a plane about to land", {"plane", "land"}),
        ("파란 옷을 입은 아이가 강아지를 키우자고 조르는 장면", {"파란", "옷을", "입은", "아이가"}),
        ("교수님이 자동차 엔진을 설명하는 부분", set()),
        ("대통령 연설", set()),
        ("my father's red car", {"red", "car"}),
        ("강아지 두 마리", {"강아지", "두"}),
        ("의자 세 개", {"의자", "세"}),
        ("why did she run away", set()),
        ("my colleague asks the mayor for a discount", set()),
        ("how many people were killed", set()),
    ],
)
def test_what_is_said_and_who_says_it_is_not_seen(query: str, visual: set[str]) -> None:
    found = route(query).signals
    assert {
        word for kind in ("shot", "object", "attribute", "action") for word in found.get(kind, ())
    } == visual


@pytest.mark.parametrize(
    "query",
    [
        "red dress 입은 여자가 dancing",
        "빨간 car가 driving",
        "blue sky에서 flying하는 bird를",
        "CAFÉ에서 coffee를 마시는 man",
    ],
)
def test_both_languages_in_one_query(query: str) -> None:
    assert route(query).mode == "recall"


def test_a_person_who_talks_is_seen_among_other_things_and_heard_alone() -> None:
    assert "action" in route("two women arguing in the kitchen").signals
    assert "speech" in route("people from work arguing about the kitchen").signals
    assert route("말을 타고 초원을 달리는 소녀").signals["object"] == ("초원을", "소녀", "말을")
    assert route("그가 한 말").signals == {"speech": ("한", "말")}


def test_the_sound_of_a_thing_is_not_its_picture() -> None:
    assert route("an old beer bottle opening").mode == "recall"
    assert route("sound of an old beer bottle opening").mode == "rerank"
    assert route("오래된 맥주 캔 따는 소리").mode == "rerank"


TEXT = st.text(max_size=200) | st.lists(
    st.sampled_from(
        [word for one in labelled() for word in [*one.query.split(), '"', "“", "'", "라고", "about", "?"]]
    ),
    max_size=12,
).map(" ".join)


def check(query: str) -> Route:
    found = route(query)
    assert found.mode in ("recall", "rerank", "skip")
    assert 0 <= found.confidence <= 1
    assert all(word in found.reason for words in found.signals.values() for word in words)
    assert {channel for channel, factor in found.scale.items() if factor == 0} == (
        {"visual"} if found.mode == "skip" else set()
    )
    assert all(factor >= 0 for factor in found.scale.values())
    assert route(query) == found
    return found


@settings(deadline=None)
@given(TEXT)
@example("\udcff")
@example("a" * MAX_QUERY)
@example("가" * MAX_QUERY)
@example("'\"“‘" * (MAX_QUERY // 4))
@example("about 라고 하는 " * (MAX_QUERY // 12))
@example("e\u0301\u0301" * (MAX_QUERY // 3))
@example("ㄱㅏㄴ ᄀᆞᆫ 한글ㅋㅋ")
def test_any_text_has_a_route(query: str) -> None:
    check(query)


@settings(deadline=None)
@given(TEXT)
def test_case_and_space_change_nothing(query: str) -> None:
    assert route(f"  {query}\t").mode == route(query).mode
    if query.isascii():
        assert route(query.upper()).mode == route(query).mode


@settings(deadline=None)
@given(TEXT)
def test_a_quoted_query_shows_nothing(query: str) -> None:
    inside = "".join(c for c in query if c not in "\"“”„«»「」『』'‘’") + "x"
    assert not {"shot", "object", "attribute", "action"} & set(route(f'"{inside}"').signals)


def test_the_same_in_every_process() -> None:
    program = (
        "from tests.unit.search.router_labels import judged\n"
        "import hashlib\n"
        "print(hashlib.sha256(repr([one.route for one in judged()]).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_the_labelled_set_is_what_it_says() -> None:
    queries = labelled()
    assert len({one.query for one in queries}) == len(queries) >= 320
    assert all(one.half in HALVES and one.mode in ("recall", "rerank", "skip") for one in queries)
    korean = [one for one in queries if any("가" <= c <= "힣" for c in one.query)]
    assert {one.query for one in korean} >= {one.query for one in queries if one.language == "ko"}
    for half in HALVES:
        assert sum(one.half == half for one in queries) >= 160
    assert sum(one.language != "en" for one in queries) >= 0.48 * len(queries)


@pytest.mark.parametrize("half", HALVES)
def test_agreement_with_the_labels(half: str) -> None:
    assert agreement(one for one in judged() if one.labelled.half == half) >= 0.93


@pytest.mark.parametrize("languages", [{"en"}, {"ko", "mixed"}])
def test_agreement_in_each_language(languages: set[str]) -> None:
    assert agreement(one for one in judged() if one.labelled.language in languages) >= 0.93


def test_the_page_has_the_table_of_errors() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert in_page(page) == tables(judged()), "run: python -m tests.unit.search.router_labels"


def test_words_keep_their_place() -> None:
    text = "빨간 Car가 달린다"
    assert [(word.text, word.start) for word in read(text).words] == [
        ("빨간", 0),
        ("Car가", 3),
        ("달린다", 8),
    ]
