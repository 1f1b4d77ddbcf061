"""What those ask who keep the server running: does it live, can it work, what has it done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from scenedex.api.models.vitals import Health, ProcessStats, Ready
from scenedex.api.service import Service, service_of
from scenedex.http.errors import ApiError
from scenedex.http.failures import failures
from scenedex.metrics.requests import CONTENT_TYPE

router = APIRouter(tags=["operations"])

Serving = Annotated[Service, Depends(service_of)]


@router.get("/health")
def health(service: Serving) -> Health:
    """Whether the server lives. Answers within a second, whatever the database does, and needs no key."""
    database, queue = service.vitals.database()
    return Health(
        status="ok" if (database, queue) == ("ok", "ok") else "degraded",
        database=database,
        queue=queue,
        stats=ProcessStats(uptime_s=service.vitals.uptime_s()),
    )


@router.get("/ready", responses=failures(503))
def ready(service: Serving) -> Ready:
    """Whether the server can do its work: runs the encoders of texts and pictures, asks database and queue.

    503 with what is not ready. Needs no key; the answer is kept for a second.
    """
    parts = service.vitals.parts()
    trouble: dict[str, str] = {probed.part: probed.trouble for probed in parts if probed.trouble}
    if not parts:
        trouble = {"encoders": "They are still loading, or hang."}
    if trouble:
        said = " ".join(f"{part}: {reason}" for part, reason in trouble.items())
        raise ApiError(503, "not_ready", said, detail=trouble, headers={"Retry-After": "1"})
    return Ready(status="ready", absent=[probed.part for probed in parts if probed.absent])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(service: Serving) -> Response:
    """Everything that is counted, for Prometheus. Off loopback it needs a key, as all routes with numbers do."""
    return Response(service.meters.text(), media_type=CONTENT_TYPE)
