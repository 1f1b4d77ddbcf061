"""A request's body, as long as its client is there; and what it asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from scenedex.embed_server.service import service_of
from scenedex.http.errors import ApiError

_T = TypeVar("_T", bound=BaseModel)


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[bytes]:
    """The body. The block ends where its client goes away: then nobody needs what it does. Raises ApiError."""
    bodies, parts, size = service_of(request).bodies, list[bytes](), 0
    try:
        async for part in request.stream():
            bodies.take(len(part))
            size += len(part)
            parts.append(part)
        async with _while_there(request):
            yield b"".join(parts)
    except ClientDisconnect as exc:
        raise _gone() from exc
    finally:
        bodies.held -= size


def parsed(body: bytes, kind: type[_T]) -> _T:
    """What is asked. Raises ApiError (400) for what is no JSON, and RequestValidationError for what does not fit."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise ApiError(400, "bad_request", f"The body is no JSON: {errors[0]['msg']}.") from exc
        raise RequestValidationError(errors) from exc


def answer(value: dict[str, Any]) -> Response:
    """JSON, in which vectors may stand as they are."""
    return Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


def body_of(kind: type[BaseModel]) -> dict[str, Any]:
    """That a route takes this, for the schema."""
    content = {"application/json": {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def _while_there(request: Request) -> AsyncIterator[None]:
    working = asyncio.current_task()
    assert working is not None
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = True
        working.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError as exc:
        if gone and not working.uncancel():
            raise _gone() from exc
        raise
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _gone() -> ApiError:
    return ApiError(499, "client_gone", "The client went away.")
