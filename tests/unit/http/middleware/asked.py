"""An app, a request, and what came of it, without a server in between."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Told:
    """What an app has sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


def request(path: str = "/x", headers: dict[str, str] | None = None) -> Scope:
    pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": "POST", "path": path, "headers": pairs}


async def ask(app: ASGIApp, scope: Scope | None = None, parts: Iterable[bytes] = (b"",)) -> Told:
    """Send the parts of a body, then wait as a client does."""
    told, waiting = Told(), list(parts)
    ended = asyncio.Event()

    async def receive() -> Message:
        if waiting:
            part = waiting.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    await app(scope or request(), receive, send)
    return told


async def says(send: Send, text: bytes = b"ok", status: int = 200, **headers: str) -> None:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": text})


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the number of bytes that it was sent; breaks off as frameworks do."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        size += len(message["body"])
        if not message["more_body"]:
            break
    await says(send, str(size).encode())


def run(made: Callable[[], Awaitable[Any]]) -> Any:
    """Run it in a loop of its own, for no longer than a minute."""
    return asyncio.run(asyncio.wait_for(made(), 60))  # type: ignore[arg-type]
