"""Over HTTP: one path, behind the same doors and limits as the API."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from scenedex.errors import ScenedexError
from scenedex.http.attempts import client_of
from scenedex.http.doorkeeper import Doorkeeper, unauthorized
from scenedex.http.doors import Doors
from scenedex.http.errors import ApiError, error_response, library_response
from scenedex.http.middleware.body_limit import BodyLimit
from scenedex.http.middleware.headers import SecurityHeaders
from scenedex.http.middleware.load import Load
from scenedex.http.middleware.request_id import RequestId
from scenedex.http.middleware.time_limit import TimeLimit
from scenedex.http.middleware.unforeseen import Unforeseen
from scenedex.http.origins import asked_of, foreign_host, foreign_origin
from scenedex.http.requests import is_request
from scenedex.library import Library
from scenedex.types import LOCAL_OWNER

PATH = "/mcp"
HEALTH = "/health"

RECEIVING_S = 20.0
"""That a client may take to send its request, beyond the time that the answer may take."""

Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


def create_app(server: Server[Any], library: Library, host: str) -> Starlette:
    """The app of a server that listens on `host`, which decides whether keys are demanded.

    Each request stands alone: no session, so none outlives its key. Answers are JSON, not streams of events.
    """
    settings = library.settings
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.scenedex_max_body_bytes,
        # Host and Origin are looked at by Authentication, as the API does
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        custom_starlette_routes=[Route(HEALTH, lambda _: JSONResponse({"status": "ok"}))],
    )
    # From the innermost to the outermost.
    app.add_middleware(BodyLimit, most=settings.scenedex_max_body_bytes)
    app.add_middleware(Authentication, library=library, doors=Doors(host, settings.scenedex_demand_keys))
    app.add_middleware(Posts)
    app.add_middleware(Load, working=settings.scenedex_max_requests, always=(HEALTH,))
    app.add_middleware(TimeLimit, seconds=settings.scenedex_request_timeout_s + RECEIVING_S)
    app.add_middleware(Unforeseen)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestId)
    return app


def whose(request: Any) -> Library:
    """The library of whoever asks, as Authentication found out."""
    found = request.state.library
    assert isinstance(found, Library)
    return found


class Posts:
    """ASGI middleware: lets requests through that the protocol has without sessions and streams."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in (PATH, HEALTH):
            refusal = error_response(
                404, "not_found", f"There is nothing here: the server answers at {PATH}."
            )
            await refusal(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH and scope["method"] != "POST":
            refusal = error_response(
                405,
                "method_not_allowed",
                "Here is no stream of events and no session: send requests with POST.",
                headers={"Allow": "POST"},
            )
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Authentication:
    """ASGI middleware: puts the library of the key's owner into the request, or answers 401, 403 or 429 itself.

    No key is remembered: one that is revoked lets in no more from the next request on.
    """

    def __init__(self, app: ASGIApp, library: Library, doors: Doors) -> None:
        self.app = app
        self._library, self._doors = library, doors
        self._doorkeeper = Doorkeeper(library, remembered_s=0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await is_request(self.app, scope, receive, send):
            return
        try:
            library = await self._library_of(Request(scope))
        except ApiError as error:
            await error.response()(scope, receive, send)
            return
        except ScenedexError as error:
            await library_response(error)(scope, receive, send)
            return
        scope.setdefault("state", {})["library"] = library
        await self.app(scope, receive, send)

    async def _library_of(self, request: Request) -> Library | None:
        asked = asked_of(request)
        local = foreign_host(asked, self._doors.host) if self._doors.open else None
        if reason := local or foreign_origin(asked):
            raise ApiError(403, "forbidden", reason)
        if request.scope["path"] == HEALTH:
            return None
        headers = request.headers.getlist("authorization")
        if not headers and self._doors.open:
            return self._library.of(LOCAL_OWNER)
        scheme, _, token = (headers[0] if len(headers) == 1 else "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("This needs a key.")
        client = client_of(request.client)
        grant = await run_in_threadpool(self._doorkeeper.check, token.strip(), client)
        return self._library.of(grant.owner)
