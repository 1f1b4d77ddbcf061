"""Hours of the day, as people say them: 22:00-06:00, in the time of some place."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scenedex.errors import UsageError

MAX_ZONE = 64


def parse_hours(text: str) -> tuple[int, int]:
    """From and to in minutes after midnight; what begins later than it ends goes past midnight. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,2})(?::([0-9]{2}))?\s*-\s*([0-9]{1,2})(?::([0-9]{2}))?", text.strip())
    if match is not None:
        start_h, start_m, end_h, end_m = (int(part or 0) for part in match.groups())
        start, end = 60 * start_h + start_m, 60 * end_h + end_m
        if max(start_m, end_m) < 60 and start < 24 * 60 and 0 <= end <= 24 * 60 and start != end:
            return start, end
    raise UsageError(f"These are no hours of the day: {text[:40]!r}. Write them as 22:00-06:00.")


def zone_named(name: str) -> tzinfo:
    """The time of a place, by its IANA name, such as Europe/Berlin. Raises UsageError."""
    if name == "UTC":
        return UTC
    try:
        if (
            not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", name[: MAX_ZONE + 1])
            or len(name) > MAX_ZONE
        ):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise UsageError(
            f"There is no time zone {name[:MAX_ZONE]!r}: write it as Europe/Berlin or UTC."
        ) from exc


def within_hours(moment: datetime, hours: tuple[int, int], zone: tzinfo) -> bool:
    """Whether this moment (with a zone of its own) is within these hours there; the end is outside."""
    local = moment.astimezone(zone)
    minute = 60 * local.hour + local.minute
    start, end = hours
    return start <= minute < end if start < end else minute >= start or minute < end


def spans(
    began: datetime, duration_s: float, hours: tuple[int, int], zone: tzinfo
) -> Iterator[tuple[float, float]]:
    """Where these hours lie in a film that began then: from and to in its seconds, in their order, some or none.

    Nothing within the hours lies outside of them. On days on which clocks are changed they can be longer.
    """
    start, end = hours
    last = (began + timedelta(seconds=duration_s)).astimezone(zone).date()
    day = began.astimezone(zone).date() - timedelta(days=1)
    while day <= last:
        until = day if start < end else day + timedelta(days=1)
        from_s = min((at - began).total_seconds() for at in _moments(day, start, zone))
        to_s = max((at - began).total_seconds() for at in _moments(until, end, zone))
        if to_s > 0 and from_s <= duration_s:
            yield max(0.0, from_s), min(to_s, duration_s + 1)
        day += timedelta(days=1)


def _moments(day: date, minutes: int, zone: tzinfo) -> list[datetime]:
    """When a clock there shows this, in UTC: twice where clocks are set back, or are said to be so."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
