"""Videos: find them, list them, forget them, count them. `writing` stores what indexing found out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from scenedex.errors import AmbiguousError, NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import path_hash, path_to_text, plain, text_to_path
from scenedex.store.tags import tag_video
from scenedex.store.writing import write_video, write_words
from scenedex.types import Video

MAX_CANDIDATES = 10  #: videos that an AmbiguousError lists

SELECT = """
select v.id, v.content_hash, v.title, v.duration_s, v.width, v.height, v.frame_rate_num, v.frame_rate_den,
  v.scene_count, v.caption_count, v.warnings, v.added_at, v.tags, v.recorded_at, f.newest, f.name,
  coalesce(f.paths, '{}') as paths
from videos v left join lateral (
  select (array_agg(path order by missing, seen_at desc, path))[1] as newest,
    (array_agg(name order by missing, seen_at desc, path))[1] as name,
    array_agg(path order by seen_at desc, path) filter (where not missing) as paths
  from files where owner_id = v.owner_id and video_id = v.id) f on true
where v.owner_id = %(owner)s
"""


def find_by_hash(tx: Transaction, content_hash: str) -> UUID | None:
    """The video with this content (sha256, hex)."""
    rows = tx.execute(
        "select id from videos where owner_id = %(owner)s and content_hash = %(hash)s", {"hash": content_hash}
    )
    return rows[0]["id"] if rows else None


def recipe_of(tx: Transaction, video_id: UUID) -> tuple[str, str]:
    """How a video was indexed: the recipe, and the fingerprint of its sidecars. Raises NotFoundError."""
    rows = tx.execute(
        "select recipe, sidecars from videos where owner_id = %(owner)s and id = %(video)s",
        {"video": video_id},
    )
    if not rows:
        raise NotFoundError(f"There is no video {video_id}.")
    return rows[0]["recipe"], rows[0]["sidecars"]


def get_video(tx: Transaction, video_id: UUID) -> Video:
    """The video with this id. Raises NotFoundError."""
    rows = tx.execute(SELECT + " and v.id = %(video)s", {"video": video_id})
    if not rows:
        raise NotFoundError(f"There is no video {video_id}.")
    return _video(rows[0])


def videos_by_id(tx: Transaction, video_ids: Sequence[UUID]) -> dict[UUID, Video]:
    """These videos; unknown ones are left out."""
    rows = (
        tx.execute(SELECT + " and v.id = any(%(videos)s)", {"videos": list(video_ids)}) if video_ids else []
    )
    return {row["id"]: _video(row) for row in rows}


def headers_of(tx: Transaction, video_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the headers of these videos said when they were indexed: the fields of MediaInfo that were known then.

    Fractions are texts (`30000/1001`). Unknown videos are left out.
    """
    rows = tx.execute(
        "select id, media from videos where owner_id = %(owner)s and id = any(%(videos)s)",
        {"videos": list(video_ids)},
    )
    return {row["id"]: row["media"] for row in rows}


def list_videos(tx: Transaction, *, limit: int | None = None, offset: int = 0) -> list[Video]:
    """The videos, the newest first; `limit` of None means all of them."""
    if (limit is not None and limit < 0) or offset < 0:
        raise UsageError("Limit and offset may not be negative.")
    rows = tx.execute(
        SELECT + " order by v.added_at desc, v.id limit %(limit)s offset %(offset)s",
        {"limit": limit, "offset": offset},
    )
    return [_video(row) for row in rows]


def resolve_video(tx: Transaction, text: str) -> Video:
    """The video that `text` names: an id, a path (relative ones from here), or a file name.

    Raises NotFoundError, or AmbiguousError with the candidates where several videos have a file of that name.
    """
    found = _named(tx, text)
    if len(found) == 1:
        return get_video(tx, found[0])
    if not found:
        raise NotFoundError(
            f"There is no video {text!r} in the library: `scenedex videos list` shows what there is."
        )
    videos = [get_video(tx, video_id) for video_id in found[:MAX_CANDIDATES]]
    lines = [f"  {video.id}  {(video.paths or (video.name,))[0]!r}" for video in videos]
    more = [f"  ... and {len(found) - MAX_CANDIDATES} more"] if len(found) > MAX_CANDIDATES else []
    raise AmbiguousError(
        "\n".join([f"{text!r} fits several videos, say which by id or path:", *lines, *more])
    )


