"""Answering on a port until somebody ends it."""

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from scenedex.errors import UsageError

COLLECT_AFTER = 20_000
"""Objects made between two looks for circles: with Python's 700 the looks take a tenth of what a search takes."""

GRACE_S = 30
"""How long answers that are under way may take once the server is to end; then they are broken off."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound and listens; port 0 takes any that is free. Raises UsageError that says why it cannot."""
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address[:2], family=family, backlog=2048)
        # asyncio does so for sockets that say their protocol: these wait 40 ms for the rest of an answer otherwise
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (socket.gaierror, UnicodeError) as exc:
        raise UsageError(f"{host!r} is no address of this machine: 127.0.0.1 is always one.") from exc
    except PermissionError as exc:
        raise UsageError(f"This account may not listen on port {port}: choose one from 1024 up.") from exc
    except OSError as exc:
        said = os.strerror(exc.errno) if exc.errno else str(exc)
        raise UsageError(
            f"Nothing can listen on {host}, port {port}: {said}. Another program may be there already: end it, or "
            "choose another --port."
        ) from exc


def url_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    every = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 (compared with, not listened at)
    shown = every.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def answer(app: ASGIApp, listening: socket.socket, begun: Callable[[], None]) -> None:
    """Answer until SIGINT or SIGTERM comes; what is under way then may end, a second signal breaks it off.

    `begun` is called when requests are answered from now on.
    """
    config = uvicorn.Config(
        app,
        log_config=None,  # logs go where those of scenedex go
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    _Server(config, begun).run(sockets=[listening])


def _collect_seldom() -> None:
    """Spare each request the collector's looks at modules and models, which stay as long as the server.

    What a request leaves is freed without it, but for what goes in circles: that is looked for every COLLECT_AFTER
    objects, not every 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)


class _Server(uvicorn.Server):
    """Ends quietly: a signal that asks it to is no failure, and what is around it still has to be closed."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _collect_seldom()
        self._begun()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        def end(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
