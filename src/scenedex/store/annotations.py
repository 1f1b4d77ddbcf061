"""Which videos have been annotated, and how."""

from uuid import UUID

from scenedex.errors import NotFoundError
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain
from scenedex.types import AnnotationKind


def annotated(tx: Transaction, kind: AnnotationKind) -> dict[UUID, str]:
    """The videos that have been annotated in this way, each with how that was made."""
    rows = tx.execute(
        """select id, annotations->>%(kind)s as made from videos
        where owner_id = %(owner)s and annotations ? %(kind)s""",
        {"kind": kind},
    )
    return {row["id"]: row["made"] for row in rows}


def how_annotated(tx: Transaction, video_id: UUID, kind: AnnotationKind) -> str | None:
    """How one video was annotated in this way; None where it was not, or is not there."""
    rows = tx.execute(
        "select annotations->>%(kind)s as made from videos where owner_id = %(owner)s and id = %(video)s",
        {"kind": kind, "video": video_id},
    )
    return rows[0]["made"] if rows else None


def mark_annotated(tx: Transaction, video_id: UUID, kind: AnnotationKind, made: str | None) -> None:
    """Remember how a video was annotated; None: that it is not. Raises NotFoundError."""
    rows = tx.execute(
        """update videos set annotations = (annotations - %(kind)s::text) || case when %(made)s::text is null
            then '{}'::jsonb else jsonb_build_object(%(kind)s::text, %(made)s::text) end
        where owner_id = %(owner)s and id = %(video)s returning id""",
        {"kind": kind, "made": None if made is None else plain(made), "video": video_id},
    )
    if not rows:
        raise NotFoundError(f"There is no video {video_id}.")
