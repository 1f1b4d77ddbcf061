"""How an owner's library is doing: what is embedded, how long jobs take, what waits."""

from dataclasses import dataclass
from typing import LiteralString

from scenedex.store.database import Transaction
from scenedex.types import Modality, Stage

RECENT_JOBS = 500
"""The latest jobs that ended, of which seconds are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceCoverage:
    """How far a space is filled."""

    space: str
    modality: Modality
    live: bool
    scenes: int  #: with an embedding
    errors: int  #: embeddings that failed
    of: int | None  #: scenes that have something to embed; None where that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSeconds:
    """How long jobs of one stage took, of the latest."""

    stage: Stage
    runs: int
    p50_s: float
    p95_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageQueue:
    """Jobs of one stage."""

    stage: Stage
    waiting: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """All of it."""

    coverage: tuple[SpaceCoverage, ...]
    stages: tuple[StageSeconds, ...]
    queue: tuple[StageQueue, ...]


def coverage(tx: Transaction) -> list[SpaceCoverage]:
    """Of each space in which there is anything, and of each that is live. Reads all embeddings of the owner."""
    return [SpaceCoverage(**row) for row in tx.execute(COVERAGE)]


def stage_seconds(tx: Transaction) -> list[StageSeconds]:
    """Of the latest jobs that were done."""
    return [StageSeconds(**row) for row in tx.execute(SECONDS, {"most": RECENT_JOBS})]


def stage_queue(tx: Transaction) -> list[StageQueue]:
    """Of each stage of which a job waits, runs or failed."""
    return [StageQueue(**row) for row in tx.execute(QUEUE)]


COVERAGE: LiteralString = """
with filled as (
  select space_id, count(distinct scene_id) filter (where vector is not null) as scenes,
    count(*) - count(vector) as errors
  from embeddings where owner_id = %(owner)s group by space_id),
total as (
  select coalesce(sum(scene_count) filter (where width is not null), 0)::bigint as seen,
    coalesce(sum(scene_count) filter (where jsonb_array_length(media->'audio') > 0), 0)::bigint as heard,
    coalesce(sum(spoken), 0)::bigint as said
  from videos where owner_id = %(owner)s)
select s.name as space, s.modality, s.state = 'live' as live, coalesce(f.scenes, 0) as scenes,
  coalesce(f.errors, 0) as errors,
  case when s.name like '%%:description' then null when s.modality in ('visual', 'region', 'scene') then t.seen
    when s.modality = 'audio' then t.heard else t.said end as of
from spaces s cross join total t left join filled f on f.space_id = s.id
where f.space_id is not null or s.state = 'live' order by s.modality, s.name
"""

SECONDS: LiteralString = """
select stage, count(*) as runs, percentile_cont(0.5) within group (order by seconds) as p50_s,
  percentile_cont(0.95) within group (order by seconds) as p95_s
from (
  select j.task_name as stage, extract(epoch from e.ended - e.started)::float8 as seconds
  from (select id, task_name from procrastinate_jobs
    where args->>'owner_id' = %(owner)s::text and status = 'succeeded' order by id desc limit %(most)s) j,
  lateral (select max(at) filter (where type = 'started') as started, max(at) filter (where type = 'succeeded') as ended
    from procrastinate_events where job_id = j.id) e
  where e.started is not null and e.ended >= e.started) t
group by stage order by stage
"""

QUEUE: LiteralString = """
select task_name as stage, count(*) filter (where status = 'todo') as waiting,
  count(*) filter (where status = 'doing') as running, count(*) filter (where status = 'failed') as failed
from procrastinate_jobs where args->>'owner_id' = %(owner)s::text and status in ('todo', 'doing', 'failed')
group by task_name order by task_name
"""
