"""Which scenes of all owners lack embeddings in a visual space, and who works on which of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, LiteralString, Self
from uuid import UUID

from psycopg.sql import SQL, Composed
from psycopg.sql import Literal as Value

from scenedex.store.connections import our_errors
from scenedex.store.database import Database, Statements, Transaction
from scenedex.store.encoding import plain_json

Work = Literal["missing", "errors", "all"]
"""What is to be done: what has no row; that and what has a failure; everything again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The scenes that are to have embeddings in a space."""

    space_id: int
    work: Work = "missing"
    since: str = ""  #: ISO 8601, UTC: a failure or an embedding made then or later is not made again
    owner: UUID | None = None  #: of this owner only
    video: UUID | None = None  #: of this video only


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far a space is filled. Each scene is one of embedded, failed, missing or no_thumbnail."""

    scenes: int
    embedded: int  #: has a vector
    failed: int  #: only the reasons why there is none
    missing: int  #: has a picture and was not tried yet
    no_thumbnail: int  #: has no picture to embed
    to_do: int  #: what a backfill of this kind would try

    @property
    def percent(self) -> float:
        """Of the scenes that have a picture, 0 to 100; 100 without any."""
        seen = self.scenes - self.no_thumbnail
        return 100.0 * self.embedded / seen if seen else 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A scene, where it stands in the order of the work."""

    owner_id: UUID
    video_id: UUID
    index: int
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt at a scene that did not go well."""

    vectors: int  #: that it gave nevertheless
    error: str
    at: str  #: ISO 8601, UTC


def coverage(statements: Statements, wanted: Wanted) -> Coverage:
    """Counts over all the scenes that the transaction may see."""
    (row,) = statements.execute(SQL(COVERAGE).format(**_parts(wanted)), _params(wanted))
    return Coverage(**row)


def pending(statements: Statements, wanted: Wanted, after: Place | None, limit: int) -> list[Place]:
    """The next scenes to do, by owner, video and index; those after `after`."""
    beyond: LiteralString = ""
    params: dict[str, Any] = {**_params(wanted), "limit": limit}
    if after is not None:
        beyond = "and (s.owner_id, s.video_id, s.index) > (%(a_owner)s, %(a_video)s, %(a_index)s)"
        params |= {"a_owner": after.owner_id, "a_video": after.video_id, "a_index": after.index}
    query = SQL(PENDING).format(**_parts(wanted), more=SQL(beyond))
    return [Place(**row) for row in statements.execute(query, params)]


def still_pending(statements: Statements, wanted: Wanted, scenes: Sequence[UUID]) -> list[Place]:
    """Those of these scenes that are still to be done, in the same order."""
    query = SQL(PENDING).format(**_parts(wanted), more=SQL("and s.id = any(%(ids)s)"))
    params = {**_params(wanted), "ids": list(scenes), "limit": len(scenes)}
    return [Place(**row) for row in statements.execute(query, params)]


def kept_with_error(tx: Transaction, space_id: int, scene: UUID, tried: Tried) -> bool:
    """Whether the scene has more vectors than a new attempt gave: they stay then, with what went wrong beside them."""
    (row,) = tx.execute(
        """select count(vector) as n from embeddings
        where owner_id = %(owner)s and scene_id = %(scene)s and space_id = %(space)s""",
        {"space": space_id, "scene": scene},
    )
    if row["n"] <= tried.vectors:
        return False
    tx.execute(
        """update embeddings set metadata = metadata || %(said)s
        where owner_id = %(owner)s and scene_id = %(scene)s and space_id = %(space)s""",
        {
            "space": space_id,
            "scene": scene,
            "said": plain_json({"error": tried.error, "tried_at": tried.at}),
        },
    )
    return True


def owners_in(statements: Statements, space_id: int) -> list[UUID]:
    """The owners who have vectors in a space."""
    rows = statements.execute(
        "select distinct owner_id from videos where (vectors->>%(space)s::text)::bigint > 0",
        {"space": space_id},
    )
    return [row["owner_id"] for row in rows]


class Claims:
    """The scenes that this process has taken for itself in a space; others pass them over.

    They are locks of a database session, not row locks: no transaction stays open while a network looks at pictures,
    and they end with the process, however it ends.
    """

    def __init__(self, database: Database, space_id: int) -> None:
        self._space_id = space_id
        self._connection = database.connect_app()
        self._connection.autocommit = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def take(self, scenes: Sequence[UUID]) -> list[UUID]:
        """Take these scenes; the ones that nobody else has."""
        with our_errors():
            rows = self._connection.execute(
                """select id from unnest(%(ids)s::uuid[]) as id
                where pg_try_advisory_lock(hashtextextended(format('backfill:%%s:%%s', %(space)s::int, id), 0))""",
                {"ids": list(scenes), "space": self._space_id},
            ).fetchall()
        return [row["id"] for row in rows]

    def release(self) -> None:
        """Let go of all."""
        with our_errors():
            self._connection.execute("select pg_advisory_unlock_all()")


# An ISO time is compared as text: metadata that somebody else wrote may hold anything, and a cast of it would fail.
# What begins with a 3 or a letter is no time of ours
TO_DO: dict[Work, LiteralString] = {
    "missing": "e.rows = 0",
    "errors": "(e.rows = 0 or (e.failed > 0 and e.recent = 0))",
    "all": "e.recent = 0",
}

PICTURE: LiteralString = """(s.thumbnail_key is not null
  or exists (select from keyframes k where k.owner_id = s.owner_id and k.scene_id = s.id))"""

EMBEDDED: LiteralString = """lateral (
  select count(*) as rows, count(vector) as vectors,
    count(*) filter (where vector is null or metadata->>'error' is not null) as failed,
    count(*) filter (
      where greatest((metadata->>'created_at') collate "C", metadata->>'tried_at') between %(since)s and '3') as recent
  from embeddings where owner_id = s.owner_id and scene_id = s.id and space_id = {space}) e"""

COVERAGE: LiteralString = """
select count(*) as scenes, count(*) filter (where e.vectors > 0) as embedded,
  count(*) filter (where e.rows > 0 and e.vectors = 0) as failed,
  count(*) filter (where e.rows = 0 and picture) as missing,
  count(*) filter (where e.rows = 0 and not picture) as no_thumbnail,
  count(*) filter (where {to_do} and picture) as to_do
from scenes s, lateral (select {picture} as picture) p, {embedded}
where true {scope}"""

PENDING: LiteralString = """
select s.owner_id, s.video_id, s.index, s.id from scenes s, {embedded}
where {to_do} and {picture} {scope} {more}
order by s.owner_id, s.video_id, s.index limit %(limit)s"""


def _parts(wanted: Wanted) -> dict[str, SQL | Composed | Value]:
    owner: LiteralString = " and s.owner_id = %(only_owner)s" if wanted.owner is not None else ""
    video: LiteralString = " and s.video_id = %(only_video)s" if wanted.video is not None else ""
    return {
        "embedded": SQL(EMBEDDED).format(space=Value(wanted.space_id)),
        "picture": SQL(PICTURE),
        "to_do": SQL(TO_DO[wanted.work]),
        "scope": SQL(owner) + SQL(video),
    }


def _params(wanted: Wanted) -> dict[str, Any]:
    return {"since": wanted.since, "only_owner": wanted.owner, "only_video": wanted.video}
