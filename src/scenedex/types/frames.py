"""Hits and videos as tables of pandas, which is asked for only here."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scenedex.errors import NotInstalledError
from scenedex.types.search import Answer, Evidence, Hit
from scenedex.types.videos import Video

if TYPE_CHECKING:
    import pandas as pd

CHANNELS = ("visual", "audio", "transcript", "description", "lexical", "anchor")

NUMBERS = ("start_s", "end_s", "best_s", "score")

HIT_COLUMNS = (
    "video", "path", "scene", "start_s", "end_s", "best_s", "score", "band", "text",
    *CHANNELS, "video_id", "scene_id",
)  # fmt: skip
"""A channel's column holds its calibrated score, 0 to 1; NaN where it says nothing."""

VIDEO_COLUMNS = (
    "name", "path", "duration_s", "width", "height", "frame_rate", "scenes", "captions", "offline", "added_at",
    "tags", "video_id",
)  # fmt: skip


def to_dataframe(values: Answer | Iterable[Hit] | Iterable[Video]) -> "pd.DataFrame":
    """A row for each hit, or each video, in order; HIT_COLUMNS or VIDEO_COLUMNS. No values: the columns of hits.

    Raises NotInstalledError without pandas.
    """
    rows: list[Hit | Video] = list(values.hits if isinstance(values, Answer) else values)
    try:
        import pandas as pd
    except ImportError as exc:
        raise NotInstalledError("Tables need pandas: pip install 'scenedex[notebooks]'.") from exc
    if rows and isinstance(rows[0], Video):
        made = [_video(row) for row in rows if isinstance(row, Video)]
        table = pd.DataFrame(made, columns=list(VIDEO_COLUMNS))
        return table.assign(added_at=pd.to_datetime(table["added_at"], utc=True, format="ISO8601"))
    hits = [_hit(row) for row in rows if isinstance(row, Hit)]
    table = pd.DataFrame(hits, columns=list(HIT_COLUMNS))
    return table.astype({"scene": "int64", **dict.fromkeys((*NUMBERS, *CHANNELS), "float64")})


def _hit(hit: Hit) -> dict[str, Any]:
    said: dict[str, Evidence] = {str(channel): evidence for channel, evidence in hit.channels.items()}
    texts = [evidence.text for evidence in said.values() if evidence.text]
    return {
        **{name: getattr(hit, name) for name in HIT_COLUMNS if hasattr(hit, name)},
        **{channel: evidence.calibrated for channel, evidence in said.items()},
        "text": re.sub(r"</?mark>", "", texts[0]) if texts else None,
        "video_id": str(hit.video_id),
        "scene_id": str(hit.scene_id),
    }


def _video(video: Video) -> dict[str, Any]:
    rate: Fraction | None = video.frame_rate
    return {
        **{name: getattr(video, name) for name in VIDEO_COLUMNS if hasattr(video, name)},
        "path": video.paths[0] if video.paths else None,
        "frame_rate": float(rate) if rate is not None else None,
        "scenes": video.scene_count,
        "captions": video.caption_count,
        "tags": list(video.tags),
        "video_id": str(video.id),
    }
