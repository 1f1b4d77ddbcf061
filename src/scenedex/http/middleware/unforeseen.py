"""What nobody foresaw becomes an answer in the one shape; only the log has why."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.http.errors import error_response

log = logging.getLogger(__name__)


class Unforeseen:
    """Stands inside whatever adds headers, so that these failures have them too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as exc:
            log.error("%s %s failed", scope["method"], scope["path"], exc_info=exc)
            if begun:
                raise  # the server breaks the connection off, so that nobody takes a part for the whole
            failure = error_response(
                500, "internal", "scenedex itself failed on this request; the log has the reason."
            )
            await failure(scope, receive, send)
