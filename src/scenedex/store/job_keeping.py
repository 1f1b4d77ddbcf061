"""The queue as a whole, over all owners: jobs of dead workers, how much waits, and what is long past.

procrastinate finishes a job by its id alone, whoever runs it by then; FINISH and GIVE_BACK ask first.
"""

from dataclasses import dataclass
from typing import LiteralString

from psycopg.sql import SQL

from scenedex.store.database import Database, Statements

MAX_DEATHS = 10
"""Workers that may die at a job: more, and it is taken for what kills them."""

KEPT_DAYS = 30
"""How long a job that has ended can be looked at."""

FINISH: LiteralString = """
with mine as (
  select id, abort_requested from procrastinate_jobs
  where id = %(job_id)s and status = 'doing' and worker_id = %(worker_id)s and attempts = %(attempts)s for update)
select procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, false) from mine
"""
"""End a job, if it is still this worker's."""

GIVE_BACK: LiteralString = """
with mine as (
  select id, abort_requested from procrastinate_jobs
  where id = %(job_id)s and status = 'doing' and worker_id = %(worker_id)s and attempts = %(attempts)s for update)
select case when abort_requested then procrastinate_finish_job_v1(id, 'aborted', false)::text
  else procrastinate_retry_job_v2(id, %(retry_at)s, null, null, null)::text end from mine
"""
"""Let a job wait again, if it is still this worker's; one that was cancelled ends."""

BEAT: LiteralString = """
insert into procrastinate_workers (id, last_heartbeat) overriding system value values (%(worker_id)s, now())
on conflict (id) do update set last_heartbeat = now()
"""
"""A worker lives. One that slept, and was taken for dead, comes back under its own number."""

_DEAD = SQL("""
  from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
    join job_reports r on r.job_id = j.id
  where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - make_interval(secs => %(dead_after_s)s))
""")

_RETAKE = SQL("""
with dead as (select j.id, j.abort_requested, r.deaths {dead} for update of j skip locked),
counted as (update job_reports r set deaths = r.deaths + 1, step = null, share = null, reason = case
    when r.deaths + 1 >= %(most)s then 'Its worker died each time, ' || %(most)s || ' times.' else reason end
  from dead where r.job_id = dead.id returning 1)
select id, case
  when abort_requested then procrastinate_finish_job_v1(id, 'aborted', false)::text
  when deaths + 1 >= %(most)s then procrastinate_finish_job_v1(id, 'failed', false)::text
  else procrastinate_retry_job_v2(id, now(), null, null, null)::text end from dead
""").format(dead=_DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many jobs of one stage wait or run, over all owners."""

    stage: str
    waiting: int
    running: int
    oldest_s: float  #: how long the one that waits longest could have been run, in seconds


def sweep_jobs(
    database: Database, dead_after_s: float, sweeper: int | None = None, *, max_deaths: int = MAX_DEATHS
) -> list[int]:
    """Give the jobs of dead workers to others; their ids. Safe when several do it at once.

    A worker is dead that has not said for `dead_after_s` that it lives; `sweeper`, who does this, lives. The sessions
    of the dead are ended first: one that hangs rather than being gone would keep its locks.
    """
    with database.operator() as tx:
        if sweeper is not None:
            tx.execute(BEAT, {"worker_id": sweeper})
        found = tx.execute(SQL("select distinct r.runner {}").format(_DEAD), {"dead_after_s": dead_after_s})
    for row in found:
        if row["runner"]:
            database.end_sessions(row["runner"])
    with database.operator() as tx:
        rows = tx.execute(_RETAKE, {"dead_after_s": dead_after_s, "most": max_deaths}) if found else []
        tx.execute(
            """delete from procrastinate_workers w where w.last_heartbeat < now() - make_interval(secs => %(long)s)
              and not exists (select from procrastinate_jobs where worker_id = w.id and status = 'doing')""",
            {"long": 3 * dead_after_s},
        )
    return [row["id"] for row in rows]


def release_jobs(database: Database, worker_id: int) -> int:
    """Give the jobs that this worker runs back to the queue, for others; how many. The worker ends now."""
    with database.operator() as tx:
        rows = tx.execute(
            """with mine as (select id, abort_requested from procrastinate_jobs
                where status = 'doing' and worker_id = %(worker)s for update)
            select case when abort_requested then procrastinate_finish_job_v1(id, 'aborted', false)::text
              else procrastinate_retry_job_v2(id, now(), null, null, null)::text end from mine""",
            {"worker": worker_id},
        )
        tx.execute("delete from procrastinate_workers where id = %(worker)s", {"worker": worker_id})
    return len(rows)


def forget_jobs(database: Database, days: float = KEPT_DAYS) -> int:
    """Forget jobs that ended longer ago than this; how many. At most a thousand at once."""
    with database.operator() as tx:
        return len(
            tx.execute(
                """delete from procrastinate_jobs where id in (
                  select j.id from procrastinate_jobs j
                  where j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
                    and not exists (select from procrastinate_events
                      where job_id = j.id and at > now() - make_interval(secs => %(days)s * 86400))
                  order by j.id limit 1000) returning id""",
                {"days": days},
            )
        )


def queue_depth(tx: Statements) -> list[Depth]:
    """How much waits and runs, for each stage of which there is any. As the operator: over all owners."""
    rows = tx.execute(
        """select task_name as stage, count(*) filter (where status = 'todo') as waiting,
          count(*) filter (where status = 'doing') as running,
          coalesce(extract(epoch from max(now() - greatest(scheduled_at, e.at))
            filter (where status = 'todo')), 0)::float8 as oldest_s
        from procrastinate_jobs j left join lateral (
          select max(at) as at from procrastinate_events where job_id = j.id and type <> 'scheduled') e on true
        where status in ('todo', 'doing') group by task_name order by task_name"""
    )
    return [Depth(**{**row, "oldest_s": max(row["oldest_s"], 0.0)}) for row in rows]


def living_workers(tx: Statements, dead_after_s: float) -> int:
    """How many workers have said lately that they live."""
    (row,) = tx.execute(
        """select count(*) as n from procrastinate_workers
        where last_heartbeat >= now() - make_interval(secs => %(dead_after_s)s)""",
        {"dead_after_s": dead_after_s},
    )
    return int(row["n"])
