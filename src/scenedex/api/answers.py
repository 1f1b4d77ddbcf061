"""Answers that are no JSON: pictures and files, of which a client may have a part or all already."""

from collections.abc import AsyncIterator
from typing import BinaryIO

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from scenedex.api.ranges import Span, Version, asked_span, not_modified
from scenedex.http.errors import ApiError
from scenedex.search.as_json import picture_version

CHUNK = 262_144
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


def picture_answer(request: Request, object_key: str, jpeg: bytes, asked: str | None) -> Response:
    """A picture. `asked`: the version that its address named; a client may keep for ever what that is still true of."""
    version = Version(tag=f'"{picture_version(object_key)}"')
    current = asked == picture_version(object_key)
    headers = {"ETag": version.tag, "Cache-Control": FOR_EVER if current else ASK_AGAIN}
    if not_modified(request.headers, version):
        return Response(status_code=304, headers=headers)
    return Response(jpeg, media_type="image/jpeg", headers=headers)


class FileAnswer(StreamingResponse):
    """An open file, or the part that is asked for. Closes the file, whatever happens."""

    def __init__(
        self, request: Request, file: BinaryIO, size: int, version: Version, media_type: str
    ) -> None:
        self._file = file
        try:
            status, span, headers = _decide(request, version, size)
        except BaseException:
            file.close()
            raise
        headers |= {"ETag": version.tag, "Accept-Ranges": "bytes", "Cache-Control": ASK_AGAIN}
        if version.modified:
            headers["Last-Modified"] = version.modified
        wanted = span.end - span.start if request.method != "HEAD" else 0
        super().__init__(
            self._read(span.start, wanted), status, headers, media_type if status != 304 else None
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()

    async def _read(self, start: int, left: int) -> AsyncIterator[bytes]:
        if left:
            await run_in_threadpool(self._file.seek, start)
        while left:
            chunk = await run_in_threadpool(self._file.read, min(CHUNK, left))
            if not chunk:
                raise OSError("the file became shorter while it was sent")
            left -= len(chunk)
            yield chunk


def _decide(request: Request, version: Version, size: int) -> tuple[int, Span, dict[str, str]]:
    """Status, the bytes to send, and the headers that tell of them. Raises ApiError (416)."""
    if not_modified(request.headers, version):
        return 304, Span(0, 0), {}
    try:
        span = asked_span(request.headers, version, size) if request.method == "GET" else None
    except ValueError as exc:
        raise ApiError(
            416,
            "no_such_range",
            f"The file has no such part: it has {size} bytes.",
            headers={"Content-Range": f"bytes */{size}"},
        ) from exc
    if span is None:
        return 200, Span(0, size), {"Content-Length": str(size)}
    headers = {
        "Content-Length": str(span.end - span.start),
        "Content-Range": f"bytes {span.start}-{span.end - 1}/{size}",
    }
    return 206, span, headers
