"""Jobs: have something done, and see how far it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from scenedex.api.models.jobs import Job, JobId, JobPage, JobRequest
from scenedex.api.roots import admitted
from scenedex.api.service import Reading, Writing, caller_of
from scenedex.http.failures import failures
from scenedex.jobs.queue import Queue
from scenedex.types import JobState

MAX_PAGE = 200
LAST = 2**31 - 1

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.post("", status_code=202, responses=failures(404))
def add_job(request: Request, response: Response, library: Writing, asked: JobRequest) -> Job:
    """Have a stage done. A job like it that waits already is that job, with the higher priority of the two."""
    queue = Queue(library)
    if asked.path is not None:
        local = caller_of(request).key is None
        path = admitted(asked.path, library.settings.roots(), anywhere=local)
        job = queue.defer(asked.stage, path=str(path), priority=asked.priority)
    else:
        job = queue.defer(asked.stage, video_id=asked.video_id, priority=asked.priority)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return Job.model_validate(job)


@router.get("")
def list_jobs(
    library: Reading,
    state: JobState | None = None,
    video_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    offset: Annotated[int, Query(ge=0, le=LAST)] = 0,
) -> JobPage:
    """Your jobs, the newest first; those in one state, or about one video."""
    queue = Queue(library)
    jobs = queue.list(state, video_id, limit=limit, offset=offset)
    return JobPage(jobs=tuple(map(Job.model_validate, jobs)), total=queue.count(state, video_id))


@router.get("/{job_id}", responses=failures(404))
def get_job(library: Reading, job_id: JobId) -> Job:
    """One job."""
    return Job.model_validate(Queue(library).get(job_id))


@router.post("/{job_id}/cancel", responses=failures(404))
def cancel_job(library: Writing, job_id: JobId) -> Job:
    """Let a waiting job not be run, and ask a running one to stop. Nothing for one that has ended."""
    return Job.model_validate(Queue(library).cancel(job_id))


@router.post("/{job_id}/retry", responses=failures(404))
def retry_job(library: Writing, job_id: JobId) -> Job:
    """Let a job that failed or was cancelled be run again."""
    return Job.model_validate(Queue(library).retry(job_id))
