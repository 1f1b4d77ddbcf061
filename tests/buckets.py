"""A bucket for tests: moto's S3 server, and something between it and its clients that can be made to fail."""

import http.client
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.request import Request, urlopen

from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.s3.models import s3_backends

NAME = "pictures"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDOFTHETESTS",
    "AWS_SECRET_ACCESS_KEY": "s3cr3t-of-the-tests",
    "AWS_REGION": "us-east-1",
}

Trouble = Callable[[str, str], int | str | None]
"""Method and path of a request → a status; `drop` before it arrives; `lose` or `cut` its answer; None: nothing."""


def one_in(many: int, seed: int) -> Trouble:
    """Fails so many requests, in every way, and never the same one so often that it cannot succeed."""
    random, lock = Random(seed), threading.Lock()

    def trouble(method: str, path: str) -> int | str | None:
        with lock:
            return random.choice([500, 503, "drop", "lose", "cut"]) if random.random() < 1 / many else None

    return trouble


class Between(ThreadingHTTPServer):
    """Hands requests on to the server at `port`, and counts them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.trouble: Trouble = lambda method, path: None
        self.calls: Counter[str] = Counter()
        self.failed = 0
        self.body = b""  # of an answer that is a status
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no failure of the test."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def _any(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        what = self.server.trouble(self.command, self.path)
        with self.server.lock:
            self.server.calls[self.command] += 1
            self.server.failed += what is not None
        if isinstance(what, int):
            self._answer(what, [], self.server.body)
        elif what == "drop":
            self._hang_up()
        else:
            self._hand_on(sent, what)

    def _hand_on(self, sent: bytes, what: str | None) -> None:
        onward = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        try:
            onward.request(self.command, self.path, sent, dict(self.headers.items()))
            response = onward.getresponse()
            body = response.read()
        finally:
            onward.close()
        headers = [
            (name, value)
            for name, value in response.getheaders()
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}
        ]
        if what == "lose":
            self._hang_up()
        elif what == "cut" and self.command != "HEAD" and body:
            self._answer(response.status, headers, body[: len(body) // 2], len(body))
            self._hang_up()
        else:
            length = int(response.getheader("content-length") or 0) if self.command == "HEAD" else len(body)
            self._answer(response.status, headers, body, length)

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _any

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Bucket:
    """An empty bucket behind `between`."""

    def __init__(self, between: Between) -> None:
        self.between = between
        self.location = f"s3://{NAME}/a/library"

    @property
    def settings(self) -> dict[str, str]:
        return {"scenedex_objects": self.location, "aws_endpoint_url": self.between.url}

    def names(self) -> set[str]:
        """The objects that are there, under their names in the bucket."""
        return {str(key.name) for key in _backend().buckets[NAME].keys.values()}

    def fill(self, keys: Iterable[str]) -> None:
        """Put objects of these keys without a request."""
        for key in keys:
            _backend().put_object(NAME, f"a/library/{key}", b"picture")

    def make_old(self, days: float = 2.0) -> None:
        """As if all that is there had been put so long ago."""
        for key in _backend().buckets[NAME].keys.values():
            key.last_modified -= timedelta(days=days)


def _backend() -> Any:
    return next(iter(s3_backends.items()))[1]["aws"]


@contextmanager
def bucket_server() -> Iterator[Bucket]:
    """An empty bucket, until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    between = Between(port)
    thread = threading.Thread(target=between.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        urlopen(Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).close()
        urlopen(Request(f"http://127.0.0.1:{port}/{NAME}", method="PUT")).close()
        yield Bucket(between)
    finally:
        between.shutdown()
        between.server_close()
        thread.join()
        server.stop()
