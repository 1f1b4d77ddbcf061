"""tus 1.0.0: videos that are sent in parts, and gone on with where they broke off."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool

from scenedex.api.arriving import tus
from scenedex.api.arriving.admission import admitted
from scenedex.api.arriving.body import pour
from scenedex.api.arriving.names import clean_name
from scenedex.api.arriving.resuming import Part, advanced, alone, checked, completed, opened, size_of
from scenedex.api.models.uploads import Upload, UploadList
from scenedex.api.routes.uploads import RECEIVE_WAIT_S, place_of_job
from scenedex.api.service import Reading, Service, Writing, service_of
from scenedex.errors import LimitError, NotAVideoError
from scenedex.http.errors import ApiError
from scenedex.http.failures import failures
from scenedex.library import Library
from scenedex.store.arrivals import Arrival

OCTETS = "application/offset+octet-stream"

router = APIRouter(prefix="/uploads", tags=["uploads"])

Text = Annotated[str | None, Header()]


def speaks_tus(tus_resumable: Text = None) -> None:
    """Every request of the protocol says its version."""
    tus.check_version(tus_resumable)


TUS = [Depends(speaks_tus)]


@router.options("", operation_id="describe_uploads", status_code=204)
def describe_uploads(library: Reading) -> Response:
    """What of tus is spoken here, and how large a file may be."""
    return _empty(
        204,
        {
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(library.settings.upload_limits().max_resumable_bytes),
        },
    )


@router.get("", operation_id="list_uploads")
def list_uploads(library: Reading) -> UploadList:
    """The caller's uploads that are not finished, the oldest first."""
    arrivals = library.arrivals
    found = arrivals.listed(library.owner, "unfinished")
    return UploadList(uploads=tuple(Upload.of(arrivals, arrival) for arrival in found))


@router.get("/{upload_id}", operation_id="get_upload", responses=failures(404))
def get_upload(library: Reading, upload_id: UUID) -> Upload:
    """How far an upload is, and what became of it."""
    return Upload.of(library.arrivals, library.arrivals.find(library.owner, upload_id))


@router.post(
    "", operation_id="create_upload", status_code=201, dependencies=TUS, responses=failures(400, 412, 507)
)
def create_upload(
    library: Writing,
    upload_length: Text = None,
    upload_defer_length: Text = None,
    upload_metadata: Text = None,
) -> Response:
    """Begin an upload; `Location` says where its parts go. `filename` in `Upload-Metadata` is its name."""
    if upload_defer_length is not None:
        raise ApiError(400, "bad_request", "Upload-Defer-Length is not spoken here: send Upload-Length.")
    limits = library.settings.upload_limits()
    length = tus.number("Upload-Length", upload_length)
    if length > limits.max_resumable_bytes:
        raise LimitError(f"A file may have {limits.max_resumable_bytes / 1e6:g} million bytes at most.")
    if length == 0:
        raise NotAVideoError("The file is empty.")
    said = tus.metadata(upload_metadata or "")
    name = clean_name(said.get("filename") or said.get("name") or "")
    with admitted(
        library.arrivals, limits, library.owner, name=name, length=length, metadata=upload_metadata or ""
    ) as arrival:
        return _empty(
            201,
            {"Location": f"/api/v1/uploads/{arrival.id}", "Upload-Expires": tus.until(arrival.expires_at)},
        )


@router.head(
    "/{upload_id}", operation_id="ask_upload", dependencies=TUS, responses=failures(404, 410, 412, 423)
)
def ask_upload(library: Reading, upload_id: UUID) -> Response:
    """How many bytes of it are there, in `Upload-Offset`."""
    arrival = checked(library.arrivals.find(library.owner, upload_id))
    if arrival.job is None and size_of(library, arrival) == arrival.length:
        with alone(library, upload_id) as held:  # its last part was received, and its answer lost
            arrival = completed(library, held)
    said = {"Upload-Metadata": arrival.metadata} if arrival.metadata else {}
    return _empty(200, {**_progress(library, arrival), "Upload-Length": str(arrival.length), **said})


@router.patch(
    "/{upload_id}",
    operation_id="continue_upload",
    status_code=204,
    dependencies=TUS,
    responses=failures(400, 404, 409, 410, 412, 415, 423, tus.MISMATCH, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def continue_upload(
    library: Writing,
    upload_id: UUID,
    request: Request,
    upload_offset: Text = None,
    upload_checksum: Text = None,
) -> Response:
    """Send the bytes that follow `Upload-Offset`. The last ones make it a video to index: `Scenedex-Job` is its job."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != OCTETS:
        raise ApiError(415, "unsupported_media_type", f"The body must be {OCTETS}.")
    offset, check = tus.number("Upload-Offset", upload_offset), tus.checksum(upload_checksum)
    with Service.a_place(service_of(request).receiving, RECEIVE_WAIT_S):
        async with contextmanager_in_threadpool(alone(library, upload_id)) as held:
            arrival = checked(held)
            stated = tus.stated(request.headers)
            part = await run_in_threadpool(opened, library, arrival, offset, stated, check)
            await _received(library, arrival, request, part)
            arrival = await run_in_threadpool(advanced, library, arrival)
            return _empty(204, _progress(library, arrival))


async def _received(library: Library, arrival: Arrival, request: Request, part: Part) -> None:
    """What came is on the disk to stay when this returns, however it ended."""
    try:
        async with contextmanager_in_threadpool(part.sink):
            part.judge(await pour(request, part.write))
    except NotAVideoError as exc:
        await run_in_threadpool(library.arrivals.refuse, arrival, str(exc))
        raise


@router.delete(
    "/{upload_id}",
    operation_id="end_upload",
    status_code=204,
    dependencies=TUS,
    responses=failures(404, 409, 412, 423),
)
def end_upload(library: Writing, upload_id: UUID) -> Response:
    """Give an upload up. One that is all there is a video: that is removed by /videos."""
    with alone(library, upload_id) as arrival:
        if arrival.job is not None:
            raise ApiError(409, "conflict", "This upload is all there: remove its video instead.")
        library.arrivals.forget(arrival)
    return _empty(204, {})


@router.post("/{upload_id}", operation_id="override_upload", include_in_schema=False, dependencies=TUS)
async def override_upload(
    library: Writing,
    upload_id: UUID,
    request: Request,
    upload_offset: Text = None,
    upload_checksum: Text = None,
    x_http_method_override: Text = None,
) -> Response:
    """For clients that cannot send PATCH and DELETE (tus: X-HTTP-Method-Override)."""
    if x_http_method_override == "PATCH":
        return await continue_upload(library, upload_id, request, upload_offset, upload_checksum)
    if x_http_method_override == "DELETE":
        return await run_in_threadpool(end_upload, library, upload_id)
    raise ApiError(405, "method_not_allowed", "Send PATCH or DELETE.")


def _progress(library: Library, arrival: Arrival) -> dict[str, str]:
    headers = {
        "Upload-Offset": str(size_of(library, arrival)),
        "Upload-Expires": tus.until(arrival.expires_at),
        "Cache-Control": "no-store",
    }
    if arrival.job is None:
        return headers
    return {**headers, "Scenedex-Job": place_of_job(arrival.job)}


def _empty(status: int, headers: dict[str, str]) -> Response:
    return Response(status_code=status, headers=headers)
