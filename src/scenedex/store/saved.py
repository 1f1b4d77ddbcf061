"""Saved searches, what they found, and the videos that they have not been asked about yet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Statements, Transaction
from scenedex.store.encoding import plain, plain_json
from scenedex.store.names import checked_name, folded
from scenedex.types import SavedHit, SavedRequest, SavedSearch

NOT_THERE = "There is no such saved search: `scenedex saved list` lists them."

MAX_SAVED = 100
"""Saved searches of one owner: each is asked of every new video."""

COLUMNS: LiteralString = "id, name, request, webhook, secret, failures, stopped, made_at, last_seen_at"


def write_saved(
    tx: Transaction, name: str, request: SavedRequest, webhook: str | None, secret: str
) -> SavedSearch:
    """Keep a search. Raises UsageError for a name that is taken, blank or too long, and for one too many."""
    kept = checked_name(name)
    if count_saved(tx) >= MAX_SAVED:
        raise UsageError(f"{MAX_SAVED} saved searches at most are kept: remove one.")
    rows = tx.execute(
        f"""insert into saved_searches (owner_id, id, name, folded, request, webhook, secret)
        values (%(owner)s, %(id)s, %(name)s, %(folded)s, %(request)s, %(webhook)s, %(secret)s)
        on conflict (owner_id, folded) do nothing returning {COLUMNS}""",  # noqa: S608
        {
            "id": uuid4(),
            "name": kept,
            "folded": folded(kept),
            "request": plain_json(asdict(request)),
            "webhook": webhook,
            "secret": secret,
        },
    )
    if not rows:
        raise UsageError(f"There is a saved search {kept!r} already: remove it first.")
    return _saved(rows[0])


def saved_searches(tx: Transaction, *, limit: int | None = None, offset: int = 0) -> list[SavedSearch]:
    """The owner's, by name."""
    query: LiteralString = " order by folded, id limit %(limit)s offset %(offset)s"
    return [_saved(row) for row in tx.execute(SELECT + query, {"limit": limit, "offset": offset})]


def count_saved(tx: Transaction) -> int:
    """How many there are."""
    return int(tx.execute("select count(*) as n from saved_searches where owner_id = %(owner)s")[0]["n"])


def find_saved(tx: Transaction, named: UUID | str) -> SavedSearch:
    """By its id, or by its name, whatever its case. Raises NotFoundError."""
    by: LiteralString = " and id = %(named)s" if isinstance(named, UUID) else " and folded = %(named)s"
    rows = tx.execute(SELECT + by, {"named": named if isinstance(named, UUID) else folded(named)})
    if not rows:
        raise NotFoundError(NOT_THERE)
    return _saved(rows[0])


def remove_saved(tx: Transaction, search_id: UUID) -> None:
    """Forget a search with all it found. Raises NotFoundError."""
    query = "delete from saved_searches where owner_id = %(owner)s and id = %(id)s returning id"
    if not tx.execute(query, {"id": search_id}):
        raise NotFoundError(NOT_THERE)


def saved_hits(
    tx: Transaction, search_id: UUID, *, limit: int, offset: int = 0
) -> tuple[list[SavedHit], int]:
    """What a search found, the latest first, and how much there is in all."""
    rows = tx.execute(
        """select scene_id, video_id, hit, found_at from saved_hits
        where owner_id = %(owner)s and search_id = %(search)s
        order by found_at desc, scene_id limit %(limit)s offset %(offset)s""",
        {"search": search_id, "limit": limit, "offset": offset},
    )
    (count,) = tx.execute(
        "select count(*) as n from saved_hits where owner_id = %(owner)s and search_id = %(search)s",
        {"search": search_id},
    )
    return [SavedHit(**row) for row in rows], int(count["n"])


def keep_hits(
    tx: Transaction, search_id: UUID, hits: Sequence[tuple[UUID, UUID, dict[str, Any]]]
) -> set[UUID]:
    """Keep what was found: (scene, video, hit). Gives the scenes that are new: nobody else is told of them."""
    new: set[UUID] = set()
    for scene_id, video_id, hit in hits:
        rows = tx.execute(
            """insert into saved_hits (owner_id, search_id, scene_id, video_id, hit)
            select %(owner)s, %(search)s, %(scene)s, %(video)s, %(hit)s
            where exists (select from videos where owner_id = %(owner)s and id = %(video)s)
              and exists (select from saved_searches where owner_id = %(owner)s and id = %(search)s)
            on conflict (owner_id, search_id, scene_id) do nothing returning scene_id""",
            {"search": search_id, "scene": scene_id, "video": video_id, "hit": plain_json(hit)},
        )
        new |= {row["scene_id"] for row in rows}
    if new:
        tx.execute(
            "update saved_searches set last_seen_at = now() where owner_id = %(owner)s and id = %(search)s",
            {"search": search_id},
        )
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A video that searches have not been asked about since it changed."""

    video_id: UUID
    change: UUID
    added_at: datetime
    tries: int  #: how often they were asked while something could not be compared


def fresh_videos(tx: Transaction, limit: int = 100) -> list[Fresh]:
    """Those that are due, the longest due first."""
    rows = tx.execute(
        """select f.video_id, f.change, v.added_at, f.tries from fresh_videos f
          join videos v on v.owner_id = f.owner_id and v.id = f.video_id
        where f.owner_id = %(owner)s and f.due_at <= now() order by f.due_at, f.video_id limit %(limit)s""",
        {"limit": limit},
    )
    return [Fresh(**row) for row in rows]


def ask_again(tx: Transaction, fresh: Fresh, after_s: float) -> None:
    """The searches are asked about it once more, so many seconds from now; where it has changed since, sooner."""
    tx.execute(
        """update fresh_videos set tries = tries + 1, due_at = now() + make_interval(secs => %(after)s)
        where owner_id = %(owner)s and video_id = %(video)s and change = %(change)s""",
        {"video": fresh.video_id, "change": fresh.change, "after": after_s},
    )


def asked_about(tx: Transaction, fresh: Fresh) -> None:
    """The searches have been asked; where the video has changed since, they are asked again."""
    tx.execute(
        """delete from fresh_videos
        where owner_id = %(owner)s and video_id = %(video)s and change = %(change)s""",
        {"video": fresh.video_id, "change": fresh.change},
    )


def owners_with_news(statements: Statements) -> list[UUID]:
    """For the operator: the owners with videos to ask about, or something to be sent now."""
    rows = statements.execute(
        """select owner_id from fresh_videos where due_at <= now() union select owner_id from deliveries
        where state = 'waiting' and due_at <= now() order by 1"""
    )
    return [row["owner_id"] for row in rows]


SELECT: LiteralString = f"select {COLUMNS} from saved_searches where owner_id = %(owner)s"  # noqa: S608


def _saved(row: Row) -> SavedSearch:
    kept = row["request"]
    request = SavedRequest(**{**kept, "query": plain(kept["query"]), "tags": tuple(kept["tags"])})
    return SavedSearch(**{**row, "request": request})
