"""Snippets: marked where they match, escaped everywhere."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.embeddings.terms import query_terms
from scenedex.search.marking import SNIPPET, mark


def marked(text: str, query: str) -> str:
    return mark(text, query_terms(query))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("The driver drives", "driving", "The driver <mark>drives</mark>"),
        ("떡볶이를 먹는다", "떡볶이", "<mark>떡볶이를</mark> 먹는다"),
        ("오늘 비가 온다", "비", "오늘 <mark>비가</mark> 온다"),
        ("黒い犬が走る", "犬", "黒い<mark>犬</mark>が走る"),
        ("黒い犬が走る", "黒い犬", "<mark>黒い犬</mark>が走る"),
        ("Café!", "cafe", "<mark>Café</mark>!"),
        ("the cat", "the cat", "the <mark>cat</mark>"),
        ("two\nlines\tof  it", "lines", "two <mark>lines</mark> of it"),
        ("nothing here", "zebra", "nothing here"),
        ("", "zebra", ""),
        ("<script>car</script>", "car", "&lt;script&gt;<mark>car</mark>&lt;/script&gt;"),
        ("a\u202eb\x1b[31m car", "car", "a b [31m <mark>car</mark>"),
    ],
)
def test_marks(text: str, query: str, expected: str) -> None:
    assert marked(text, query) == expected


def test_a_long_text_is_cut_around_the_words() -> None:
    text = "lorem ipsum " * 50 + "the red car at night " + "dolor sit " * 50
    shown = marked(text, "red car night")
    assert "<mark>red</mark> <mark>car</mark> at <mark>night</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert re.fullmatch(r"(lorem|ipsum|the|red|car|at|night|dolor|sit|…| )+", re.sub("</?mark>", "", shown))


def visible(snippet: str) -> str:
    return html.unescape(re.sub("</?mark>", "", snippet)).removeprefix("… ").removesuffix(" …")


@given(
    st.text(alphabet=st.sampled_from("ab <>&\"' \u202e\x00\ud800漢字가나🎬.-e\u0301"), max_size=400),
    st.text(max_size=20),
)
def test_the_result_is_short_and_holds_no_markup_but_marks(text: str, query: str) -> None:
    snippet = mark(text, query_terms(query + " " + text[:20]))
    assert not re.search(r"[<>]", re.sub("</?mark>", "", snippet))
    assert snippet.count("<mark>") == snippet.count("</mark>")
    assert not re.search("[\x00-\x1f\ud800-\udfff\u202e]", snippet)
    assert len(visible(snippet)) <= SNIPPET


def test_a_huge_text_is_quick() -> None:
    began = time.process_time()
    mark("car " * 2_000_000, ["car"])
    assert time.process_time() - began < 3.0
