"""A span for every request, by the template of its route; one that says of which trace it is becomes part of that."""

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.http.middleware.metering import route_of
from scenedex.tracing import span, tracing_on


class Tracing:
    """Measures requests where traces are on. Those of `quiet` paths are left out: they are asked every few seconds."""

    def __init__(self, app: ASGIApp, prefix: str, quiet: Collection[str] = ()) -> None:
        self.app = app
        self.prefix = prefix
        self.quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.quiet or not tracing_on():
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with span("request", headers, **{"http.request.method": scope["method"]}) as measured:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = route_of(scope, self.prefix) or "unknown"
                    measured.name(f"{scope['method']} {route}")
                    measured.set(**{"http.route": route, "http.response.status_code": message["status"]})
                await send(message)

            await self.app(scope, receive, answer)
