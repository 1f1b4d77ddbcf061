"""An embedding server without a socket: its app, asked in this process."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from tests.media import shared_media

from scenedex.embed_server.app import create_app
from scenedex.embed_server.doors import Doors
from scenedex.embed_server.engine import Engine, Limits
from scenedex.embed_server.model import ServedModel
from scenedex.embed_server.service import Service
from scenedex.embed_server.signatures import Verifier
from scenedex.embeddings.signing import signature_headers

URL = "http://127.0.0.1:8093"
SECRET = "open sesame"
PATIENCE_S = 120.0

Story = Callable[[httpx.AsyncClient], Awaitable[Any]]


@contextmanager
def running(model: ServedModel, limits: Limits | None = None) -> Iterator[Service]:
    """A server's parts, loaded."""
    engine = Engine(model, limits or Limits(timeout_s=PATIENCE_S))
    engine.start()
    engine._loader.join(PATIENCE_S)
    try:
        assert engine.state == "ok", engine.trouble
        yield Service(engine=engine, verifier=Verifier(secret=SECRET))
    finally:
        engine.close()


def told(service: Service, story: Story, doors: Doors | None = None) -> Any:
    """What a story comes to that asks this server."""

    async def whole() -> Any:
        transport = httpx.ASGITransport(app=create_app(service, doors or Doors()))
        async with httpx.AsyncClient(transport=transport, base_url=URL, timeout=PATIENCE_S) as client:
            return await story(client)

    return asyncio.run(asyncio.wait_for(whole(), PATIENCE_S))


def post(service: Service, path: str, question: Any, doors: Doors | None = None) -> httpx.Response:
    """One question. Bytes are sent as they are."""

    async def story(client: httpx.AsyncClient) -> httpx.Response:
        if isinstance(question, bytes):
            return await client.post(path, content=question)
        return await client.post(path, json=question)

    found: httpx.Response = told(service, story, doors)
    return found


def get(service: Service, path: str) -> httpx.Response:
    """The same with GET."""
    found: httpx.Response = told(service, lambda client: client.get(path))
    return found


def signed(path: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers of a signed request."""
    return {"Content-Type": "application/json"} | signature_headers(secret, "POST", path, body)


def photos() -> list[bytes]:
    """Real photographs."""
    return [path.read_bytes() for path in sorted(shared_media("photos").glob("*.jpg"))]


def plain(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode("ascii")


def said(answer: httpx.Response) -> str:
    """The sentence of a failure, whose shape is checked."""
    failure = answer.json()["error"]
    assert set(failure) >= {"code", "message", "detail"}
    return str(failure["message"])
