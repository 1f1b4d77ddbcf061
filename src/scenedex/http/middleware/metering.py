"""Every request is counted and logged once: by the template of its route, never by what stands in its address."""

import logging
import time
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.metrics.requests import RequestMeters

log = logging.getLogger(__name__)


class Metering:
    """Tells the meters. Those of `quiet` paths are logged for debugging only: they are asked every few seconds."""

    def __init__(self, app: ASGIApp, meters: RequestMeters, prefix: str, quiet: Collection[str] = ()) -> None:
        self.app = app
        self.meters = meters
        self.prefix = prefix
        self.quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start" and not status:
                status = message["status"]
                seconds = time.perf_counter() - began
                self.meters.request(scope["method"], route_of(scope, self.prefix), status, seconds)
            await send(message)

        with self.meters.in_flight():
            try:
                await self.app(scope, receive, answer)
            finally:
                log.log(
                    logging.DEBUG if scope["path"] in self.quiet and status < 500 else logging.INFO,
                    "%s %s %d %.1f ms",
                    scope["method"],
                    scope["path"],
                    status,
                    (time.perf_counter() - began) * 1000,
                )


def route_of(scope: Scope, prefix: str) -> str | None:
    """The template of the route that answered, such as `/api/v1/videos/{video_id}`; None where none did."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return None
    # a route that was included under a prefix may know itself without it
    begun = scope["path"].startswith(f"{prefix}/") and not path.startswith(f"{prefix}/")
    return prefix + path if begun else path
