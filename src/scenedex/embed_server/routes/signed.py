"""Pictures and texts of our own client: each request is signed."""

import time
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from scenedex.embed_server.asking import answer, body_of, parsed, received
from scenedex.embed_server.failures import failure_code
from scenedex.embed_server.models import ManyEmbedded, PicturesQuery, TextsQuery
from scenedex.embed_server.service import Service, service_of
from scenedex.embed_server.signatures import Signed, single
from scenedex.embeddings.signing import NONCE, SIGNATURE, TIMESTAMP
from scenedex.errors import EncoderError, UsageError
from scenedex.http.errors import ApiError
from scenedex.http.failures import failures
from scenedex.types import Vector

router = APIRouter(prefix="/v1/embed", tags=["signed"])


@router.post("/text", response_model=ManyEmbedded, responses=failures(401), openapi_extra=body_of(TextsQuery))
async def text(request: Request) -> Response:
    """The vector of each text."""
    async with received(request) as body:
        service = service_of(request)
        _check(service, request, body)
        asked = parsed(body, TextsQuery)
        texts = _one_or_many("text", asked.text, asked.texts)
        began = time.perf_counter()
        name = service.engine.model.name
        vectors = [
            vector if vector is not None else UsageError(f"The model {name} reads nothing in this text.")
            for vector in await service.engine.texts(texts)
        ]
        return answer(_many(service, vectors, 1000 * (time.perf_counter() - began)))


@router.post(
    "/image", response_model=ManyEmbedded, responses=failures(401), openapi_extra=body_of(PicturesQuery)
)
async def image(request: Request) -> Response:
    """The vector of each picture. Of several, one that cannot be read does not harm the others."""
    async with received(request) as body:
        service = service_of(request)
        _check(service, request, body)
        asked = parsed(body, PicturesQuery)
        seen = await service.engine.pictures(_one_or_many("image", asked.image, asked.images))
        return answer(_many(service, seen.results, seen.took_ms))


def _check(service: Service, request: Request, body: bytes) -> None:
    headers = request.headers
    signed = Signed(
        method=request.method,
        path=request.scope["path"],
        timestamp=single(headers.getlist(TIMESTAMP)),
        nonce=single(headers.getlist(NONCE)),
        signature=single(headers.getlist(SIGNATURE)),
        body=body,
    )
    if not service.verifier.admits(signed):
        raise ApiError(
            401,
            "unauthorized",
            "This request is not signed as it should be: the secret, the clock (5 minutes), a nonce that is used once, "
            "and the body as it was signed all have to be right.",
        )


def _one_or_many(what: str, one: str | None, many: list[str] | None) -> list[str]:
    if (one is None) == (many is None):
        raise UsageError(f"Either {what} or {what}s is expected, and not both.")
    return [one] if one is not None else many or []


def _many(
    service: Service, results: Sequence[Vector | EncoderError | UsageError], took_ms: float
) -> dict[str, Any]:
    failed = [
        (index, result)
        for index, result in enumerate(results)
        if isinstance(result, EncoderError | UsageError)
    ]
    if failed and len(results) == 1:
        raise failed[0][1]
    return {
        "embeddings": [None if isinstance(each, EncoderError | UsageError) else each for each in results],
        "errors": [
            {"index": index, "code": failure_code(error), "message": str(error)} for index, error in failed
        ],
        "model": service.engine.model.name,
        "dim": service.engine.model.dim,
        "inference_time_ms": took_ms,
    }
