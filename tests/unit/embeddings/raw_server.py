"""A server that speaks no HTTP of its own: what it does with a connection is the test's."""

import contextlib
import socket
import threading
from collections.abc import Callable

Does = Callable[[socket.socket, threading.Event], None]
"""A connection, and the event that the test is over."""


class RawServer:
    def __init__(self, does: Does) -> None:
        self._does = does
        self.over = threading.Event()
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                made, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._run, args=(made,))
            self._threads.append(thread)
            thread.start()

    def _run(self, made: socket.socket) -> None:
        with made, contextlib.suppress(OSError):
            self._does(made, self.over)


def read_request(made: socket.socket) -> bytes:
    """Head and body of a request."""
    found = b""
    while b"\r\n\r\n" not in found:
        block = made.recv(65536)
        if not block:
            return found
        found += block
    head, _, body = found.partition(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += made.recv(65536)
    return head + b"\r\n\r\n" + body
