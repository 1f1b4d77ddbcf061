"""A request that is not answered within a time gets a failure instead."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.http.errors import error_response


class TimeLimit:
    """Answers 504 where no answer has begun after `seconds`; paths below `except_below` may take longer.

    A thread cannot be stopped: what it does goes on, and counts as load, and its answer is thrown away.
    """

    def __init__(self, app: ASGIApp, seconds: float, except_below: tuple[str, ...] = ()) -> None:
        self.app = app
        self.seconds = seconds
        self.except_below = except_below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.except_below):
            await self.app(scope, receive, send)
            return
        await _Timed(self.seconds, scope, receive, send).run(self.app)


class _Timed:
    """One request with its alarm."""

    def __init__(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        self._seconds = seconds
        self._scope, self._receive, self._send = scope, receive, send
        self._begun = False
        self._late: asyncio.Task[None] | None = None

    async def run(self, app: ASGIApp) -> None:
        alarm = asyncio.get_running_loop().call_later(self._seconds, self._ring)
        try:
            await app(self._scope, self._receive, self._answer)
        finally:
            alarm.cancel()
            if self._late is not None:
                await self._late

    def _ring(self) -> None:
        if not self._begun:
            refusal = error_response(
                504, "timeout", f"The answer took longer than {self._seconds:g} s, which is all it may."
            )
            self._late = asyncio.ensure_future(refusal(self._scope, self._receive, self._send))

    async def _answer(self, message: Message) -> None:
        if self._late is None:
            self._begun = True
            await self._send(message)
