"""Jobs: have something done, and see how far it is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from scenedex.api.models.jobs import LAST_JOB, Job, JobPage, JobRequest
from scenedex.api.roots import admitted
from scenedex.api.service import Reading, Writing, caller_of
from scenedex.errors import NotFoundError, StoreError
from scenedex.http.failures import failures
from scenedex.jobs.queue import POLL_S, Queue
from scenedex.library import Library
from scenedex.types import Job as JobValue
from scenedex.types import JobState

MAX_PAGE = 200
LAST = 2**31 - 1

HEARTBEAT_S = 15.0
"""How often a stream in which nothing happens says that it is there: proxies end silent ones."""

router = APIRouter(prefix="/jobs", tags=["jobs"])

JobId = Annotated[int, Path(ge=1, le=LAST_JOB)]

EVENTS = {
    "description": "Server-sent events: `job`, with a job as its data, as it is and then at each change, until it has "
    "ended.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


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


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: EVENTS, 204: {"description": "It has ended, and you know it."}, **failures(404)},
)
async def watch_job(
    library: Reading,
    job_id: JobId,
    last_event_id: Annotated[str | None, Header(description="Sent by browsers that come back.")] = None,
) -> Response:
    """How a job goes on, as it happens."""
    job = await run_in_threadpool(Queue(library).get, job_id)
    if job.ended and last_event_id is not None:
        return Response(status_code=204)  # a browser then stops coming back
    return StreamingResponse(
        events(library, job), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def events(library: Library, job: JobValue, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[str]:
    """Each change of a job as an event, and a comment now and then. Ends with the job, or when it is forgotten."""
    queue, number, silent_s = Queue(library), 0, 0.0
    yield event(job, number)
    while not job.ended:
        await asyncio.sleep(POLL_S)
        silent_s += POLL_S
        try:
            now = await run_in_threadpool(queue.get, job.id)
        except NotFoundError:
            return
        except StoreError:
            now = job  # the database is away: the stream outlives that
        if now != job:
            job, number, silent_s = now, number + 1, 0.0
            yield event(job, number)
        elif silent_s >= heartbeat_s:
            silent_s = 0.0
            yield ": still there\n\n"


def event(job: JobValue, number: int) -> str:
    """A job as one server-sent event. JSON has no line breaks of its own."""
    return f"id: {number}\nevent: job\ndata: {Job.model_validate(job).model_dump_json()}\n\n"
