"""Forms of English words lead back to their base, where the lexicon has it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.search.inflections import bases
from scenedex.search.lexicons import english, english_kinds, korean


@pytest.mark.parametrize(
    ("form", "base", "kind"),
    [
        ("drove", "drive", "action"),
        ("driving", "drive", "action"),
        ("drives", "drive", "action"),
        ("sitting", "sit", "action"),
        ("carried", "carry", "action"),
        ("kisses", "kiss", "action"),
        ("waved", "wave", "action"),
        ("men", "man", "person"),
        ("children", "child", "person"),
        ("policewomen", "policewoman", "person"),
        ("puppies", "puppy", "object"),
        ("knives", "knife", "object"),
        ("boxes", "box", "object"),
        ("potatoes", "potato", "object"),
        ("bigger", "big", "attribute"),
        ("dustiest", "dusty", "attribute"),
        ("whitest", "white", "attribute"),
        ("said", "say", "saying"),
        ("explains", "explain", "saying"),
    ],
)
def test_a_form_and_its_base(form: str, base: str, kind: str) -> None:
    found, kinds = english_kinds(form)
    assert (found, kind in kinds) == (base, True)


@pytest.mark.parametrize("word", ["bus", "glass", "dress", "news", "this", "is", "universe"])
def test_a_word_that_only_looks_inflected(word: str) -> None:
    assert english_kinds(word)[0] == word


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_word_has_bases(word: str) -> None:
    assert all(part in ("noun", "verb", "adjective") and base for part, base in bases(word))


def test_no_word_counts_and_counts_not() -> None:
    for lexicon in (english(), korean()):
        both = [word for (_, word), kinds in lexicon.words.items() if "neutral" in kinds and len(kinds) > 1]
        assert both == []
