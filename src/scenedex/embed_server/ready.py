"""Whether the server can do its work: it embeds a picture, the whole way."""

import asyncio
import base64
import time
from functools import cache
from io import BytesIO

from PIL import Image

from scenedex.embed_server.engine import Engine
from scenedex.errors import EncoderError
from scenedex.http.errors import ApiError

FRESH_S = 1.0
"""How long an answer is kept: whoever asks often does not embed often."""


class Readiness:
    """One at most is trying, however many ask. For the event loop alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._trying: asyncio.Task[str | None] | None = None
        self._trouble: str | None = None
        self._known_at = -FRESH_S

    async def trouble(self) -> str | None:
        """What is wrong, in a sentence; None where a picture was embedded a moment ago."""
        if time.monotonic() - self._known_at < FRESH_S:
            return self._trouble
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try())
        return await asyncio.shield(self._trying)

    async def _try(self) -> str | None:
        try:
            seen = await self._engine.pictures([_picture()], counted=False)
            found = next((str(result) for result in seen.results if isinstance(result, EncoderError)), None)
        except ApiError as exc:
            found = exc.message
        self._trouble, self._known_at = found, time.monotonic()
        return found


@cache
def _picture() -> str:
    out = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(out, "JPEG")
    return base64.b64encode(out.getvalue()).decode("ascii")
