"""Connections to one server over HTTP/1.1, kept open between requests; each request ends at a moment of its own.

httpx limits each step of a request, so a server that sends one byte a second holds its client for hours. Here looking
the name up, connecting, TLS, writing and reading share one deadline.
"""

import base64
import ipaddress
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from scenedex.errors import EncoderTimeoutError, RemoteAnswerError, RemoteFailedError

MOST = 64
"""Requests at once; more wait for their turn."""

KEPT = 16
"""Connections that stay open without a request."""

IDLE_S = 4.0
"""How long they do: less than the 5 s after which uvicorn and others close theirs."""

_PIECE = 16 << 10  # bytes that a socket takes at once, so that each has the time that is left
_ADDRESSES = 4
_SENT = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered."""

    status: int
    retry_after: str
    body: bytes


class Connections:
    """The connections to one server. Safe to share between threads; the first request opens the first of them."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._network = _Network()
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None

    def close(self) -> None:
        """Close those that are open. A request afterwards opens one again."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def path(self, path: str) -> str:
        """The path below this server's, as it is sent."""
        return self._target(path).raw_path.decode("ascii")

    def post(
        self, path: str, headers: Mapping[str, str], body: bytes, *, until: float, max_bytes: int
    ) -> Reply:
        """The answer to a request, by `until` on the clock of time.monotonic.

        Raises EncoderTimeoutError; RemoteFailedError where the server cannot be reached or breaks off;
        RemoteAnswerError for an answer of more than `max_bytes`.
        """
        target = self._target(path)
        url = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        sent = _SENT | _authorised(target) | dict(headers)
        left_s = max(0.0, until - time.monotonic())
        limits = {"timeout": {"pool": left_s}}
        try:
            with (
                self._network.until(until),
                self._opened(target).stream(
                    "POST", url, headers=list(sent.items()), content=body, extensions=limits
                ) as answer,
            ):
                return _read(answer, max_bytes)
        except httpcore.TimeoutException as exc:
            raise EncoderTimeoutError(f"Timeout: {self.url} did not answer in time.") from exc
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as exc:
            said = str(exc) or type(exc).__name__
            raise RemoteFailedError(f"The encoding service {self.url} cannot be reached: {said}") from exc

    def _target(self, path: str) -> httpx.URL:
        try:
            return httpx.URL(self.url + path)
        except httpx.InvalidURL as exc:
            raise RemoteFailedError(f"The encoding service {self.url} has an address that is none.") from exc

    def _opened(self, target: httpx.URL) -> httpcore.ConnectionPool:
        with self._lock:
            if self._pool is None:
                self._pool = _pool(target, self._network)
            return self._pool


class _Network(httpcore.NetworkBackend):
    """Connects, and lets no step of a thread's request last beyond what `until` says for that thread."""

    def __init__(self) -> None:
        self._thread = threading.local()
        self._plain = httpcore.SyncBackend()

    @contextmanager
    def until(self, moment: float) -> Iterator[None]:
        self._thread.until = moment
        try:
            yield
        finally:
            self._thread.until = 0.0

    def left_s(self) -> float:
        left = float(getattr(self._thread, "until", 0.0)) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no time is left")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _look_up(host, port, self.left_s())[:_ADDRESSES]
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for index, address in enumerate(addresses):
            share_s = self.left_s() / (
                len(addresses) - index
            )  # one that swallows everything leaves time for the next
            try:
                return _Stream(self._plain.connect_tcp(address, port, timeout=share_s), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("a socket of this machine is no encoding service")


class _Stream(httpcore.NetworkStream):
    """A connection whose steps end with the request that makes them."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], self._network.left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left_s = self._network.left_s()
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _pool(target: httpx.URL, network: _Network) -> httpcore.ConnectionPool:
    """Straight to the server, or through the proxy that the environment names for it."""
    trust = httpx.create_ssl_context() if target.scheme == "https" else None
    proxy = urllib.request.getproxies().get(target.scheme, "")
    if proxy.startswith(("http://", "https://")) and not urllib.request.proxy_bypass(target.host):
        return httpcore.HTTPProxy(
            proxy,
            ssl_context=trust,
            max_connections=MOST,
            max_keepalive_connections=KEPT,
            keepalive_expiry=IDLE_S,
            network_backend=network,
        )
    return httpcore.ConnectionPool(
        ssl_context=trust,
        max_connections=MOST,
        max_keepalive_connections=KEPT,
        keepalive_expiry=IDLE_S,
        network_backend=network,
    )


def _authorised(target: httpx.URL) -> dict[str, str]:
    if not target.userinfo:
        return {}
    known = f"{target.username}:{target.password}".encode()
    return {"Authorization": "Basic " + base64.b64encode(known).decode("ascii")}


def _read(answer: httpcore.Response, max_bytes: int) -> Reply:
    body = bytearray()
    for block in answer.iter_stream():
        body += block
        if len(body) > max_bytes:
            raise RemoteAnswerError("The encoding service sends more than an embedding can be.")
    known = {name.lower(): value for name, value in answer.headers}
    after = known.get(b"retry-after", b"").decode("latin-1").strip()
    return Reply(status=answer.status, retry_after=after, body=bytes(body))


def _look_up(host: str, port: int, within_s: float) -> list[str]:
    """The addresses of a name: in a thread of its own, for the system's resolver knows no deadline."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        found: list[str] = []
        failed: list[Exception] = []

    def ask() -> None:
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in known))
        except (OSError, UnicodeError) as exc:
            failed.append(exc)

    thread = threading.Thread(target=ask, daemon=True, name="look up")
    thread.start()
    thread.join(within_s)
    if failed:
        raise httpcore.ConnectError(f"the name {host} cannot be resolved: {failed[0]}") from failed[0]
    if not found:
        raise httpcore.ConnectTimeout(f"the name {host} is not resolved in time")
    return found
