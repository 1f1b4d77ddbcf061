"""Hours of the day, wherever it is."""

from datetime import UTC, datetime

import pytest

from scenedex.errors import UsageError
from scenedex.search.hours import parse_hours, within_hours, zone_named


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


@pytest.mark.parametrize(
    "name",
    ["", "Nowhere/Here", "../../etc/passwd", "/etc/localtime", "a" * 100, "Europe/", "Europe/Ber\0lin", "영"],
)
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        zone_named(name)
