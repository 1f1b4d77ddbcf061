"""An answer that is made while it is read."""

import logging
from collections.abc import AsyncIterator, Callable, Generator

import anyio
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from scenedex.types import Piece

log = logging.getLogger(__name__)

BEGINS = "X-Begins-At"

STALLED_S = 120.0
"""A film of which nobody takes anything for so long is ended: its place is wanted."""


class FilmAnswer(StreamingResponse):
    """A film, piece by piece as it is made. However it ends, the maker is closed and the place is free again."""

    def __init__(
        self, pieces: Generator[Piece, None, None], leave: Callable[[], None], *, stalled_s: float = STALLED_S
    ) -> None:
        self._pieces, self._leave, self._stalled_s = pieces, leave, stalled_s
        try:
            first = next(pieces)
        except BaseException:
            pieces.close()
            leave()
            raise
        headers = {BEGINS: f"{first.begins_s:.6f}", "Accept-Ranges": "none", "Cache-Control": "no-store"}
        super().__init__(self._read(first), headers=headers, media_type="video/mp4")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            with anyio.fail_after(self._stalled_s):
                await send(message)

        try:
            await super().__call__(scope, receive, patiently)
        except TimeoutError:
            log.info("a film was ended: nothing of it was taken for %g s", self._stalled_s)
            raise
        finally:
            with anyio.CancelScope(shield=True):  # the client is gone: what was made for it still has to end
                await run_in_threadpool(self._pieces.close)
            self._leave()

    async def _read(self, first: Piece) -> AsyncIterator[bytes]:
        piece: Piece | None = first
        while piece is not None:
            yield piece.data
            piece = await run_in_threadpool(next, self._pieces, None)
