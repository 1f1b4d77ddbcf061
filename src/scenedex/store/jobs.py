"""Jobs as their owner sees them. Who runs them writes by `running`; the queue itself is procrastinate's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Identifier, Placeholder

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import path_hash, path_to_text, plain, text_to_path
from scenedex.types import Job, JobProgress, JobState, Stage

STATUSES: dict[JobState, list[str]] = {
    "waiting": ["todo"],
    "running": ["doing"],
    "done": ["succeeded"],
    "failed": ["failed"],
    "cancelled": ["cancelled", "aborted"],
}
"""What procrastinate calls our states."""

_STATES: dict[str, JobState] = {status: state for state, names in STATUSES.items() for status in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a job is about, and the lock that keeps two jobs from being about the same at once."""

    lock: str
    args: dict[str, str]  #: of the task, as JSON
    video_id: UUID | None


def place_of_video(tx: Transaction, video_id: UUID) -> Place:
    """Raises NotFoundError where the owner has no such video."""
    if not tx.execute(
        "select id from videos where owner_id = %(owner)s and id = %(video)s", {"video": video_id}
    ):
        raise NotFoundError(f"There is no video {video_id}.")
    args = {"owner_id": str(tx.owner), "video_id": str(video_id)}
    return Place(lock=f"{tx.owner}:{video_id}", args=args, video_id=video_id)


def place_of_path(tx: Transaction, path: str) -> Place:
    """Of a file, which need not be known yet. Raises UsageError for what can be no path."""
    text = path_to_text(path)
    rows = tx.execute(
        "select video_id from files where owner_id = %(owner)s and path_hash = %(hash)s",
        {"hash": path_hash(text)},
    )
    video_id = rows[0]["video_id"] if rows else None
    what = video_id or f"path:{path_hash(text).hex()}"
    return Place(lock=f"{tx.owner}:{what}", args={"owner_id": str(tx.owner), "path": text}, video_id=video_id)


def waiting_like(tx: Transaction, stage: Stage, place: Place, priority: int) -> int | None:
    """The same job, if it waits already; it has at least this priority then. None: it may be deferred now.

    Whoever defers the same at the same time waits here, until this transaction ends.
    """
    tx.execute("select pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))", {"lock": place.lock})
    rows = tx.execute(
        """update procrastinate_jobs set priority = greatest(priority, %(priority)s)
        where args->>'owner_id' = %(owner)s::text and lock = %(lock)s and task_name = %(stage)s and status = 'todo'
        returning id""",
        {"lock": place.lock, "stage": stage, "priority": priority},
    )
    return rows[0]["id"] if rows else None


def put_report(tx: Transaction, job_id: int, video_id: UUID | None) -> None:
    """Begin the report of a job that was just deferred."""
    tx.execute(
        "insert into job_reports (owner_id, job_id, video_id) values (%(owner)s, %(job)s, %(video)s)",
        {"job": job_id, "video": video_id},
    )


def get_job(tx: Transaction, job_id: int) -> Job:
    """Raises NotFoundError."""
    rows = tx.execute(SELECT + " and j.id = %(job)s", {"job": job_id}) if _possible(job_id) else []
    if not rows:
        raise NotFoundError(f"There is no job {job_id}.")
    return _job(rows[0])


def jobs_by_id(tx: Transaction, job_ids: Sequence[int]) -> dict[int, Job]:
    """These jobs; unknown ones are left out."""
    rows = tx.execute(SELECT + " and j.id = any(%(jobs)s)", {"jobs": list(job_ids)}) if job_ids else []
    return {row["id"]: _job(row) for row in rows}


def list_jobs(
    tx: Transaction,
    *,
    state: JobState | None = None,
    video_id: UUID | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Job]:
    """The newest first; those in one state, or about one video."""
    rows = tx.execute(
        SELECT + _conditions(state, video_id) + " order by j.id desc limit %(limit)s offset %(offset)s",
        {
            "statuses": STATUSES[state] if state else [],
            "video": video_id,
            "limit": limit,
            "offset": offset,
        },
    )
    return [_job(row) for row in rows]


def count_jobs(tx: Transaction, *, state: JobState | None = None, video_id: UUID | None = None) -> int:
    """How many jobs `list_jobs` has in all."""
    rows = tx.execute(
        COUNT + _conditions(state, video_id),
        {"statuses": STATUSES[state] if state else [], "video": video_id},
    )
    return int(rows[0]["n"])


def cancel_job(tx: Transaction, job_id: int) -> None:
    """One that waits will not be run; one that runs is asked to stop. Nothing for one that has ended."""
    tx.execute(
        """select procrastinate_cancel_job_v1(id, true, false) from procrastinate_jobs
        where args->>'owner_id' = %(owner)s::text and id = %(job)s and status in ('todo', 'doing')""",
        {"job": job_id},
    )


