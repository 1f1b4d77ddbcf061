"""Rows of what people say about the scenes of one video → what the library writes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from scenedex.errors import ExchangeError
from scenedex.exchange.checks import APART_S, seconds, whole
from scenedex.exchange.reading import Row
from scenedex.types import BinPlace, ExportedMarks, ExportedNote, SceneRecord

MAX_TEXT = 10_000
"""Characters: more than any tag, note or name has."""

MAX_POSITION = 1_000_000


def exported_marks(tables: Mapping[str, Sequence[Row]], scenes: Sequence[SceneRecord]) -> ExportedMarks:
    """Raises ExchangeError for what is about no scene of these, and what makes no sense."""
    return ExportedMarks(
        tags=tuple((_time(row, scenes), _text(row["tag"])) for row in tables["scene_tags"]),
        notes=tuple(
            ExportedNote(
                t_s=_time(row, scenes),
                text=_text(row["text"]),
                made_by=_text(row["made_by"]),
                made_at=in_utc(row["made_at"]),
            )
            for row in tables["scene_notes"]
        ),
        places=tuple(
            BinPlace(
                t_s=_time(row, scenes),
                bin_id=_id(row["bin_id"]),
                name=_text(row["bin"]),
                position=whole(row["position"], "A place in a bin", MAX_POSITION),
            )
            for row in tables["bin_scenes"]
        ),
    )


def in_utc(moment: datetime) -> datetime:
    """Raises ExchangeError for one that is none there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise ExchangeError(f"A time is {moment.isoformat()}, which is none in UTC.") from exc


def _time(row: Row, scenes: Sequence[SceneRecord]) -> float:
    """The time by which a scene is meant."""
    number, t_s = whole(row["scene"], "A scene's number"), seconds(row["t_s"], "The time of a mark")
    if number >= len(scenes):
        raise ExchangeError(f"It has {len(scenes)} scenes, and tags, notes or bins of scene {number}.")
    scene = scenes[number]
    if not scene.start_s - APART_S <= t_s < scene.end_s + APART_S:
        raise ExchangeError(
            f"A tag, a note or a bin is of scene {number}, and of {t_s:g} s, which is not in that scene."
        )
    return t_s


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise ExchangeError("A tag, a note or a name is longer than any that is kept.")
    return value


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as exc:
        raise ExchangeError(f"{value[:40]!r} is no id of a bin.") from exc
