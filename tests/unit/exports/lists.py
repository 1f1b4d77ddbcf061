"""Videos and moments for the tests of lists."""

from dataclasses import replace
from fractions import Fraction
from uuid import UUID, uuid5

from scenedex.exports.events import Event, Moment, Source, events_of
from scenedex.exports.timecode import from_timecode, takes_drop

SPACE = UUID("00000000-0000-0000-0000-0000000000aa")

P23, P25, P29, P50, P59 = (
    Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001),
)  # fmt: skip

COUNTS = {
    "23.976": (P23, "10:00:00:00"),
    "25": (P25, "10:00:00:00"),
    "29.97 drop": (P29, "10:00:00;00"),
    "29.97": (P29, "10:00:00:00"),
    "50": (P50, "10:00:00:00"),
    "59.94 drop": (P59, "10:00:00;00"),
    "59.94": (P59, "09:59:59:59"),
}

RANGES = ((0, 1), (3, 55), (1797, 1803), (17981, 17999), (107_891, 107_903), (20, 24))
"""Frames that are cut out: the first, one that crosses a minute that drop-frame shortens, one that crosses one it does
not, one an hour on, and one before the others."""


def source(
    rate: Fraction = P25, start: str | None = None, *, name: str = "film.mov", **more: object
) -> Source:
    """Two hours of a video."""
    first, drop = from_timecode(start, rate) if start else (0, takes_drop(rate))
    made = Source(
        video_id=uuid5(SPACE, ascii((name, more.get("path")))),
        name=name,
        path=f"/films/{name}",
        rate=rate,
        frames=int(7200 * rate),
        start=first,
        drop=drop,
        stated=start is not None,
        width=1920,
        height=1080,
        channels=2,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def moment(of: Source, scene: int, first: int, end: int, score: float | None = 0.5) -> Moment:
    """Exactly these frames."""
    return Moment(
        video_id=of.video_id,
        scene_id=uuid5(of.video_id, str(scene)),
        scene=scene,
        start_s=of.first_s + float(first / of.rate),
        end_s=of.first_s + float(end / of.rate),
        score=score,
        band=None if score is None else "strong",
    )


def events(of: Source, ranges: tuple[tuple[int, int], ...] = RANGES) -> list[Event]:
    """An event for each range."""
    return events_of(
        [moment(of, scene, *frames) for scene, frames in enumerate(ranges)], {of.video_id: of}, join=False
    )
