"""Hours of the day, wherever it is."""

from datetime import UTC, datetime, timedelta

import pytest

from scenedex.errors import UsageError
from scenedex.search.hours import parse_hours, spans, within_hours, zone_named


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-06:00", (1320, 360)),
        ("8-17", (480, 1020)),
        (" 00:00 - 24:00 ", (0, 1440)),
        ("9:30-09:31", (570, 571)),
    ],
)
def test_hours(text: str, hours: tuple[int, int]) -> None:
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    "text", ["", "22:00", "25-26", "24:00-01:00", "08:60-09:00", "8-8", "night", "-1-5", "8-9-10", "8-24:01"]
)
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(UsageError, match="no hours"):
        parse_hours(text)


@pytest.mark.parametrize(
    ("clock", "night", "day"),
    [("21:59", False, False), ("22:00", True, False), ("23:59", True, False), ("00:00", True, False),
     ("05:59", True, False), ("06:00", False, False), ("08:00", False, True), ("16:59", False, True),
     ("17:00", False, False)],
)  # fmt: skip
def test_within(clock: str, night: bool, day: bool) -> None:
    moment = datetime.fromisoformat(f"2026-01-15T{clock}:30+00:00")
    assert within_hours(moment, (1320, 360), UTC) is night
    assert within_hours(moment, (480, 1020), UTC) is day


def test_the_time_of_a_place_knows_summer() -> None:
    berlin = zone_named("Europe/Berlin")
    assert within_hours(datetime(2026, 1, 15, 21, 30, tzinfo=UTC), (1320, 360), berlin)
    assert not within_hours(datetime(2026, 1, 15, 20, 30, tzinfo=UTC), (1320, 360), berlin)
    assert within_hours(datetime(2026, 7, 15, 20, 30, tzinfo=UTC), (1320, 360), berlin)


@pytest.mark.parametrize("hours", ["22-6", "8-17", "2:30-3:00", "1:00-2:30", "23-24", "0-24"])
@pytest.mark.parametrize("began", ["2026-01-15T05:10", "2026-03-28T12:00", "2026-10-24T22:45"])
def test_the_spans_of_a_film_hold_all_that_is_within_hours(hours: str, began: str) -> None:
    """Also on the days on which clocks are changed."""
    start, berlin = datetime.fromisoformat(f"{began}+00:00"), zone_named("Europe/Berlin")
    wanted, duration_s = parse_hours(hours), 60.0 * 2_500
    found = list(spans(start, duration_s, wanted, berlin))
    seconds = range(0, int(duration_s) + 1, 300)
    within = [s for s in seconds if within_hours(start + timedelta(seconds=s), wanted, berlin)]
    assert within
    assert all(any(a <= s < b for a, b in found) for s in within)
    held = [s for s in seconds if any(a <= s < b for a, b in found)]
    assert len(held) - len(within) <= 12 * len(found)  # an hour of each day at most


def test_a_film_outside_of_the_hours_has_no_spans() -> None:
    assert list(spans(datetime(2026, 1, 15, 10, tzinfo=UTC), 3600.0, (1320, 360), UTC)) == []


@pytest.mark.parametrize(
    "name",
    ["", "Nowhere/Here", "../../etc/passwd", "/etc/localtime", "a" * 100, "Europe/", "Europe/Ber\0lin", "영"],
)
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        zone_named(name)
