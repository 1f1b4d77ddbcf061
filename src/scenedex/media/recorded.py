"""When a film was recorded, as far as its container says so and can be believed."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

KEYS = ("com.apple.quicktime.creationdate", "creation_time", "date_recorded")
"""Tags that say it, the most trustworthy first: the camera's own, the container's (Matroska's DateUTC, too), a tag of
Matroska's. `date` is when a work was published, often of a year alone."""

EPOCHS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1904, 1970, 1980, 2000, 2001))
"""Where the clocks of QuickTime, Unix, FAT, clock chips and Apple begin: a camera without a date says one of these."""

DAY = timedelta(days=1)  #: also the furthest that a time zone can move a date

_FORM = re.compile(
    r"(\d{4})[-:/](\d\d)[-:/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)? ?(Z|[+-]\d\d:?\d\d)?"
)


def recorded_at(tags: Iterable[Mapping[str, str]], now: datetime) -> datetime | None:
    """The first believable time that these tags (of the container, then of its streams) name, in UTC.

    A time without a zone is taken for UTC, as the containers' definitions have it. Dates at the beginning of a clock
    and in the future are not believed.
    """
    folded = [{key.casefold(): value for key, value in one.items()} for one in tags]
    for key in KEYS:
        for one in folded:
            found = moment(one.get(key, ""))
            if found is not None and _believable(found, now):
                return found
    return None


def moment(text: str) -> datetime | None:
    """A date and time of day in ISO 8601 or as cameras write it, in UTC; None for anything else."""
    match = _FORM.fullmatch(text.strip()[:64])
    if match is None:
        return None
    *numbers, zone = match.groups()
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in numbers)
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return found - _offset(zone)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    if size > DAY:
        raise ValueError(zone)
    return -size if zone[0] == "-" else size


def _believable(found: datetime, now: datetime) -> bool:
    return EPOCHS[0] + 2 * DAY < found < now + DAY and not any(abs(found - epoch) <= DAY for epoch in EPOCHS)
