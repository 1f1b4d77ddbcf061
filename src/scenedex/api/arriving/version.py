"""Every answer of the tus protocol says its version, also one of a failure."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.api.arriving.tus import VERSION


class TusVersion:
    """Adds `Tus-Resumable` to the answers below a path."""

    def __init__(self, app: ASGIApp, below: str) -> None:
        self.app = app
        self.below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        ours = scope["type"] == "http" and scope["path"].startswith(self.below)
        await self.app(scope, receive, answer if ours else send)
