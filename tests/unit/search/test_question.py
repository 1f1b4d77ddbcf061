"""The text of a query as it is read."""

import pytest

from scenedex.errors import UsageError
from scenedex.search.question import MAX_QUERY, read_question, sequence


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_blank_query_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        read_question(text)


def test_a_long_query_is_refused_with_both_numbers() -> None:
    assert read_question("x" * MAX_QUERY).terms
    with pytest.raises(UsageError, match=r"2,001 characters, 2,000"):
        read_question("x" * (MAX_QUERY + 1))


def test_punctuation_asks_for_nothing() -> None:
    assert read_question("?!…").words == ()


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ('"lord of the universe" boss', (" lord of the universe ",)),
        ("“Good Night” «au revoir»", (" good night ", " au revoir ")),
        ("「黒い犬」", (" 黒 い 犬 ",)),
        ('an "unfinished one', ()),
        ('"" "..."', ()),
        ("don't", ()),
    ],
)
def test_quotation_marks_make_phrases(text: str, phrases: tuple[str, ...]) -> None:
    assert read_question(text).phrases == phrases


def test_a_sequence_has_whole_words() -> None:
    assert sequence("Is HE in?") == " is he in "
    assert " he " not in sequence("the")
