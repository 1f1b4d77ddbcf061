"""Files that lie on the server already."""

from fastapi import APIRouter, Request, Response

from scenedex.api.models.registration import Registered, Registration
from scenedex.api.roots import admitted
from scenedex.api.service import Writing, caller_of
from scenedex.http.failures import failures
from scenedex.jobs.deferring import PERSON
from scenedex.jobs.queue import Queue

router = APIRouter(prefix="/videos", tags=["videos"])


@router.post("", status_code=202, responses=failures(404))
def register_video(request: Request, response: Response, library: Writing, asked: Registration) -> Registered:
    """Have a file indexed where it lies. A worker does it; the job tells how far it is."""
    local = caller_of(request).key is None
    path = admitted(asked.path, library.settings.roots(), anywhere=local)
    job = Queue(library).defer("video_ingestion", path=str(path), priority=PERSON)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return Registered(job_id=job.id)
