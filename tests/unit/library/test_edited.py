"""Which caption a line of an edited subtitle file belongs to."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.library.edited import Scope, compared, fitted
from scenedex.media.lines import Line
from scenedex.media.markup import tidy
from scenedex.media.subtitle_files import to_srt, to_vtt
from scenedex.media.timed_text import parse_srt, parse_vtt
from scenedex.types import Caption, CaptionEntry, CaptionState

Writes = Callable[[Sequence[Caption]], str]


def caption(start_s: float, end_s: float, text: str, language: str | None = None) -> Caption:
    return Caption(start_s=start_s, end_s=end_s, text=text, origin="embedded", index=0, language=language)


def entries(captions: Sequence[Caption], state: CaptionState = "original") -> list[CaptionEntry]:
    return [
        CaptionEntry(id=UUID(int=number), state=state, caption=one) for number, one in enumerate(captions)
    ]


THREE = (caption(0.2, 1.0, "One."), caption(1.2345, 2.0, "Two."), caption(3.0, 4.5, "Three."))


def test_lines_belong_to_captions_by_their_times() -> None:
    lines = [
        Line(3.0, 4.5, "Drei."),
        Line(0.2, 1.0, "One."),
        Line(1.234, 2.0, "Two, too."),
        Line(9.0, 9.5, "?"),
    ]
    assert fitted(THREE, lines) == [2, 0, 1, None]
    found = compared(entries(THREE), lines, dry_run=True)
    assert [(one.id.int, one.before, one.text) for one in found.changed] == [
        (2, "Three.", "Drei."),
        (1, "Two.", "Two, too."),
    ]
    assert (found.same, found.missing, [one.text for one in found.stray]) == (1, 0, ["?"])


def test_lines_that_are_gone_are_missing_alone() -> None:
    found = compared(entries(THREE), [Line(1.234, 2.0, "Two.")], dry_run=True)
    assert (found.changed, found.same, found.missing) == ((), 1, 2)


def test_times_that_an_editor_has_rounded() -> None:
    frames = [Line(round(one.start_s * 25) / 25, round(one.end_s * 25) / 25, one.text + "!") for one in THREE]
    assert fitted(THREE, frames) == [0, 1, 2]
    later = [Line(one.start_s + 0.11, one.end_s + 0.11, one.text) for one in THREE]
    assert fitted(THREE, later) == [None] * 3


def test_what_says_the_same_stays_together_at_the_same_times() -> None:
    both = [caption(0.2, 1.0, "Hello."), caption(0.2, 1.0, "안녕."), caption(0.2, 1.0, "Hallo.")]
    assert fitted(both, [Line(0.2, 1.0, "안녕."), Line(0.2, 1.0, "Hi."), Line(0.2, 1.0, "Hallo.")]) == [
        1,
        0,
        2,
    ]
    assert fitted(both, [Line(0.2, 1.0, "Hallo."), Line(0.2, 1.0, "Hello.")]) == [2, 0]
    assert fitted(both, [Line(0.2, 1.0, "Hi.")]) == [None]  # nobody can tell which
    assert fitted(both, [Line(0.25, 1.05, "Hi."), Line(0.25, 1.05, "안녕.")]) == [None, 1]
    assert fitted(both[:1], [Line(0.25, 1.0, "Hi."), Line(0.26, 1.0, "Ho.")]) == [None, None]


def test_as_many_lines_as_captions_are_taken_in_their_order() -> None:
    both = [caption(0.2, 1.0, "a"), caption(0.2, 1.0, "b"), caption(0.2, 1.0, "b")]
    assert fitted(both, [Line(0.2, 1.0, "b"), Line(0.2, 1.0, "x"), Line(0.2, 1.0, "y")]) == [1, 0, 2]


def test_a_file_of_something_else_is_refused() -> None:
    for lines in (
        [],
        [Line(7.0, 8.0, "x")],
        [Line(0.2, 1.0, "One."), Line(7.0, 8.0, "x"), Line(8.0, 9.0, "y")],
    ):
        with pytest.raises(UsageError, match=r"no line with its time|of the . lines of this file"):
            compared(entries(THREE), lines, dry_run=True)
    with pytest.raises(UsageError, match="None of the 1 lines"):
        compared([], [Line(0.2, 1.0, "One.")], dry_run=False)


def test_very_many_lines_at_one_time_are_told_apart_in_time() -> None:
    captions = [caption(1.0, 2.0, "same") for _ in range(3_000)]
    assert fitted(captions, [Line(1.0, 2.0, "same") for _ in range(20_000)])[:3_001] == [*range(3_000), None]
    assert fitted(captions, [Line(1.05, 2.0, "other") for _ in range(20_000)]) == [None] * 20_000


def test_what_is_meant_and_to_be_seen() -> None:
    some = entries([caption(0, 1, "a", "en"), caption(0, 1, "b", "ko")])
    assert [one.caption.text for one in Scope(language="ko").shown(some)] == ["b"]
    assert Scope(origin="speech").of(some) == []
    assert Scope().shown(entries(THREE, "deleted")) == []


SAID = st.text(max_size=40).map(tidy).filter(bool) | st.sampled_from(
    ["<i>slanted</i>", "AT&amp;T", "a --> b", "42", "2\n3", r"{\an8}up", "NOTE well", "1\n\\N\n2", "- a\n- b"]
)
TIMES = st.tuples(st.integers(0, 400), st.integers(1, 40)).map(lambda two: (two[0] / 10, sum(two) / 10))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(TIMES, SAID), min_size=1, max_size=8))
@pytest.mark.parametrize(("writes", "reads"), [(to_srt, parse_srt), (to_vtt, parse_vtt)])
def test_a_file_that_nobody_has_edited_changes_nothing(
    writes: Writes,
    reads: Callable[[str], Sequence[Line]],
    made: list[tuple[tuple[float, float], str]],
) -> None:
    captions = [caption(start_s, end_s, text) for (start_s, end_s), text in sorted(made)]
    lines = list(reads(writes(captions)))
    if 2 * len(lines) < len(captions) or not lines:
        return  # nothing but markup
    assert compared(entries(captions), lines, dry_run=True).changed == ()
