"""All jobs of an owner as one stream of server-sent events, and each as one of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from scenedex.api.models.jobs import Job, JobCounts, JobId, JobsState
from scenedex.api.service import Reading, service_of
from scenedex.errors import NotFoundError, StoreError
from scenedex.http.failures import failures
from scenedex.jobs.queue import POLL_S, Queue
from scenedex.jobs.watching import Look, Watch
from scenedex.library import Library
from scenedex.types import Job as JobValue

HEARTBEAT_S = 15.0
"""How often a stream in which nothing happens says that it is there: proxies end silent ones."""

LOOK_S = 1.0
"""How often all jobs are looked at."""

LIFE_S = 900.0
"""A stream of all jobs ends after this, and the browser comes back: a key that was revoked ends with it."""

router = APIRouter(prefix="/jobs", tags=["jobs"])

LastEvent = Annotated[str | None, Header(description="Sent by browsers that come back.")]
STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
ONE = {
    **STREAM,
    "description": "Server-sent events: `job`, with a job as its data, as it is and then at each change, until it has "
    "ended.",
}
ALL = {
    **STREAM,
    "description": "Server-sent events. `state`: the jobs that run, wait and failed, with `counts`; first, and where "
    "too much changed at once. `job`: one job that is new or has changed. `counts`: how many there are in each state.",
}


class EventAnswer(StreamingResponse):
    """A stream of events; however it ends, its place is free again."""

    def __init__(self, stream: AsyncIterator[str], leave: Callable[[], None]) -> None:
        super().__init__(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


@router.get("/events", response_class=StreamingResponse, responses={200: ALL})
async def watch_jobs(request: Request, library: Reading, last_event_id: LastEvent = None) -> Response:
    """How all your jobs are, and then what changes, as it happens. The stream ends now and then: come back to it."""
    leave = service_of(request).streams.take(library.owner)
    return EventAnswer(all_events(Watch(library), _number(last_event_id)), leave)


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: ONE, 204: {"description": "It has ended, and you know it."}, **failures(404)},
)
async def watch_job(
    request: Request, library: Reading, job_id: JobId, last_event_id: LastEvent = None
) -> Response:
    """How a job goes on, as it happens."""
    job = await run_in_threadpool(Queue(library).get, job_id)
    if job.ended and last_event_id is not None:
        return Response(status_code=204)  # a browser then stops coming back
    leave = service_of(request).streams.take(library.owner)
    return EventAnswer(events(library, job), leave)


async def all_events(
    watch: Watch,
    since: int | None = None,
    *,
    heartbeat_s: float = HEARTBEAT_S,
    look_s: float = LOOK_S,
    life_s: float | None = None,
) -> AsyncIterator[str]:
    """What a watch sees, at least once. A database that is away is waited for: the stream outlives that."""
    told_at = time.monotonic()
    ends_at = told_at + (LIFE_S if life_s is None else life_s)
    begun = False
    while True:
        try:
            look = await run_in_threadpool(watch.next if begun else watch.first, *([] if begun else [since]))
            begun = True
        except StoreError:
            look = None
        for part in _told(look) if look else ():
            told_at = time.monotonic()
            yield part
        if time.monotonic() - told_at >= heartbeat_s:
            told_at = time.monotonic()
            yield ": still there\n\n"
        if time.monotonic() >= ends_at:
            return
        await asyncio.sleep(look_s)


async def events(library: Library, job: JobValue, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[str]:
    """Each change of a job as an event, and a comment now and then. Ends with the job, or when it is forgotten."""
    queue, number, silent_s = Queue(library), 0, 0.0
    yield event("job", number, Job.model_validate(job))
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
            yield event("job", number, Job.model_validate(job))
        elif silent_s >= heartbeat_s:
            silent_s = 0.0
            yield ": still there\n\n"


def event(kind: str, number: int, data: BaseModel) -> str:
    """One server-sent event. JSON has no line breaks of its own."""
    return f"id: {number}\nevent: {kind}\ndata: {data.model_dump_json()}\n\n"


def _told(look: Look) -> Iterator[str]:
    jobs = tuple(map(Job.model_validate, look.jobs))
    counts = JobCounts.model_validate(look.counts) if look.counts is not None else None
    if look.whole and counts is not None:
        yield event("state", look.number, JobsState(jobs=jobs, counts=counts))
        return
    for job in jobs:
        yield event("job", look.number, job)
    if counts is not None:
        yield event("counts", look.number, counts)


def _number(said: str | None) -> int | None:
    """Of the last event that a browser has seen; None for what is none."""
    return int(said) if said is not None and said.isascii() and said.isdecimal() and len(said) < 19 else None
