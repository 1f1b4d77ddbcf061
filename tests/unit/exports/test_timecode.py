"""Timecode by SMPTE ST 12-1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.exports.lists import P23, P25, P29, P50, P59

from scenedex.exports.timecode import frames_a_day, from_timecode, takes_drop, to_timecode

RATES = [(P23, False), (P25, False), (P29, False), (P29, True), (P50, False), (P59, False), (P59, True)]


@pytest.mark.parametrize(
    ("frame", "rate", "drop", "label"),
    [
        (0, P29, True, "00:00:00;00"),
        (1799, P29, True, "00:00:59;29"),
        (1800, P29, True, "00:01:00;02"),  # 00 and 01 are left out
        (3597, P29, True, "00:01:59;29"),
        (3598, P29, True, "00:02:00;02"),
        (17_981, P29, True, "00:09:59;29"),
        (17_982, P29, True, "00:10:00;00"),  # none is left out of each tenth minute
        (107_892, P29, True, "01:00:00;00"),
        (1800, P29, False, "00:01:00:00"),
        (108_000, P29, False, "01:00:00:00"),
        (3600, P59, True, "00:01:00;04"),
        (35_964, P59, True, "00:10:00;00"),
        (86_400, P23, True, "01:00:00:00"),  # 23.976 has no drop-frame
        (90_049, P25, False, "01:00:01:24"),
        (99, P50, False, "00:00:01:49"),
    ],
)
def test_known_labels(frame: int, rate: object, drop: bool, label: str) -> None:
    assert to_timecode(frame, rate, drop) == label  # type: ignore[arg-type]
    assert from_timecode(label, rate) == (frame, drop and takes_drop(rate))  # type: ignore[arg-type]


def test_drop_frame_keeps_step_with_the_clock() -> None:
    """An hour of 29.97 is 3600 s by its labels to a hundredth, without it 3.6 s are missing."""
    assert float(from_timecode("01:00:00;00", P29)[0] / P29) == pytest.approx(3600, abs=0.01)
    assert float(from_timecode("01:00:00:00", P29)[0] / P29) == pytest.approx(3603.6)


def test_a_day_ends_at_midnight() -> None:
    for rate, drop in RATES:
        day = frames_a_day(rate, drop)
        assert to_timecode(day, rate, drop) == to_timecode(0, rate, drop)
        assert to_timecode(-1, rate, drop) == to_timecode(day - 1, rate, drop)
        assert to_timecode(day - 1, rate, drop).startswith("23:59:59")
    assert frames_a_day(P29, True) == 2_589_408


@given(st.sampled_from(RATES), st.integers(0, 5_183_999))
def test_there_and_back(counted: tuple[object, bool], frame: int) -> None:
    rate, drop = counted
    frame %= frames_a_day(rate, drop)  # type: ignore[arg-type]
    assert from_timecode(to_timecode(frame, rate, drop), rate) == (frame, drop)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", P25),
        ("10:00", P25),
        ("24:00:00:00", P25),
        ("10:60:00:00", P25),
        ("10:00:00:25", P25),
        ("10:01:00;00", P29),  # a label that is left out
        ("10:01:00;03", P59),
        ("-1:00:00:00", P25),
        ("１０:00:00:00", P25),
        ("10:00:00:00\n* FROM CLIP NAME: x", P25),
    ],
)
def test_what_is_no_timecode(text: str, rate: object) -> None:
    with pytest.raises(ValueError):
        from_timecode(text, rate)  # type: ignore[arg-type]


def test_more_than_a_hundred_frames_a_second() -> None:
    from fractions import Fraction

    assert to_timecode(119, Fraction(120), False) == "00:00:00:119"
    assert from_timecode("00:00:00:119", Fraction(120)) == (119, False)