def revive_job(tx: Transaction, job_id: int) -> bool:
    """Let a job that failed or was cancelled wait once more, as if it were new. False: it is in another state.

    Workers are told, as of a job that is inserted. Raises UsageError where the same job waits already.
    """
    about = tx.execute(
        """select lock, task_name from procrastinate_jobs where args->>'owner_id' = %(owner)s::text and id = %(job)s
        and pg_advisory_xact_lock(hashtextextended(lock, 0)) is not null""",
        {"job": job_id},
    )
    twins = tx.execute(
        """select id from procrastinate_jobs where args->>'owner_id' = %(owner)s::text
        and lock = %(lock)s and task_name = %(task_name)s and status = 'todo' and id <> %(job)s""",
        {**about[0], "job": job_id} if about else {"lock": None, "task_name": None, "job": job_id},
    )
    if twins:
        raise UsageError(f"Job {twins[0]['id']} waits already to do the same.")
    rows = tx.execute(
        """update procrastinate_jobs set status = 'todo', abort_requested = false, scheduled_at = null, worker_id = null
        where args->>'owner_id' = %(owner)s::text and id = %(job)s and status in ('failed', 'cancelled', 'aborted')
        returning pg_notify('procrastinate_queue_v1#' || queue_name,
          json_build_object('type', 'job_inserted', 'job_id', id)::text)""",
        {"job": job_id},
    )
    if rows:
        tx.execute(
            """update job_reports set step = null, share = null, outcome = null, reason = null, failures = 0, deaths = 0
            where owner_id = %(owner)s and job_id = %(job)s""",
            {"job": job_id},
        )
    return bool(rows)


# -- by whoever runs a job --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job by one worker: what tells it from any other run of it."""

    job_id: int
    worker_id: int
    attempts: int  #: as the queue counts them while it runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a job stands for the one that runs it."""

    abort: bool  #: somebody asked it to stop


def hold(tx: Transaction, run: Run) -> Standing | None:
    """Keep this job from being given to another worker until the transaction ends. None: that has happened already."""
    rows = tx.execute(
        """select abort_requested from procrastinate_jobs
        where args->>'owner_id' = %(owner)s::text and id = %(job)s and status = 'doing'
          and worker_id = %(worker)s and attempts = %(attempts)s for share""",
        {"job": run.job_id, "worker": run.worker_id, "attempts": run.attempts},
    )
    return Standing(abort=rows[0]["abort_requested"]) if rows else None


def begin_report(tx: Transaction, run: Run, runner: str) -> Row:
    """Note who runs a job; what is known of it from earlier runs: `video_id`, `outcome`, `failures`."""
    rows = tx.execute(
        """update job_reports set runner = %(runner)s, step = null, share = null, reason = null
        where owner_id = %(owner)s and job_id = %(job)s returning video_id, outcome, failures""",
        {"job": run.job_id, "runner": runner},
    )
    return rows[0] if rows else {"video_id": None, "outcome": None, "failures": 0}


def report(tx: Transaction, run: Run, **changed: Any) -> None:
    """Write what is known of a job: any of `step`, `share`, `outcome`, `reason`, `video_id`, `failures`."""
    values = {name: plain(value) if isinstance(value, str) else value for name, value in changed.items()}
    columns = SQL(", ").join(SQL("{} = {}").format(Identifier(name), Placeholder(name)) for name in values)
    tx.execute(
        SQL("update job_reports set {} where owner_id = %(owner)s and job_id = %(job)s").format(columns),
        {**values, "job": run.job_id},
    )


SELECT: LiteralString = """
select j.id, j.task_name, j.status::text as status, j.priority, j.attempts, j.args, r.*, e.*
from procrastinate_jobs j join job_reports r on r.owner_id = %(owner)s and r.job_id = j.id
  left join lateral (
    select min(at) filter (where type = 'deferred') as created_at,
      max(at) filter (where type = 'started') as started_at,
      max(at) filter (where type in ('succeeded', 'failed', 'cancelled', 'aborted')) as ended_at
    from procrastinate_events where job_id = j.id) e on true
where j.args->>'owner_id' = %(owner)s::text"""


COUNT: LiteralString = """
select count(*) as n from procrastinate_jobs j join job_reports r on r.owner_id = %(owner)s and r.job_id = j.id
where j.args->>'owner_id' = %(owner)s::text"""


def _conditions(state: JobState | None, video_id: UUID | None) -> LiteralString:
    of_state: LiteralString = " and j.status = any(%(statuses)s::procrastinate_job_status[])" if state else ""
    of_video: LiteralString = " and r.video_id = %(video)s" if video_id is not None else ""
    return of_state + of_video


def _possible(job_id: int) -> bool:
    return 0 < job_id < 1 << 63


def _job(row: Row) -> Job:
    state = _STATES[row["status"]]
    running = state == "running"
    path = row["args"].get("path")
    return Job(
        id=row["id"],
        owner_id=row["owner_id"],
        stage=row["task_name"],
        state=state,
        video_id=row["video_id"],
        path=text_to_path(path) if path is not None else None,
        priority=row["priority"],
        attempts=row["attempts"] + running,
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["ended_at"] if state in ("done", "failed", "cancelled") else None,
        progress=JobProgress(step=row["step"], share=row["share"]) if running and row["step"] else None,
        outcome=row["outcome"],
        reason=row["reason"],
    )
