"""Names that people give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.store.names import MAX_BYTES, MAX_NAME, checked_name, folded


def test_names_that_look_the_same_are_the_same() -> None:
    assert checked_name("  Anna \t Maria\n") == "Anna Maria"
    assert folded("ANNA  maria") == folded(" Anna Maria ")
    assert folded("Ａｎｎａ") == folded("anna")
    assert folded("STRASSE") == folded("straße")
    assert checked_name("e\u0301") == "\u00e9"
    assert folded("안나") != folded("anna")


@pytest.mark.parametrize("name", ["", " ", "\n\t", "\0", "\u200b", "a" * (MAX_NAME + 1), "\ufdfa" * MAX_NAME])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        checked_name(name)


@given(st.text())
def test_whatever_is_kept_can_be_kept_and_found(name: str) -> None:
    try:
        kept = checked_name(name)
    except UsageError:
        return
    assert checked_name(kept) == kept
    assert folded(kept) == folded(name)
    assert "\0" not in kept
    assert len(folded(kept).encode()) <= MAX_BYTES