def remove_video(tx: Transaction, video_id: UUID) -> None:
    """Forget a video and all that belongs to it. Raises NotFoundError."""
    query = "delete from videos where owner_id = %(owner)s and id = %(video)s returning id"
    if not tx.execute(query, {"video": video_id}):
        raise NotFoundError(f"There is no video {video_id}.")


def stats(tx: Transaction) -> dict[str, Any]:
    """Counts of an owner's library.

    Keys: videos, offline, hours, scenes, keyframes, captions, embeddings (space name → {"embeddings", "errors",
    "scenes"}), database_bytes (of the whole database).
    """
    counts = tx.execute(
        """select count(*) as videos, coalesce(sum(duration_s), 0) / 3600 as hours,
          coalesce(sum(scene_count), 0)::bigint as scenes, coalesce(sum(caption_count), 0)::bigint as captions,
          count(*) filter (where not exists (select from files f
            where f.owner_id = v.owner_id and f.video_id = v.id and not f.missing)) as offline,
          (select count(*) from keyframes where owner_id = %(owner)s) as keyframes,
          pg_database_size(current_database()) as database_bytes
        from videos v where owner_id = %(owner)s"""
    )[0]
    spaces = tx.execute(
        """select s.name, count(e.vector) as embeddings, count(*) - count(e.vector) as errors,
          count(distinct e.scene_id) filter (where e.vector is not null) as scenes
        from spaces s join embeddings e on e.space_id = s.id and e.owner_id = %(owner)s group by s.name order by 1"""
    )
    return {**counts, "embeddings": {row.pop("name"): row for row in spaces}}


def _named(tx: Transaction, text: str) -> Sequence[UUID]:
    """The videos that a text can mean: by id, else by path, else by file name or title."""
    try:
        rows = tx.execute(
            "select id from videos where owner_id = %(owner)s and id = %(id)s", {"id": UUID(text)}
        )
    except ValueError:
        rows = []
    if rows:
        return [rows[0]["id"]]
    try:
        paths = [path_to_text(path) for path in (text, str(Path(text).absolute()), str(Path(text).resolve()))]
    except (UsageError, ValueError, OSError):
        return []
    rows = tx.execute(
        "select distinct video_id as id from files where owner_id = %(owner)s and path_hash = any(%(hashes)s)",
        {"hashes": [path_hash(path) for path in paths]},
    ) or tx.execute(
        """select video_id as id from files where owner_id = %(owner)s
          and (substring(path from '[^/]*$') = %(name)s or name = %(title)s)
        union select id from videos where owner_id = %(owner)s and title = %(title)s order by id""",
        {"name": paths[0], "title": plain(text)},
    )
    return [row["id"] for row in rows]


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _video(row: Row) -> Video:
    paths = tuple(text_to_path(path) for path in row["paths"])
    newest = text_to_path(row["newest"]) if row["newest"] else None
    rate = row["frame_rate_num"]
    return Video(
        id=row["id"],
        content_hash=row["content_hash"],
        name=row["name"] or (newest.rpartition("/")[2] if newest else row["title"]),
        duration_s=row["duration_s"],
        width=row["width"],
        height=row["height"],
        frame_rate=Fraction(rate, row["frame_rate_den"]) if rate is not None else None,
        scene_count=row["scene_count"],
        caption_count=row["caption_count"],
        paths=paths,
        offline=not paths,
        added_at=row["added_at"].isoformat(timespec="seconds"),
        warnings=tuple(row["warnings"]),
        tags=tuple(row["tags"]),
        recorded_at=_utc(row["recorded_at"]),
    )


__all__ = [
    "find_by_hash",
    "get_video",
    "list_videos",
    "recipe_of",
    "remove_video",
    "resolve_video",
    "stats",
    "tag_video",
    "write_video",
    "write_words",
]
