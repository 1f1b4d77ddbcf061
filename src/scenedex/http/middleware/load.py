"""A server that has too much to do says so at once, instead of letting everybody wait."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenedex.http.errors import error_response

RETRY_AFTER_S = 1


class Load:
    """Answers 429 beyond `working` requests that wait for their answer, or `sending` whose answer is under way.

    The two are counted apart: a film that somebody watches is under way for hours and costs next to nothing. The paths
    in `always` are answered however much there is to do, those below `except_below` count what they do themselves.
    """

    def __init__(
        self,
        app: ASGIApp,
        working: int,
        sending: int = 1_000,
        always: tuple[str, ...] = (),
        except_below: tuple[str, ...] = (),
    ) -> None:
        self.app = app
        self.working, self.sending = working, sending
        self.always = always
        self.except_below = except_below
        self._working = 0
        self._sending = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._let_through(scope["path"]):
            await self.app(scope, receive, send)
            return
        if self._working >= self.working or self._sending >= self.sending:
            refusal = error_response(
                429,
                "too_many_requests",
                f"The server has too much to do: ask again in {RETRY_AFTER_S} s.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
            await refusal(scope, receive, send)
            return
        await self._counted(scope, receive, send)

    def _let_through(self, path: str) -> bool:
        return path in self.always or path.startswith(self.except_below)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False
        self._working += 1

        async def answer(message: Message) -> None:
            nonlocal begun
            if not begun:
                begun = True
                self._working -= 1
                self._sending += 1
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            if begun:
                self._sending -= 1
            else:
                self._working -= 1
