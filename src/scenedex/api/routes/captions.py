"""The captions of a video, and what people say about them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from scenedex.api.models.videos import CaptionEntry, CaptionPage, CaptionText, NewCaption
from scenedex.api.routes.videos import LAST
from scenedex.api.service import Caller, Reading, Writing, caller_of
from scenedex.http.failures import failures
from scenedex.library import corrections
from scenedex.media.subtitle_files import to_srt, to_vtt
from scenedex.types import CaptionOrigin

MAX_CAPTIONS = 1_000

router = APIRouter(prefix="/videos/{video_id}/captions", tags=["captions"])

CaptionFormat = Literal["json", "srt", "vtt"]
Asking = Annotated[Caller, Depends(caller_of)]

SUBTITLES = {
    "application/x-subrip": {"schema": {"type": "string"}},
    "text/vtt": {"schema": {"type": "string"}},
}


@router.get("", response_model=CaptionPage, responses={200: {"content": SUBTITLES}, **failures(404)})
def list_captions(  # noqa: PLR0913, PLR0917 (one for each parameter of the address)
    library: Reading,
    video_id: UUID,
    as_: Annotated[
        CaptionFormat, Query(alias="format", description="srt and vtt give all captions at once.")
    ] = "json",
    origin: CaptionOrigin | None = None,
    language: Annotated[str | None, Query(min_length=1, max_length=35, description="Such as en.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_CAPTIONS)] = 200,
    offset: Annotated[int, Query(ge=0, le=LAST)] = 0,
    changed: Annotated[
        bool,
        Query(
            description="Only what people have changed: also what they deleted, and what fits nothing any more."
        ),
    ] = False,
) -> CaptionPage | Response:
    """What is said and written in a video, by time, as people have corrected it: as JSON page by page, or whole as a
    subtitle file."""
    entries = library.corrections.list(video_id, origin=origin, language=language)
    unwanted = ("original",) if changed else ("deleted", "orphaned")
    found = [one for one in entries if one.state not in unwanted]
    if as_ == "srt":
        return Response(
            to_srt(one.caption for one in found), media_type="application/x-subrip; charset=utf-8"
        )
    if as_ == "vtt":
        return Response(to_vtt(one.caption for one in found), media_type="text/vtt")
    page = found[offset : offset + limit]
    return CaptionPage(captions=tuple(map(CaptionEntry.of, page)), total=len(found))


@router.post("", status_code=201, responses=failures(404))
def add_caption(library: Writing, caller: Asking, video_id: UUID, new: NewCaption) -> CaptionEntry:
    """Add a caption; the next search finds it."""
    made = corrections.NewCaption(**new.model_dump())
    return CaptionEntry.of(library.corrections.add(video_id, made, caller.key or ""))


@router.put("/{caption_id}", responses=failures(404))
def correct_caption(
    library: Writing, caller: Asking, video_id: UUID, caption_id: UUID, said: CaptionText
) -> CaptionEntry:
    """Put other words in the place of a caption's; its own words take the correction back."""
    return CaptionEntry.of(library.corrections.correct(video_id, caption_id, said.text, caller.key or ""))


@router.delete("/{caption_id}", responses=failures(404))
def delete_caption(library: Writing, caller: Asking, video_id: UUID, caption_id: UUID) -> CaptionEntry:
    """Show a caption no longer; one that was added is gone. The caption as it is then, or was."""
    return CaptionEntry.of(library.corrections.delete(video_id, caption_id, caller.key or ""))


@router.post("/{caption_id}/undo", responses=failures(404))
def undo_correction(library: Writing, video_id: UUID, caption_id: UUID) -> CaptionEntry:
    """Let a caption be as it was; one that was added is gone. The caption as it is then, or was."""
    return CaptionEntry.of(library.corrections.undo(video_id, caption_id))
