"""A video's own file, whole or in parts, for players."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from scenedex.api.answers import FileAnswer
from scenedex.api.ranges import Version, http_date
from scenedex.api.service import Reading
from scenedex.http.failures import failures

router = APIRouter(prefix="/videos", tags=["videos"])

MEDIA_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
    ".mkv": "video/x-matroska", ".avi": "video/x-msvideo", ".ts": "video/mp2t", ".mts": "video/mp2t",
    ".m2ts": "video/mp2t", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".ogv": "video/ogg", ".wmv": "video/x-ms-wmv",
    ".flv": "video/x-flv", ".3gp": "video/3gpp", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav",
    ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".mka": "audio/x-matroska",
}  # fmt: skip
"""By the suffix of the file. Nothing is ever sent as a page or a script."""

UNKNOWN = "application/octet-stream"
BINARY = {"schema": {"type": "string", "format": "binary"}}
WHOLE = dict.fromkeys(sorted({*MEDIA_TYPES.values(), UNKNOWN}), BINARY)


@router.head("/{video_id}/stream", include_in_schema=False)
@router.get(
    "/{video_id}/stream",
    response_class=Response,
    responses={
        200: {"content": WHOLE, "description": "All of it."},
        206: {"content": WHOLE, "description": "The part that was asked for."},
        304: {"description": "The client has it."},
        **failures(404, 416),
    },
)
def stream_video(request: Request, library: Reading, video_id: UUID) -> Response:
    """The file itself, with `Range`, `If-Range` and `If-None-Match`. It is not there when the video is offline."""
    original = library.original(video_id)
    version = Version(tag=f'"{original.content_hash}"', modified=http_date(original.mtime_ns / 1e9))
    media_type = MEDIA_TYPES.get(original.path.suffix.lower(), UNKNOWN)
    return FileAnswer(request, original.file, original.size_bytes, version, media_type)
