"""Connections whose address was looked up once, checked, and then used: no second look-up can give another one."""

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from scenedex.errors import UsageError
from scenedex.network.addresses import Address, Resolve, is_public, resolve

Connect = Callable[[str, int, float], httpcore.NetworkStream]


class TookTooLongError(Exception):
    """All of it took longer than it may."""


class PublicNetwork(httpcore.NetworkBackend):
    """Connects to public addresses alone, and ends everything at one moment.

    A host with several addresses must have none that is not public: which of them it would give the next time is its
    own choice.
    """

    def __init__(
        self,
        timeout_s: float,
        *,
        look_up: Resolve = resolve,
        connect: Connect | None = None,
        inner: bool = False,
    ) -> None:
        """`timeout_s`: for all of it. `inner`: somebody who may has said that other addresses are asked, too."""
        self._until = time.monotonic() + timeout_s
        self._look_up = look_up
        self._connect = connect or _connect
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises UsageError for a host that is not public, TookTooLongError, and httpcore's own errors."""
        try:
            addresses = _within(lambda: self._look_up(host, port), remaining(self._until, timeout))
        except (OSError, ValueError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved") from exc
        if not addresses or not (self._inner or all(map(is_public, addresses))):
            raise UsageError(f"The host {host} is not on the public internet: it is not asked.")
        failure: Exception | None = None
        for address in addresses[:4]:
            try:
                stream = self._connect(str(address), port, remaining(self._until, timeout))
                return _Hurried(stream, self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        assert failure is not None
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise UsageError("Sockets of this machine are not asked.")


class _Hurried(httpcore.NetworkStream):
    """A stream that ends at one moment, however slowly each of its bytes comes."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, remaining(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, remaining(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        within = remaining(self._until, timeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, within), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def remaining(until: float, timeout: float | None = None) -> float:
    """Seconds for the next step. Raises TookTooLongError when none are left."""
    left = until - time.monotonic()
    if left <= 0:
        raise TookTooLongError
    return left if timeout is None else min(left, timeout)


def _within(look_up: Callable[[], list[Address]], timeout_s: float) -> list[Address]:
    """What this gives, or raises. Raises TookTooLongError: the system's look-up has no end of its own to set."""
    given: SimpleQueue[list[Address] | OSError | ValueError] = SimpleQueue()

    def ask() -> None:
        try:
            given.put(look_up())
        except (OSError, ValueError) as exc:
            given.put(exc)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = given.get(timeout=timeout_s)
    except Empty as exc:
        raise TookTooLongError from exc
    if isinstance(found, Exception):
        raise found
    return found


def _connect(address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=timeout_s)
