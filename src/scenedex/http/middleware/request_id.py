"""Every request has an id: the one it came with, if that is sane, else a new one. The answer and all logs have it."""

import random
import re
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.logs import about

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class RequestId:
    """Puts the id into `request.state.request_id` and into the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        named = given if SANE.fullmatch(given) else str(UUID(int=random.getrandbits(128), version=4))
        scope.setdefault("state", {})["request_id"] = named

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = named
            await send(message)

        with about(request=named):
            await self.app(scope, receive, answer)
