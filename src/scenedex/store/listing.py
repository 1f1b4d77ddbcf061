"""The videos of an owner as a page of a list: sorted, filtered, each with how it stands. One statement finds the page,
whatever the number of videos; three more read what is told of those on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain
from scenedex.store.jobs import jobs_by_id
from scenedex.store.videos import videos_by_id
from scenedex.types import Job, Video, VideoSort, VideoState

MAX_TEXT = 200
"""Characters of a name that can be looked for."""

ORDERS: Mapping[VideoSort, LiteralString] = {
    "newest": "added_at desc, id",
    "oldest": "added_at, id",
    "name": "lower(name), name, id",
    "longest": "duration_s desc, id",
    "shortest": "duration_s, id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVideo:
    """A video in a list."""

    video: Video
    state: VideoState
    job: Job | None  #: the one that makes its state: that runs, waits, or failed
    scene_id: UUID | None  #: of a scene that stands for it in a picture; None without pictures
    thumbnail_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which videos are wanted, and in which order."""

    text: str = ""  #: part of the name; case does not count
    state: VideoState | None = None
    sort: VideoSort = "newest"
    video_id: UUID | None = None  #: this one alone


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoList:
    """A page of a list."""

    videos: tuple[ListedVideo, ...]
    total: int  #: videos that are wanted, on all pages
    states: dict[VideoState, int]  #: how many there are in each state, whichever was wanted


def list_page(tx: Transaction, wanted: Wanted, *, limit: int, offset: int = 0) -> VideoList:
    """A page. Raises UsageError for a page, an order or a text that makes no sense."""
    if limit < 0 or offset < 0:
        raise UsageError("Limit and offset may not be negative.")
    if wanted.sort not in ORDERS:
        raise UsageError(f"There is no order {wanted.sort!r}: there are {', '.join(ORDERS)}.")
    if len(wanted.text) > MAX_TEXT:
        raise UsageError(f"A part of a name has {MAX_TEXT} characters at most.")
    query, params = statement(wanted, limit, offset)
    rows = tx.execute(query, params)
    states: dict[VideoState, int] = rows[0]["states"] or {}
    found = [row for row in rows if row["id"] is not None]
    ids = [row["id"] for row in found]
    videos = videos_by_id(tx, ids)
    jobs = jobs_by_id(tx, [row["job_id"] for row in found if row["job_id"] is not None])
    pictures = {row["video_id"]: row for row in tx.execute(PICTURES, {"videos": ids})} if ids else {}
    return VideoList(
        videos=tuple(
            ListedVideo(
                video=videos[row["id"]],
                state=row["state"],
                job=jobs.get(row["job_id"]),
                scene_id=picture["id"] if (picture := pictures.get(row["id"])) else None,
                thumbnail_key=picture["thumbnail_key"] if picture else None,
            )
            for row in found
            if row["id"] in videos
        ),
        total=states.get(wanted.state, 0) if wanted.state else sum(states.values()),
        states=states,
    )


def listed_video(tx: Transaction, video_id: UUID) -> ListedVideo:
    """One video as a list tells of it. Raises NotFoundError."""
    found = list_page(tx, Wanted(video_id=video_id), limit=1).videos
    if not found:
        raise NotFoundError(f"There is no video {video_id}.")
    return found[0]


def thumbnails_of(tx: Transaction, videos: Sequence[UUID]) -> dict[UUID, str]:
    """Key of the picture that stands for a video; one without pictures is left out."""
    rows = tx.execute(PICTURES, {"videos": list(videos)}) if videos else []
    return {row["video_id"]: row["thumbnail_key"] for row in rows if row["thumbnail_key"]}


def statement(wanted: Wanted, limit: int, offset: int) -> tuple[Composed, dict[str, Any]]:
    """What finds a page, and its parameters."""
    params = {
        "video": wanted.video_id,
        "text": plain(wanted.text).strip(),
        "state": wanted.state,
        "limit": limit,
        "offset": offset,
    }
    return SQL(PAGE).format(order=SQL(ORDERS[wanted.sort])), params


# a failure is one until a later job of the same stage has been put in
PAGE: LiteralString = """
with named as (
  select video_id, missing, coalesce(name, substring(path from '[^/]*$')) as name from (
    select distinct on (video_id) video_id, missing, name, path from files
    where owner_id = %(owner)s and (%(video)s::uuid is null or video_id = %(video)s)
    order by video_id, missing, seen_at desc, path) f),
open as (
  select j.id, j.status, j.task_name, r.video_id
  from procrastinate_jobs j join job_reports r on r.owner_id = %(owner)s and r.job_id = j.id
  where j.args->>'owner_id' = %(owner)s::text and j.status in ('todo', 'doing', 'failed') and r.video_id is not null
    and (%(video)s::uuid is null or r.video_id = %(video)s)),
marks as (
  select video_id, bool_or(status = 'doing') as running, bool_or(status = 'todo') as waiting,
    (array_agg(id order by status = 'doing' desc, status = 'todo' desc, id desc))[1] as job_id
  from open o
  where status <> 'failed' or not exists (
    select from job_reports r join procrastinate_jobs j on j.id = r.job_id
    where r.owner_id = %(owner)s and r.video_id = o.video_id and r.job_id > o.id and j.task_name = o.task_name)
  group by video_id),
listed as materialized (
  select v.id, v.added_at, v.duration_s, coalesce(n.name, v.title) as name, m.job_id,
    case when m.running then 'running' when m.waiting then 'pending' when m.job_id is not null then 'failed'
      when coalesce(n.missing, true) then 'offline' else 'indexed' end as state
  from videos v left join named n on n.video_id = v.id left join marks m on m.video_id = v.id
  where v.owner_id = %(owner)s and (%(video)s::uuid is null or v.id = %(video)s)
    and (%(text)s = '' or position(normalize(lower(%(text)s)) in normalize(lower(coalesce(n.name, v.title)))) > 0)),
page as (
  select id, state, job_id, row_number() over (order by {order}) as place from listed
  where %(state)s::text is null or state = %(state)s order by {order} limit %(limit)s offset %(offset)s)
select t.states, p.id, p.state, p.job_id
from (select jsonb_object_agg(state, n) as states from (select state, count(*) as n from listed group by state) c) t
  left join page p on true order by p.place
"""

# a third into the video: the first scene is black as often as not
PICTURES: LiteralString = """
select v.id as video_id, s.id, s.thumbnail_key from videos v, lateral (
  select id, thumbnail_key from scenes
  where owner_id = %(owner)s and video_id = v.id and index >= v.scene_count / 3 and thumbnail_key is not null
  order by index limit 1) s
where v.owner_id = %(owner)s and v.id = any(%(videos)s)
"""
