"""Who asks: the middleware around the whole app, which lets nobody in whom it does not know."""

from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from scenedex.api.routes.page import is_page
from scenedex.api.service import Caller
from scenedex.errors import ScenedexError
from scenedex.http.attempts import client_of
from scenedex.http.doorkeeper import Doorkeeper, unauthorized
from scenedex.http.doors import Doors
from scenedex.http.errors import ApiError, library_response
from scenedex.http.origins import asked_of, foreign_host, foreign_origin
from scenedex.http.requests import is_request
from scenedex.library import Library
from scenedex.library.keys import Grant
from scenedex.types import LOCAL_OWNER

COOKIE = "scenedex_session"
SESSION_PATH = "/api/v1/session"

FREE = frozenset({"/health", "/ready"})
"""What whoever looks after the server may ask without a key."""

LOCAL = Caller(owner=LOCAL_OWNER, access="admin")


@dataclass(slots=True)
class Authentication:
    """ASGI middleware: puts a Caller into `request.state.caller`, or answers 401, 403 or 429 itself.

    Where a middleware around this one has put a Caller there, it has asked already, and its word is taken.
    """

    app: ASGIApp
    doorkeeper: Doorkeeper
    doors: Doors = field(default_factory=Doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it."""
        if not await is_request(self.app, scope, receive, send):
            return
        state = scope.setdefault("state", {})
        if not isinstance(state.get("caller"), Caller):
            try:
                caller = await self._caller(Request(scope))
            except ApiError as error:
                await error.response()(scope, receive, send)
                return
            except ScenedexError as error:
                await library_response(error)(scope, receive, send)
                return
            if caller is not None:
                state["caller"] = caller
        await self.app(scope, receive, send)

    async def _caller(self, request: Request) -> Caller | None:
        """Who asks; None where that need not be known. Raises ApiError for who may not."""
        asked = asked_of(request)
        if self.doors.open:
            _refuse(foreign_host(asked, self.doors.host) or foreign_origin(asked))
        path = request.scope["path"]
        if path in FREE or is_page(path):
            return None
        signing_in = path == SESSION_PATH
        if signing_in:  # nor may another page sign somebody in, or out
            _refuse(foreign_origin(asked))
        if authorizations := request.headers.getlist("authorization"):
            return _caller_of(await self._bearer(authorizations, request))
        if (cookie := request.cookies.get(COOKIE)) and (found := await self._signed_in(cookie, request)):
            _refuse(foreign_origin(asked, demanded=True))
            return _caller_of(found)
        if self.doors.open or signing_in:
            return LOCAL if self.doors.open else None
        raise unauthorized("This needs a key.")

    async def _signed_in(self, cookie: str, request: Request) -> Grant | None:
        """What a session allows; None for one that is over. Raises ApiError where too many were wrong."""
        try:
            return await self._granted(cookie, request, session=True)
        except ApiError as error:
            if error.status != 401:
                raise
            return None

    async def _bearer(self, headers: list[str], request: Request) -> Grant:
        scheme, _, token = headers[0].partition(" ")
        if len(headers) > 1 or scheme.lower() != "bearer":
            raise unauthorized("This is no key.")
        return await self._granted(token.strip(), request)

    async def _granted(self, token: str, request: Request, *, session: bool = False) -> Grant:
        grant = self.doorkeeper.remembered(token)
        if grant is None or (grant.session is not None) != session:
            client = client_of(request.client)
            grant = await run_in_threadpool(self.doorkeeper.check, token, client, session=session)
        return grant


def authenticate(app: FastAPI, library: Library, host: str) -> None:
    """Put the middleware around an app that a server on this host runs, and the doorkeeper into its state."""
    app.state.doorkeeper = Doorkeeper(library)
    doors = Doors(host, library.settings.scenedex_demand_keys)
    app.add_middleware(Authentication, doorkeeper=app.state.doorkeeper, doors=doors)


def _caller_of(grant: Grant) -> Caller:
    return Caller(
        owner=grant.owner,
        access=grant.access,
        key=str(grant.key),
        session=str(grant.session) if grant.session else None,
    )


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise ApiError(403, "forbidden", reason)
