"""A service for tests of what is sent to it: a library of its own, behind a real socket."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from scenedex import Library, open_library
from scenedex.api.app import create_app
from scenedex.api.service import Caller, Service
from scenedex.config import read_settings
from scenedex.types import LOCAL_OWNER

STRANGER = UUID("00000000-0000-0000-0000-0000000000ff")
OWNER = "X-Test-Owner"


class Somebody:
    """Stands where authentication stands: the header says who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            said = dict(scope["headers"]).get(OWNER.lower().encode(), str(LOCAL_OWNER).encode())
            caller = Caller(owner=UUID(said.decode()), access="admin")
            scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)


@contextmanager
def library_in(home: Path, url: str, **settings: Any) -> Iterator[Library]:
    """A library with the words alone, whose limits are these."""
    given = {"scenedex_profile": "mini", "clip_enabled": False, "scenedex_home": home, "database_url": url}
    with open_library(settings=read_settings().model_copy(update={**given, **settings})) as library:
        yield library


def app_of(library: Library) -> FastAPI:
    """The API of this library."""
    app = create_app(Service(library=library))
    app.add_middleware(Somebody)
    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app behind a port of this machine; its URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


class Sender(httpx.Client):
    """Speaks tus."""

    def __init__(self, base: str, owner: UUID = LOCAL_OWNER) -> None:
        super().__init__(base_url=f"{base}/api/v1", headers={OWNER: str(owner)}, timeout=120, trust_env=False)
        self.host, self.port = self.base_url.host, self.base_url.port or 80

    def begin(self, length: int, name: str = "clip.mp4", **headers: str) -> httpx.Response:
        named = f"filename {base64.b64encode(name.encode()).decode()}"
        return self.post(
            "/uploads", headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": named, **headers}
        )

    def begun(self, length: int, name: str = "clip.mp4") -> str:
        """The address of a new upload."""
        answer = self.begin(length, name)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].removeprefix("/api/v1")

    def part(self, place: str, offset: int, block: bytes, **headers: str) -> httpx.Response:
        return self.patch(
            place, content=block, headers={**TUS, **PART, "Upload-Offset": str(offset), **headers}
        )

    def offset(self, place: str) -> int:
        answer = self.head(place, headers=TUS)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def broken_off(self, place: str, offset: int, block: bytes, missing: int) -> None:
        """Send a part that says it is longer by `missing` bytes, and hang up; the server has seen it since."""
        head = (
            f"PATCH /api/v1{place} HTTP/1.1\r\nHost: {self.host}\r\nTus-Resumable: 1.0.0\r\n"
            f"Content-Type: {PART['Content-Type']}\r\nUpload-Offset: {offset}\r\n"
            f"Content-Length: {len(block) + missing}\r\n{OWNER}: {self.headers[OWNER]}\r\n\r\n"
        )
        self.hang_up(head.encode() + block)

    def hang_up(self, sent: bytes) -> None:
        """Send this, and no more; the server has seen the end of it since."""
        with socket.create_connection((self.host, self.port)) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass


TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}
