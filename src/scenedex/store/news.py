"""That something of a video is new, for the searches that are asked of new videos."""

from uuid import UUID, uuid4

from scenedex.store.database import Transaction


def tell_news(tx: Transaction, video_id: UUID) -> None:
    """Have saved searches asked about this video, where some were made before it was added."""
    tx.execute(
        """insert into fresh_videos (owner_id, video_id, change)
        select v.owner_id, v.id, %(change)s from videos v where v.owner_id = %(owner)s and v.id = %(video)s
          and exists (select from saved_searches s where s.owner_id = %(owner)s and s.made_at <= v.added_at)
        on conflict (owner_id, video_id) do update set change = excluded.change, tries = 0, due_at = now()""",
        {"video": video_id, "change": uuid4()},
    )
