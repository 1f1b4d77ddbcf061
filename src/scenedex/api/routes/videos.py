"""Videos, their scenes and their captions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from scenedex.api.models.videos import ListedVideo, ScenePage, Video, VideoChanges, VideoPage
from scenedex.api.models.videos import Scene as SceneModel
from scenedex.api.service import Reading, Writing
from scenedex.http.failures import failures
from scenedex.store.listing import MAX_TEXT, Wanted
from scenedex.types import VideoSort, VideoState

MAX_PAGE = 200
LAST = 2**31 - 1

router = APIRouter(prefix="/videos", tags=["videos"])

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Offset = Annotated[int, Query(ge=0, le=LAST)]


@router.get("")
def list_videos(
    library: Reading,
    name: Annotated[
        str,
        Query(max_length=MAX_TEXT, description="Part of the file name, as it stands; case does not count."),
    ] = "",
    state: VideoState | None = None,
    sort: VideoSort = "newest",
    limit: Limit = 50,
    offset: Offset = 0,
) -> VideoPage:
    """The videos, each with how it stands."""
    page = library.page_of_videos(limit, offset, Wanted(text=name, state=state, sort=sort))
    return VideoPage(videos=tuple(map(ListedVideo.of, page.videos)), total=page.total, states=page.states)


@router.get("/{video_id}", responses=failures(404))
def get_video(library: Reading, video_id: UUID) -> ListedVideo:
    """One video, with how it stands."""
    return ListedVideo.of(library.listed_video(video_id))


@router.patch("/{video_id}", responses=failures(404))
def change_video(library: Writing, video_id: UUID, changes: VideoChanges) -> Video:
    """Give a video tags, or take some away; the video as it is then."""
    return Video.model_validate(library.retag(video_id, changes.tags.add, changes.tags.remove))


@router.delete("/{video_id}", status_code=204, responses=failures(404))
def remove_video(library: Writing, video_id: UUID) -> None:
    """Forget a video. Its file stays where it is."""
    library.forget(video_id)


@router.get("/{video_id}/scenes", responses=failures(404))
def list_scenes(library: Reading, video_id: UUID, limit: Limit = 50, offset: Offset = 0) -> ScenePage:
    """The scenes of a video in order, with keyframes and captions. Together they cover all of it."""
    scenes, total = library.page_of_scenes(video_id, limit, offset)
    return ScenePage(scenes=tuple(map(SceneModel.of, scenes)), total=total)
