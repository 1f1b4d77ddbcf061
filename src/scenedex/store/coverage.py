"""Which videos lack embeddings in a space."""

from uuid import UUID

from psycopg.sql import SQL

from scenedex.store.database import Statements, Transaction
from scenedex.types import Space

SOMETHING_TO_EMBED = {
    "visual": SQL("exists (select from keyframes where owner_id = s.owner_id and scene_id = s.id)"),
    "audio": SQL("jsonb_array_length(v.media->'audio') > 0"),
    "region": SQL("exists (select from keyframes where owner_id = s.owner_id and scene_id = s.id)"),
    "scene": SQL("exists (select from keyframes where owner_id = s.owner_id and scene_id = s.id)"),
    "text": SQL("v.caption_count > 0"),
}


PIECES = {
    "visual": SQL(
        "select count(*) as n from keyframes k join scenes s on s.owner_id = k.owner_id and s.id = k.scene_id"
    ),
    "region": SQL(
        "select count(*) as n from keyframes k join scenes s on s.owner_id = k.owner_id and s.id = k.scene_id"
    ),
    "scene": SQL("select count(*) as n from scenes s"),
    "audio": SQL(
        "select coalesce(sum(greatest(1, ceil((s.end_s - s.start_s) / 10.0))), 0)::bigint as n from scenes s"
    ),
    "text": SQL("select coalesce(sum(v.caption_count), 0)::bigint as n from videos v"),
}
"""What is embedded one by one: pictures, scenes, sounds of at most ten seconds, captions (a few together)."""


def lacking(tx: Transaction, space: Space) -> tuple[int, int]:
    """How many videos `without_embeddings` names, and how many pieces (`PIECES`) they have."""
    videos = without_embeddings(tx, space)
    if not videos:
        return 0, 0
    of = SQL(
        "v.owner_id = %(owner)s and v.id = any(%(videos)s)"
        if space.modality == "text"
        else "s.owner_id = %(owner)s and s.video_id = any(%(videos)s)"
    )
    rows = tx.execute(SQL("{} where {}").format(PIECES[space.modality], of), {"videos": videos})
    return len(videos), int(rows[0]["n"])


def without_embeddings(tx: Transaction, space: Space) -> list[UUID]:
    """The videos that have something to embed for this space and not one row in it, or rows that are out of date, the
    oldest first.

    A failure is a row: what failed is not tried again here.
    """
    rows = tx.execute(
        SQL(
            """select v.id from videos v where v.owner_id = %(owner)s
              and exists (select from scenes s where s.owner_id = v.owner_id and s.video_id = v.id and {})
              and (v.stale @> to_jsonb(%(space)s::int) or not exists (
                select from scenes s join embeddings e on e.owner_id = s.owner_id and e.scene_id = s.id
                where s.owner_id = v.owner_id and s.video_id = v.id and e.space_id = %(space)s))
            order by v.added_at, v.id"""
        ).format(SOMETHING_TO_EMBED[space.modality]),
        {"space": space.id},
    )
    return [row["id"] for row in rows]


def spaces_of_video(tx: Transaction, video_id: UUID) -> set[int]:
    """The spaces in which a video has embeddings that hold, or failures of them."""
    rows = tx.execute(
        """select distinct e.space_id as id from scenes s
          join embeddings e on e.owner_id = s.owner_id and e.scene_id = s.id
          join videos v on v.owner_id = s.owner_id and v.id = s.video_id
        where s.owner_id = %(owner)s and s.video_id = %(video)s and not v.stale @> to_jsonb(e.space_id)""",
        {"video": video_id},
    )
    return {row["id"] for row in rows}


def owners_with_videos(statements: Statements) -> list[UUID]:
    """All owners who have any. As the operator."""
    rows = statements.execute("select distinct owner_id as id from videos order by owner_id")
    return [row["id"] for row in rows]
