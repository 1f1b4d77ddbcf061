"""Words → terms: what people type finds what was said."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.embeddings.terms import (
    MAX_QUERY_TERMS,
    MAX_TERM,
    TITLE_TF,
    query_terms,
    query_words,
    scene_terms,
    terms,
    title_terms,
)


def finds(query: str, text: str) -> bool:
    """Whether a term of the query meets a term of the text, as the store compares them."""
    have = terms(text)
    return any(
        any(t.startswith(q[:-1]) for t in have) if q.endswith("*") else q in have for q in query_terms(query)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cars were driving, drives, drove & driven", "the car were drive drive drive drive"),
        ("Children's feet; two women, buses", "child foot two woman bus"),
        (
            "don't DON’T it's we've o'clock O'Brien l'heure d'accord",
            "dont dont it we oclock obrien heur accord",
        ),
        ("animals animated important import", "animal anim important import"),
        ("IMG_2041-beach_day.final.MP4", "img 2041 beach day final mp4"),
        ("H264 4K 1080p B52 t-rex", "h264 4k 1080p b52 t rex"),
        ("Café naïve Straße Ærø łódź İstanbul", "cafe naiv strass aero lodz istanbul"),
        ("ＨＤ ① ½ ﬁlm", "hd 1 1 2 film"),
        ("Ёлка мой", "елка мой"),
        ("مُحَمَّد أحمد مدينة", "محمد احمد مدينه"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("黒い犬", "黒い い犬 犬"),
        ("😀 👩‍👩‍👧 a😀b — … !?", "a b"),
        ("a\x00b\ud800c\u200b", "a b c"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_terms_of_many_scripts(text: str, expected: str) -> None:
    assert terms(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("떡볶이를", ["떡볶", "볶이", "떡볶이"]),
        ("사람이", ["사람"]),
        ("사람에서는", ["사람"]),
        ("비가", ["비가", "비"]),
        ("비", ["비"]),
        ("집에서", ["집에서", "집"]),
        ("텔레비전은", ["텔레", "레비", "비전", "텔레비전"]),
        ("2024년", ["2024", "년"]),
        ("HD를", ["hd"]),
    ],
)
def test_korean_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected
    assert terms(unicodedata.normalize("NFD", text)) == expected


@pytest.mark.parametrize(
    "particle", ["", "을", "를", "이", "가", "은", "는", "에서", "에게", "으로", "까지", "의", "와", "과"]
)
@pytest.mark.parametrize("noun", ["고양이", "떡볶이", "자동차", "사람", "바다", "텔레비전"])
def test_a_korean_noun_is_found_with_any_particle(noun: str, particle: str) -> None:
    text = f"어제 {noun}{particle} 봤다"
    assert finds(noun, text)
    assert finds(noun + "를", text)
    word = query_words(noun + "를")[0]
    assert word.share(terms(text)) == 1.0


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("비", "오늘 비가 온다", True),
        ("비", "눈이 온다", False),
        ("떡볶이 장면 HD", "떡볶이를 먹는 장면", True),
        ("犬", "黒い犬", True),
        ("犬", "犬が走る", True),
        ("猫", "犬が走る", False),
        ("café", "the CAFE opens", True),
        ("drove", "a man drives", True),
        ("mp4", "holiday.MP4", True),
    ],
)
def test_queries_find_texts(query: str, text: str, found: bool) -> None:
    assert finds(query, text) is found


def test_stop_words_are_dropped_only_when_something_is_left() -> None:
    assert query_terms("the cat is on the mat") == ["cat", "mat"]
    assert query_terms("To be, or not to be") == ["to", "be", "or", "not"]
    assert query_terms("how are you?") == ["how", "are", "you"]


def test_prefix_terms_are_for_words_of_one_syllable_alone() -> None:
    assert query_terms("비") == ["비*"]
    assert query_terms("犬") == ["犬*"]
    assert query_terms("비가") == ["비가", "비"]
    assert query_terms("2024년") == ["2024", "년"]
    assert query_terms("a") == ["a"]


def test_query_terms_are_few_and_each_once() -> None:
    assert query_terms("car cars CAR") == ["car"]
    assert len(query_terms(" ".join(f"w{i}" for i in range(500)))) == MAX_QUERY_TERMS
    assert query_terms("?! …") == []


def test_scene_terms_count_words_and_weigh_titles_less() -> None:
    scene = scene_terms(["A red car.", "The car stops"], ["beach_car.mp4"])
    assert scene.tf["car"] == pytest.approx(2 + TITLE_TF)
    assert scene.tf["beach"] == pytest.approx(TITLE_TF)
    assert scene.tf["red"] == 1
    assert scene.length == 6


def test_a_line_that_repeats_counts_once() -> None:
    twice = scene_terms(["Hello  there", "hello there", "Hallo"], [])
    assert twice == scene_terms(["Hello there", "Hallo"], [])
    assert twice.tf["hello"] == 1


def test_a_title_gives_its_parts() -> None:
    assert {"bigbuckbunny2", "big", "buck", "bunni", "mp4"} <= set(title_terms("BigBuckBunny2.mp4"))
    assert title_terms("a1b2c3d4e5f607.mp4") == ["a1b2c3d4e5f607", "mp4"]
    assert scene_terms([], ["-rf 'quote' & $(x) 水.mp4"]).tf.keys() == {"rf", "quot", "x", "水", "mp4"}
    assert scene_terms([], []).length == 0
    assert scene_terms([], ["beach.mp4"]).length == 0


def test_terms_fit_the_index() -> None:
    assert all(len(t) <= MAX_TERM for t in terms("x" * 1000 + " " + "가" * 1000))


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_gives_clean_terms(text: str) -> None:
    found = terms(text)
    assert all(t and len(t) <= MAX_TERM for t in found)
    assert all("\x00" not in t and not any(0xD800 <= ord(c) < 0xE000 for c in t) for t in found)
    assert not any(t.endswith("*") for t in found)
    assert terms(text) == found
    assert bool(query_terms(text)) <= bool(found)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_case_and_composition_do_not_matter(text: str) -> None:
    assert terms(unicodedata.normalize("NFC", text)) == terms(
        unicodedata.normalize("NFC", unicodedata.normalize("NFD", text))
    )


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"], max_codepoint=0x7F), min_size=1, max_size=30))
def test_english_case_does_not_matter(word: str) -> None:
    assert terms(word.upper()) == terms(word.lower())


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2_000_000,
        "漢" * 300_000,
        "a" + "\u0301\u0327" * 1_000_000,
        "a'" * 500_000,
        "\ufdfa" * 50_000,
        " " * 2_000_000,
    ],
    ids=["letters", "ideographs", "marks", "apostrophes", "ligatures", "spaces"],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    terms(text)
    assert time.process_time() - began < 5.0
