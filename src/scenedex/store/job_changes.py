"""What has become of an owner's jobs since somebody last looked."""

from dataclasses import dataclass
from typing import LiteralString

from scenedex.store.database import Transaction
from scenedex.store.jobs import STATUSES, jobs_by_id
from scenedex.types import Job, JobState

WAITING_SHOWN = 100
FAILED_SHOWN = 50
"""Jobs of a state that a first look has at most; all that run."""

MANY = 500
"""More changes at once are told as a first look again."""

LATE = 200
"""Events are numbered when they happen and seen when their transaction ends: so many numbers are looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The jobs that may have changed; None where they are too many to tell one by one."""

    until: int  #: number of the latest event; the next look begins there
    jobs: tuple[Job, ...] | None
    moved: bool  #: a job came, or changed its state: the counts may be others


def latest_event(tx: Transaction) -> int:
    """The number of the latest event of any job."""
    rows = tx.execute("select coalesce(pg_sequence_last_value('procrastinate_events_id_seq'), 0) as n")
    return int(rows[0]["n"])


def first_look(tx: Transaction) -> tuple[Job, ...]:
    """The jobs that run, the first of those that wait, and the latest of those that failed; by their number."""
    rows = tx.execute(FIRST, {"waiting": WAITING_SHOWN, "failed": FAILED_SHOWN})
    return _sorted(jobs_by_id(tx, [row["id"] for row in rows]))


def job_counts(tx: Transaction) -> dict[JobState, int]:
    """How many jobs there are in each state."""
    rows = tx.execute(COUNTS)
    found = {row["status"]: int(row["n"]) for row in rows}
    return {state: sum(found.get(status, 0) for status in names) for state, names in STATUSES.items()}


def changes(tx: Transaction, since: int) -> Changes:
    """What may have changed after event `since`. A job that runs may always have."""
    until = latest_event(tx)
    rows = tx.execute(CHANGED, {"since": since, "late": LATE, "until": until, "most": 2 * MANY})
    moved = sum(row["moved"] for row in rows)
    if moved > MANY:
        return Changes(until=until, jobs=None, moved=True)
    found = jobs_by_id(tx, [row["id"] for row in rows])
    return Changes(until=until, jobs=_sorted(found), moved=moved > 0)


def _sorted(found: dict[int, Job]) -> tuple[Job, ...]:
    return tuple(found[number] for number in sorted(found))


FIRST: LiteralString = """
with open as (
  select id, status, priority from procrastinate_jobs
  where args->>'owner_id' = %(owner)s::text and status in ('todo', 'doing', 'failed'))
(select id from open where status = 'doing')
union all (select id from open where status = 'todo' order by priority desc, id limit %(waiting)s)
union all (select id from open where status = 'failed' order by id desc limit %(failed)s)
"""

COUNTS: LiteralString = """
select status::text, count(*) as n from procrastinate_jobs where args->>'owner_id' = %(owner)s::text group by status
"""

CHANGED: LiteralString = """
select id, bool_or(moved) as moved from (
  select e.job_id as id, e.id > %(since)s as moved
  from procrastinate_events e join procrastinate_jobs j on j.id = e.job_id
  where e.id > %(since)s - %(late)s and e.id <= %(until)s and j.args->>'owner_id' = %(owner)s::text
  union all
  select id, false from procrastinate_jobs
  where args->>'owner_id' = %(owner)s::text and status in ('todo', 'doing', 'failed') and status = 'doing') c
group by id order by moved desc, id limit %(most)s
"""
