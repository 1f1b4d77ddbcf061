"""Videos that are sent, or fetched from elsewhere. What is all there is indexed by a job."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool

from scenedex.api.arriving.body import pour
from scenedex.api.arriving.fetch import Fetcher, name_of
from scenedex.api.arriving.form import ENVELOPE_BYTES, FIELD, FileForm
from scenedex.api.arriving.whole import Incoming
from scenedex.api.models.uploads import FetchOrder, TakenIn
from scenedex.api.service import Service, Writing, service_of
from scenedex.errors import LimitError
from scenedex.http.errors import ApiError
from scenedex.http.failures import failures
from scenedex.library import Library
from scenedex.media.files import is_media_name

FETCH_WAIT_S = 2.0
RECEIVE_WAIT_S = 0.0

FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}

router = APIRouter(prefix="/videos", tags=["uploads"])


def fetcher_of(library: Writing) -> Fetcher:
    """What fetches; tests put another one in its place."""
    return Fetcher(limits=library.settings.fetch_limits())


@router.post(
    "/upload",
    operation_id="upload_video",
    status_code=202,
    openapi_extra=FORM,
    responses=failures(400, 415, 507),
)
async def upload_video(
    library: Writing, request: Request, response: Response, content_length: Annotated[str, Header()] = ""
) -> TakenIn:
    """Send a video in one request, in the field `file` of a form. A larger one goes to /uploads, in parts."""
    most = library.settings.upload_limits().max_bytes
    if content_length.isdecimal() and int(content_length[:20]) > most + ENVELOPE_BYTES:
        raise LimitError(
            f"A file sent in one request may have {most / 1e6:g} million bytes: send larger ones in parts, to /uploads."
        )
    with Service.a_place(service_of(request).receiving, RECEIVE_WAIT_S):
        taken = await _received(library, request, most)
    response.headers["Location"] = place_of_job(taken.job_id)
    return taken


async def _received(library: Library, request: Request, most: int) -> TakenIn:
    async with contextmanager_in_threadpool(Incoming(library, "video", most)) as incoming:
        form = FileForm(request.headers.get("content-type", ""), incoming.write)
        if not await pour(request, form.take):
            raise ApiError(400, "bad_request", "The body broke off.")
        return await run_in_threadpool(incoming.take_in, form.finish())


@router.post("/fetch", operation_id="fetch_video", status_code=202, responses=failures(502, 507))
def fetch_video(
    library: Writing,
    order: FetchOrder,
    request: Request,
    response: Response,
    fetcher: Annotated[Fetcher, Depends(fetcher_of)],
) -> TakenIn:
    """Fetch a video from an allowed host; answered when all of it is here."""
    target = fetcher.target(order.url)
    with (
        Service.a_place(service_of(request).fetches, FETCH_WAIT_S),
        Incoming(library, name_of(target), fetcher.limits.max_bytes) as incoming,
    ):
        last = fetcher.fetch(target, incoming.write)
        taken = incoming.take_in(name_of(target) if is_media_name(Path(name_of(target))) else name_of(last))
    response.headers["Location"] = place_of_job(taken.job_id)
    return taken


def place_of_job(job_id: int) -> str:
    """Where a job can be looked at."""
    return f"/api/v1/jobs/{job_id}"
