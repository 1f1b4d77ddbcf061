"""Captions of a scene → passages."""

from hypothesis import given
from hypothesis import strategies as st

from scenedex.embeddings.passages import MAX_PASSAGES, PASSAGE_WORDS, passages
from scenedex.types import Caption


def said(start_s: float, text: str, language: str | None = "en") -> Caption:
    return Caption(start_s=start_s, end_s=start_s + 1, text=text, origin="embedded", language=language)


def test_lines_go_together_in_order() -> None:
    assert passages([said(2, "world"), said(1, "hello\nthere")], 0, 5) == [(1, "hello there world")]


def test_a_line_from_before_the_scene_counts_from_its_start() -> None:
    assert passages([said(1, "hello")], 1.5, 5) == [(1.5, "hello")]


def test_languages_stay_apart_and_repeats_count_once() -> None:
    found = passages([said(1, "A dog"), said(1, "Ein Hund", "de"), said(1, "a DOG", None)], 0, 5)
    assert found == [(1, "A dog"), (1, "Ein Hund")]


def test_long_speech_becomes_several_passages() -> None:
    found = passages([said(i, " ".join([f"w{i}"] * 10)) for i in range(12)], 0, 64)
    assert [t for t, _ in found] == [0, 2, 4, 6, 8, 10]
    assert all(len(text.split()) <= PASSAGE_WORDS for _, text in found)


def test_nothing_said_gives_nothing() -> None:
    assert passages([], 0, 5) == []
    assert passages([said(1, "  \n ")], 0, 5) == []


@given(
    st.lists(
        st.tuples(st.floats(0, 64), st.text(max_size=30), st.sampled_from([None, "en", "de", "ko"])),
        max_size=60,
    )
)
def test_never_more_than_eight_and_by_time(lines: list[tuple[float, str, str | None]]) -> None:
    found = passages([said(t, f"{text} {i}", lang) for i, (t, text, lang) in enumerate(lines)], 5, 30)
    assert len(found) <= MAX_PASSAGES
    assert found == sorted(found)
    assert all(5 <= t <= 30 and text.strip() for t, text in found)


def test_no_word_is_lost_in_a_wordy_scene() -> None:
    captions = [said(i / 20, f"word{i} and more") for i in range(1000)]
    words = " ".join(text for _, text in passages(captions, 0, 64)).split()
    assert {f"word{i}" for i in range(1000)} <= set(words)
