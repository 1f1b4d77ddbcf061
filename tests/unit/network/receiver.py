"""A host that webhooks are sent to, for tests: it keeps what it got, and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import httpcore

from scenedex.network.addresses import Address
from scenedex.network.webhook import Sender

PUBLIC = "93.184.216.34"


@dataclass
class Receiver:
    """A server behind every public name."""

    port: int = 0
    status: int = 204
    location: str | None = None
    delay_s: float = 0.0
    body: bytes = b""
    address: str = PUBLIC  #: that names lead to
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)  #: path, headers, body

    def look_up(self, host: str, port: int) -> list[Address]:
        return [ip_address(self.address)]

    def connect(self, address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout_s)

    def sender(self, inner: tuple[str, ...] = (), timeout_s: float = 10.0) -> Sender:
        return Sender(inner=inner, timeout_s=timeout_s, look_up=self.look_up, connect=self.connect)


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.got.append((self.path, headers, self.rfile.read(length)))
            time.sleep(made.delay_s)
            self.send_response(made.status)
            if made.location:
                self.send_header("Location", made.location)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
