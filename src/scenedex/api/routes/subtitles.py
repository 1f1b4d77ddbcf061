"""Subtitle files that were edited elsewhere."""

from uuid import UUID

from fastapi import APIRouter

from scenedex.api.models.subtitles import EditedSubtitles, SubtitleFile
from scenedex.api.routes.captions import Asking
from scenedex.api.service import Writing
from scenedex.http.failures import failures
from scenedex.library.edited import Scope

router = APIRouter(prefix="/videos/{video_id}/subtitles", tags=["captions"])


@router.post("", responses=failures(404))
def take_edited_subtitles(
    library: Writing, caller: Asking, video_id: UUID, file: SubtitleFile
) -> EditedSubtitles:
    """Correct captions by a subtitle file that `/captions?format=srt` or `vtt` gave and somebody has edited: those that
    say something else in it. Lines belong to captions by their times; none is added or deleted."""
    scope = Scope(origin=file.origin, language=file.language)
    found = library.corrections.take_edited(
        video_id, file.text, scope, dry_run=file.dry_run, by=caller.key or ""
    )
    return EditedSubtitles.model_validate(found)
