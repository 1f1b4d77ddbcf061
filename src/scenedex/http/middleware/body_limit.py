"""Bodies have a largest size, whether they state it or come in chunks without end."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.http.errors import error_response


class BodyLimit:
    """Answers 413 where a body is larger than `most` bytes; paths below `except_below` have limits of their own."""

    def __init__(self, app: ASGIApp, most: int, except_below: tuple[str, ...] = ()) -> None:
        self.app = app
        self.most = most
        self.except_below = except_below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.except_below):
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isdecimal() and int(stated[:20]) > self.most:
            await self._refuse(scope, receive, send)
            return
        await _Counted(self, scope, receive, send).run()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = error_response(
            413,
            "too_large",
            f"The body may have {self.most:,} bytes at most.",
            headers={"Connection": "close"},  # what is still to come of it is not read
        )
        await refusal(scope, receive, send)


class _Counted:
    """One request whose body is counted as it comes."""

    def __init__(self, limit: BodyLimit, scope: Scope, receive: Receive, send: Send) -> None:
        self._limit, self._scope, self._receive, self._send = limit, scope, receive, send
        self._read = 0
        self._begun = False
        self._over = False

    async def run(self) -> None:
        try:
            await self._limit.app(self._scope, self._take, self._answer)
        except Exception:
            if not self._over:  # else: it says that its body broke off
                raise
        if self._over and not self._begun:
            await self._limit._refuse(self._scope, self._receive, self._send)

    async def _take(self) -> Message:
        if self._over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            if self._read > self._limit.most:
                self._over = True
                return {"type": "http.disconnect"}  # the rest is not wanted
        return message

    async def _answer(self, message: Message) -> None:
        """What the app says of a body that broke off is not passed on."""
        if self._over and not self._begun:
            return
        self._begun = True
        await self._send(message)
