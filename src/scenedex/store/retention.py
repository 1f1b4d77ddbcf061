"""Videos that a rule says need not be kept any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from scenedex.store.database import Transaction
from scenedex.store.encoding import path_hash, path_to_text
from scenedex.store.files import files_of
from scenedex.store.tags import normalized_tags
from scenedex.store.videos import remove_video

SELECT: LiteralString = """select v.id from videos v
where v.owner_id = %(owner)s and coalesce(v.recorded_at, v.added_at) < %(until)s
  and (v.added_at < %(until)s or not %(added_too)s)
  and v.tags @> to_jsonb(%(tags)s::text[]) and not v.tags ?| %(except)s::text[]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Which videos: all that fit every condition."""

    until: datetime  #: recorded, or else added, before
    tags: tuple[str, ...] = ()  #: with all of these
    except_tags: tuple[str, ...] = ()  #: with none of these
    added_too: bool = (
        False  #: also added before, whatever their files say: a camera's clock may never have been set
    )

    def params(self) -> dict[str, Any]:
        """Of a statement. Raises UsageError for what is no tag."""
        return {
            "until": self.until,
            "added_too": self.added_too,
            "tags": sorted(normalized_tags(self.tags)),
            "except": sorted(normalized_tags(self.except_tags)),
        }


def videos_due(tx: Transaction, due: Due) -> list[UUID]:
    """The videos that fit, the oldest first."""
    rows = tx.execute(SELECT + " order by coalesce(v.recorded_at, v.added_at), v.id", due.params())
    return [row["id"] for row in rows]


def forget_due(tx: Transaction, video_id: UUID, due: Due) -> list[str] | None:
    """Forget a video if it still fits: its paths; None where it does not, or is not there.

    That its files were known is kept, so that who watches their folder does not bring it back.
    """
    if not tx.execute(SELECT + " and v.id = %(video)s for update", {**due.params(), "video": video_id}):
        return None
    files = files_of(tx, video_id)
    for file in files:
        tx.execute(
            """insert into forgotten_files (owner_id, path_hash, size_bytes, mtime_ns)
            values (%(owner)s, %(hash)s, %(size)s, %(mtime)s)
            on conflict (owner_id, path_hash) do update set size_bytes = excluded.size_bytes,
              mtime_ns = excluded.mtime_ns, forgotten_at = excluded.forgotten_at""",
            {
                "hash": path_hash(path_to_text(file.path)),
                "size": file.size_bytes,
                "mtime": file.mtime_ns,
            },
        )
    remove_video(tx, video_id)
    return [file.path for file in files]


def forgotten(tx: Transaction, path: str, size_bytes: int, mtime_ns: int) -> bool:
    """Whether the video of this very file was forgotten by a rule."""
    rows = tx.execute(
        """select path_hash from forgotten_files where owner_id = %(owner)s and path_hash = %(hash)s
          and size_bytes = %(size)s and mtime_ns = %(mtime)s""",
        {"hash": path_hash(path_to_text(path)), "size": size_bytes, "mtime": mtime_ns},
    )
    return bool(rows)
