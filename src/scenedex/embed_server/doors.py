"""Who may come in: on loopback this machine's own programs, elsewhere who has the key."""

import hashlib
import hmac
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from scenedex.errors import UsageError
from scenedex.http.errors import ApiError
from scenedex.http.origins import asked_of, foreign_host, foreign_origin, is_loopback
from scenedex.http.requests import is_request

FREE = frozenset({"/health", "/ready"})
"""What whoever looks after the server may ask without a key."""

SIGNED = frozenset({"/v1/embed/text", "/v1/embed/image"})
"""What is let in by its signature instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where a server listens, and the key that it demands."""

    host: str = "127.0.0.1"
    demand_key: bool = False  #: on loopback, too
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)  #: with which requests are signed

    @property
    def open(self) -> bool:
        """Whether whoever is on this machine is let in without a key."""
        return is_loopback(self.host) and not self.demand_key

    def check(self) -> None:
        """Raises UsageError where a server behind these would let nobody in, or everybody."""
        if not self.open and not self.key and not self.secret:
            raise UsageError(
                f"A server on {self.host or 'all addresses'} lets in by key only, and there is none: set "
                "SCENEDEX_EMBED_KEY for programs with a bearer key, CLIP_RUNPOD_SECRET for signed requests, or both. "
                "On 127.0.0.1 neither is needed."
            )


class Doorkeeper:
    """ASGI middleware that answers 401 and 403 itself."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self._doors = doors
        self._key = _digest(doors.key or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await is_request(self.app, scope, receive, send):
            return
        refusal = self._refusal(Request(scope))
        await (self.app if refusal is None else refusal.response())(scope, receive, send)

    def _refusal(self, request: Request) -> ApiError | None:
        if self._doors.open:
            asked = asked_of(request)
            reason = foreign_host(asked, self._doors.host) or foreign_origin(asked)
            return ApiError(403, "forbidden", reason) if reason else None
        path = request.scope["path"]
        if path in FREE or path in SIGNED or self._has_key(request.headers.getlist("authorization")):
            return None
        return ApiError(
            401,
            "unauthorized",
            "This needs the server's key. Send it as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _has_key(self, authorizations: list[str]) -> bool:
        scheme, _, token = (authorizations[0] if len(authorizations) == 1 else "").partition(" ")
        is_right = hmac.compare_digest(_digest(token.strip()), self._key)
        return is_right and scheme.lower() == "bearer" and self._doors.key is not None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
