"""Events → tables: CSV for people, JSON for programs."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from scenedex.exports.events import Event
from scenedex.exports.names import cell, path_text, reels
from scenedex.exports.timecode import to_timecode

COLUMNS = (
    "video", "scenes", "source_in", "source_out", "duration", "rate", "drop_frame", "first_frame", "end_frame",
    "start_s", "end_s", "transition", "transition_in", "transition_out", "score", "band", "reel", "path", "video_id",
    "scene_ids", "notes",
)  # fmt: skip


def rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """A row an event. `source_out`, `end_frame`, `end_s` and `transition_out` are those of the first frame that is not
    in it any more.
    """
    names = reels(events)
    return [_row(event, names[event.source.video_id]) for event in events]


def as_json(name: str, events: Sequence[Event]) -> str:
    """`{"title", "events"}`. Bytes of a name that are no UTF-8 are kept as escaped surrogates."""
    return json.dumps({"title": name, "events": rows(events)}, indent=2) + "\n"


def as_csv(events: Sequence[Event]) -> str:
    """A line an event, with a heading; no cell is one that a spreadsheet takes for a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows(events):
        table.writerow([_cell(name, row[name]) for name in COLUMNS])
    return text.getvalue()


def _row(event: Event, reel: str) -> dict[str, Any]:
    source, best = event.source, event.best
    begins, since, until = event.transition or (None, None, None)
    return {
        "video": source.name,
        "scenes": [moment.scene for moment in event.moments],
        "source_in": source.label(event.first),
        "source_out": source.label(event.end),
        "duration": to_timecode(event.frames, source.rate, source.drop),
        "rate": f"{source.rate.numerator}/{source.rate.denominator}",
        "drop_frame": source.drop,
        "first_frame": event.first,
        "end_frame": event.end,
        "start_s": round(source.first_s + float(event.first / source.rate), 6),
        "end_s": round(source.first_s + float(event.end / source.rate), 6),
        "transition": begins,
        "transition_in": None if since is None else source.label(since),
        "transition_out": None if until is None else source.label(until),
        "score": best.score,
        "band": best.band,
        "reel": reel,
        "path": source.path,
        "video_id": str(source.video_id),
        "scene_ids": [str(moment.scene_id) for moment in event.moments],
        "notes": list(source.notes()),
    }


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column == "path":
        return path_text(value)  # absolute: it begins with a slash
    if isinstance(value, list):
        return ("; " if column == "notes" else " ").join(str(one) for one in value)
    return cell(str(value)) if isinstance(value, str) else str(value)
