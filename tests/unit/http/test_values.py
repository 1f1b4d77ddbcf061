"""What the models are made of."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scenedex.http.values import Moment, Rate, Seconds, Text


@given(st.binary(max_size=50))
def test_any_file_name_can_be_written_as_json(name: bytes) -> None:
    shown = TypeAdapter(Text).validate_python(os.fsdecode(name))
    assert json.dumps(shown, ensure_ascii=False).encode()


def test_readable_text_stays_as_it_is() -> None:
    assert TypeAdapter(Text).validate_python("떡볶이 – é") == "떡볶이 – é"
    assert TypeAdapter(Text).validate_python("a\udcffb") == "a\ufffdb"


def test_fractions_are_exact() -> None:
    from fractions import Fraction

    assert TypeAdapter(Rate).validate_python(Fraction(30000, 1001)) == "30000/1001"


@pytest.mark.parametrize("value", ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00+09:00"])
def test_a_moment_has_a_zone(value: str) -> None:
    assert TypeAdapter(Moment).validate_python(value).utcoffset() is not None


@pytest.mark.parametrize("value", ["2026-01-31T00:00:00", 0, 1.5, True, "now", None])
def test_what_is_no_moment(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "1", True])
def test_what_are_no_seconds(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Seconds).validate_python(value)
