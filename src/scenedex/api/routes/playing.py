"""Videos as a browser can play them, and single pictures of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from scenedex.api.answers import ASK_AGAIN
from scenedex.api.filming import BEGINS, FilmAnswer
from scenedex.api.models.playing import Playback
from scenedex.api.ranges import Version, not_modified
from scenedex.api.service import Reading, service_of
from scenedex.http.failures import failures
from scenedex.library.playing import LARGEST_SIDE
from scenedex.library.sheets import MAX_COLUMNS, MAX_ROWS

router = APIRouter(prefix="/videos", tags=["videos"])

PLAY_WAIT_S = 2.0
"""For a place among the films that are made, and among the pictures that are fetched: then 429."""

LAST_S = 1e7

FRAME_RECIPE = "1"
"""Part of a picture's entity tag: another one where pictures are made in another way."""

BINARY = {"schema": {"type": "string", "format": "binary"}}
FILM = {
    "content": {"video/mp4": BINARY},
    "description": "The film, as it is made.",
    "headers": {
        BEGINS: {
            "description": "The second of the video at which the film begins.",
            "schema": {"type": "string"},
        }
    },
}
SHEET = {
    "content": {"image/jpeg": BINARY},
    "headers": {"X-Pages": {"description": "Sheets in all.", "schema": {"type": "string"}}},
}
JPEG = {"content": {"image/jpeg": BINARY}}

From = Annotated[
    float,
    Query(alias="from", ge=0, le=LAST_S, allow_inf_nan=False, description="Second to begin at."),
]


@router.get("/{video_id}/playback", responses=failures(404))
def get_playback(library: Reading, video_id: UUID) -> Playback:
    """How a browser can play a video: container, codecs, and what to ask for. Looks into the file itself."""
    return Playback.of(video_id, library.playback(video_id))


@router.get("/{video_id}/play.mp4", response_class=Response, responses={200: FILM, **failures(404)})
def play_video(
    request: Request,
    library: Reading,
    video_id: UUID,
    from_s: From = 0.0,
    copy: Annotated[
        bool, Query(description="false: encode anew even what would only need another container.")
    ] = True,
) -> Response:
    """A video that browsers cannot play, made into one that they can: H.264 and AAC in a fragmented MP4, as it plays.

    Encoded anew it begins exactly at `from`; copied, at the key frame before it: `X-Begins-At` says where. The film has
    no length and no ranges: to go elsewhere, ask again with another `from`. 429 where too many are being made.
    """
    service = service_of(request)
    leave = service.take_place(service.films, PLAY_WAIT_S)
    return FilmAnswer(library.play(video_id, from_s, copy=copy), leave)


@router.get(
    "/{video_id}/contact-sheet.jpg",
    response_class=Response,
    responses={200: SHEET, **failures(404)},
)
def get_contact_sheet(
    request: Request,
    library: Reading,
    video_id: UUID,
    columns: Annotated[int, Query(ge=1, le=MAX_COLUMNS)] = 6,
    rows: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 10,
    page: Annotated[int, Query(ge=1, le=1_000_000, description="Which sheet, from 1.")] = 1,
) -> Response:
    """The scenes of a video at a glance: their thumbnails in a grid, each with its number and time."""
    service = service_of(request)
    with service.a_place(service.frames, PLAY_WAIT_S):
        sheet = library.contact_sheet(video_id, columns=columns, rows=rows, page=page)
    headers = {"X-Pages": str(sheet.pages), "Cache-Control": ASK_AGAIN}
    return Response(sheet.jpeg, media_type="image/jpeg", headers=headers)


@router.get(
    "/{video_id}/frame.jpg",
    response_class=Response,
    responses={200: JPEG, 304: {"description": "The client has it."}, **failures(404)},
)
def get_frame(
    request: Request,
    library: Reading,
    video_id: UUID,
    t: Annotated[float, Query(ge=0, le=LAST_S, allow_inf_nan=False, description="Second of the video.")],
    short_side: Annotated[int, Query(ge=16, le=LARGEST_SIDE, description="In pixels; never enlarged.")] = 720,
) -> Response:
    """The picture that is shown at a second, exactly; after the end the last."""
    video = library.video(video_id)
    at_s = min(t, video.duration_s)
    version = Version(tag=f'"{video.content_hash[:32]}-{at_s:.6f}-{short_side}-{FRAME_RECIPE}"')
    headers = {"ETag": version.tag, "Cache-Control": ASK_AGAIN}
    if not_modified(request.headers, version):
        return Response(status_code=304, headers=headers)
    service = service_of(request)
    with service.a_place(service.frames, PLAY_WAIT_S):
        jpeg = library.frame(video_id, at_s, short_side=short_side)
    return Response(jpeg, media_type="image/jpeg", headers=headers)
