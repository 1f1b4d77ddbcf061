"""Scenes, their pictures, and clips of them."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from scenedex.api.answers import ASK_AGAIN, FileAnswer, picture_answer
from scenedex.api.models.videos import Scene
from scenedex.api.ranges import Version, not_modified
from scenedex.api.service import Reading, service_of
from scenedex.errors import NotFoundError
from scenedex.http.failures import failures
from scenedex.library import Library

router = APIRouter(prefix="/scenes", tags=["scenes"])

JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
MP4 = {"content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}}
CLIP_RECIPE = "1"
"""Part of a clip's entity tag: another one where clips are made in another way."""

CLIP_WAIT_S = 10.0

KNOWN = {"description": "The client has it."}

Known = Annotated[
    str | None,
    Query(alias="v", max_length=64, description="Version of the picture, as addresses in answers have it."),
]

Number = Annotated[int, PathParameter(ge=0, le=1_000)]


@router.get("/{scene_id}", responses=failures(404))
def get_scene(library: Reading, scene_id: UUID) -> Scene:
    """One scene with its keyframes and captions."""
    return Scene.of(library.scene(scene_id))


@router.head("/{scene_id}/thumbnail", include_in_schema=False)
@router.get(
    "/{scene_id}/thumbnail",
    response_class=Response,
    responses={200: JPEG, 304: KNOWN, **failures(404)},
)
def get_thumbnail(request: Request, library: Reading, scene_id: UUID, known: Known = None) -> Response:
    """The best picture of a scene, small."""
    key = library.scene(scene_id, captions=False).thumbnail_key
    if key is None:
        raise NotFoundError("This scene has no pictures.")
    return picture_answer(request, key, library.picture(key), known)


@router.head("/{scene_id}/keyframes/{number}", include_in_schema=False)
@router.get(
    "/{scene_id}/keyframes/{number}",
    response_class=Response,
    responses={200: JPEG, 304: KNOWN, **failures(404)},
)
def get_keyframe(
    request: Request, library: Reading, scene_id: UUID, number: Number, known: Known = None
) -> Response:
    """A picture of a scene, by its number from 0."""
    keyframes = library.scene(scene_id, captions=False).keyframes
    if number >= len(keyframes):
        raise NotFoundError(f"This scene has {len(keyframes)} pictures.")
    key = keyframes[number].object_key
    return picture_answer(request, key, library.picture(key), known)


@router.get(
    "/{scene_id}/clip.mp4",
    response_class=Response,
    responses={
        200: MP4,
        206: {**MP4, "description": "The part that was asked for."},
        304: KNOWN,
        **failures(404, 416),
    },
)
def get_clip(request: Request, library: Reading, scene_id: UUID) -> Response:
    """What happens in a scene as a small film that any browser plays: H.264 and AAC, cut on the frame."""
    scene = library.scene(scene_id, captions=False)
    content = library.video(scene.video_id).content_hash
    version = Version(tag=f'"{content[:32]}-{scene.start_s:.6f}-{scene.end_s:.6f}-{CLIP_RECIPE}"')
    if not_modified(request.headers, version):
        return Response(status_code=304, headers={"ETag": version.tag, "Cache-Control": ASK_AGAIN})
    service = service_of(request)
    with service.a_place(service.clips, CLIP_WAIT_S):
        file = _cut(library, scene_id)
    size = os.fstat(file.fileno()).st_size
    return FileAnswer(request, file, size, version, "video/mp4")


def _cut(library: Library, scene_id: UUID) -> BinaryIO:
    """The clip, open; it has no name any more, so that nothing is left of it once it is closed."""
    with tempfile.TemporaryDirectory(prefix="scenedex-") as folder:
        target = Path(folder) / "clip.mp4"
        library.clip(scene_id, target)
        return target.open("rb", buffering=0)
