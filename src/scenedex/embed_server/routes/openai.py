"""Embeddings in OpenAI's shape, so that programs made for it work: texts, and pictures as data URLs."""

import base64
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError

from scenedex.embed_server.asking import answer, body_of, parsed, received
from scenedex.embed_server.engine import Engine
from scenedex.embed_server.failures import failure_response
from scenedex.embed_server.models import OpenAIAnswer, OpenAIQuery
from scenedex.embed_server.pictures import is_data_url, is_url
from scenedex.embed_server.service import service_of
from scenedex.errors import EncoderError, ScenedexError, UsageError
from scenedex.http.errors import ApiError, invalid_response
from scenedex.types import Vector

router = APIRouter(prefix="/v1", tags=["OpenAI"])

KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


@router.post("/embeddings", response_model=OpenAIAnswer, openapi_extra=body_of(OpenAIQuery))
async def embeddings(request: Request) -> Response:
    """The vector of each text, and of each data URL the vector of its picture. They may be mixed."""
    try:
        async with received(request) as body:
            return answer(await _answered(service_of(request).engine, parsed(body, OpenAIQuery)))
    except ApiError as exc:
        return _in_their_shape(exc.response())
    except ScenedexError as exc:
        return _in_their_shape(failure_response(exc))
    except RequestValidationError as exc:
        return _in_their_shape(invalid_response(exc))


async def _answered(engine: Engine, asked: OpenAIQuery) -> dict[str, Any]:
    _check(engine, asked)
    pictures = [each for each in asked.input if is_data_url(each)]
    texts = [each for each in asked.input if not is_data_url(each)]
    found: dict[int, Vector | EncoderError | None] = {}
    places = iter([index for index, each in enumerate(asked.input) if not is_data_url(each)])
    found |= dict(zip(places, await engine.texts(texts), strict=True)) if texts else {}
    places = iter([index for index, each in enumerate(asked.input) if is_data_url(each)])
    found |= dict(zip(places, (await engine.pictures(pictures)).results, strict=True)) if pictures else {}
    rows = [_row(engine, index, found[index], asked.encoding_format) for index in range(len(asked.input))]
    tokens = sum(map(engine.model.encoder.tokens, texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": rows, "model": engine.model.name, "usage": usage}


def _check(engine: Engine, asked: OpenAIQuery) -> None:
    model = engine.model
    if asked.model is not None and asked.model.casefold() not in model.names:
        raise ApiError(
            404,
            "model_not_found",
            f"There is no model {asked.model[:200]!r} here: this server runs {model.name}.",
        )
    if asked.dimensions not in (None, model.dim):
        raise UsageError(f"The embeddings of {model.name} have {model.dim} numbers, and cannot have others.")
    for index, each in enumerate(asked.input):
        if is_url(each):
            raise UsageError(
                f"input.{index} is an address, and no address is fetched: send the picture as a data URL."
            )


def _row(engine: Engine, index: int, vector: Vector | EncoderError | None, shape: str) -> dict[str, Any]:
    if isinstance(vector, EncoderError):
        raise type(vector)(f"input.{index}: {vector}") from vector
    if vector is None:
        raise UsageError(f"input.{index}: the model {engine.model.name} reads nothing in this text.")
    plain = base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii") if shape == "base64" else vector
    return {"object": "embedding", "index": index, "embedding": plain}


def _in_their_shape(response: Response) -> Response:
    """Our failure with the two fields more that OpenAI's have."""
    failure = json.loads(bytes(response.body))
    usual = "server_error" if response.status_code >= 500 else "invalid_request_error"
    failure["error"] |= {"type": KINDS.get(response.status_code, usual), "param": None}
    headers = {name: value for name, value in response.headers.items() if name == "retry-after"}
    return Response(json.dumps(failure), response.status_code, headers, "application/json")
