"""What those ask who keep the server running."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.concurrency import run_in_threadpool

from scenedex.embed_server.models import Health, Ready
from scenedex.embed_server.service import Service, service_of
from scenedex.http.errors import ApiError
from scenedex.http.failures import failures
from scenedex.inference.gpu import has_gpu, memory_used_gb
from scenedex.metrics.requests import CONTENT_TYPE

router = APIRouter(tags=["operations"])

Serving = Annotated[Service, Depends(service_of)]

GPU_DEVICES = ("cuda", "tensorrt")


@router.get("/health")
async def health(service: Serving) -> Health:
    """Whether the server lives, and what it runs on. Needs no key."""
    engine = service.engine
    on_gpu = engine.device in GPU_DEVICES
    return Health(
        status=engine.state,
        model=engine.model.name,
        model_loaded=engine.state == "ok",
        device=engine.device,
        cuda_available=on_gpu or has_gpu(),
        vram_used_gb=await run_in_threadpool(memory_used_gb) if on_gpu else 0.0,
        embedding_dimension=engine.model.dim,
    )


@router.get("/ready", responses=failures(503))
async def ready(service: Serving) -> Ready:
    """Embeds a picture. 503 where that fails. Needs no key; the answer is kept for a second."""
    trouble = await service.readiness.trouble()
    if trouble is not None:
        raise ApiError(503, "not_ready", trouble, headers={"Retry-After": "2"})
    return Ready(status="ready")


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(service: Serving) -> Response:
    """Everything that is counted, for Prometheus. Off loopback it needs the key."""
    return Response(service.engine.meters.text(), media_type=CONTENT_TYPE)
