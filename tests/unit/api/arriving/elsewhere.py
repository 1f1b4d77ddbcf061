"""A host on the internet, for tests: names that lead to it, and what it was asked."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import httpcore

from scenedex.api.arriving.fetch import Fetcher
from scenedex.network.addresses import Address
from scenedex.types import FetchLimits

PUBLIC = "93.184.216.34"
HOSTS = (
    "media.example",
    "*.cdn.example",
    "inner.example",
    "127.0.0.1",
    "0x7f000001",
    "127.1",
    "017700000001",
    "0",
    "169.254.169.254",
    "localhost",
)

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class World:
    """A server, what was asked of it, and the names that lead to it."""

    port: int = 0
    asked: list[str] = field(default_factory=list)  #: "Host path"
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    names: dict[str, list[str]] = field(
        default_factory=lambda: {
            name: [PUBLIC] for name in ("media.example", "a.cdn.example", "inner.example")
        }
    )

    def look_up(self, host: str, port: int) -> list[Address]:
        self.looked_up.append(host)
        given = self.names.get(host)
        if given is None:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return [ip_address(str(entry[4][0])) for entry in found]
        # another answer each time, as a name that turns has it; the last one stays
        now = given.pop(0) if len(given) > 1 else given[0]
        return [ip_address(text) for text in now.split()]

    def connect(self, address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        self.connected.append((address, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout_s)

    def fetcher(self, **changed: Any) -> Fetcher:
        limits = FetchLimits(**{"hosts": HOSTS, "max_bytes": 1_000_000, "timeout_s": 60.0, **changed})
        return Fetcher(limits=limits, look_up=self.look_up, connect=self.connect)

    def usual_fetcher(self) -> Fetcher:
        """Without arguments, which FastAPI would take from the request."""
        return self.fetcher()

    def fetch(self, url: str, fetcher: Fetcher | None = None) -> bytes:
        fetcher, got = fetcher or self.fetcher(), bytearray()
        fetcher.fetch(fetcher.target(url), got.extend)
        return bytes(got)


@contextmanager
def world(answers: dict[str, Answer], context: ssl.SSLContext | None = None) -> Iterator[World]:
    """Answers by path, of one server behind all names."""
    made = World()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(f"{self.headers['Host']} {self.path}")
            answers[self.path.partition("?")[0]](self)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def gives(content: bytes, status: int = 200, **headers: str) -> Answer:
    """An answer with this body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def leads(to: str) -> Answer:
    """A redirect."""
    return gives(b"", 302, Location=to)
