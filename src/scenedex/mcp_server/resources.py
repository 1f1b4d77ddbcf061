"""Resources: what a client can read by its address, beside what tools answer."""

import re
from dataclasses import dataclass
from uuid import UUID

from scenedex.errors import NotFoundError
from scenedex.library import Library
from scenedex.mcp_server.arguments import MAX_SIDE
from scenedex.mcp_server.clips import Clips, Stretch
from scenedex.mcp_server.pictures import bounded

_PICTURE = re.compile(r"scenedex://scenes/([0-9a-f-]{36})/keyframes/([0-9]{1,4})\.jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Resources of one form of address."""

    template: str
    name: str
    description: str
    mime_type: str


KINDS = (
    Kind(
        template="scenedex://scenes/{scene_id}/keyframes/{number}.jpg",
        name="keyframe",
        description="A picture of a scene, by its number from 0.",
        mime_type="image/jpeg",
    ),
    Kind(
        template="scenedex://clips/{video_id}/{start_s}-{end_s}.mp4",
        name="clip",
        description="A stretch of a video, two minutes and 16 MB at most, cut when it is read.",
        mime_type="video/mp4",
    ),
)


def read(library: Library, clips: Clips, uri: str) -> tuple[bytes, str]:
    """Content and kind of a resource. Raises NotFoundError, and the library's other errors."""
    stretch = Stretch.of(uri)
    if stretch is not None:
        return clips.read(library, stretch), "video/mp4"
    match = _PICTURE.fullmatch(uri)
    if match is None:
        raise NotFoundError(
            f"There is no such resource: there are {', '.join(kind.template for kind in KINDS)}."
        )
    try:
        keyframes = library.scene(UUID(match[1]), captions=False).keyframes
    except ValueError as exc:
        raise NotFoundError("There is no such scene in this library.") from exc
    if int(match[2]) >= len(keyframes):
        raise NotFoundError(f"This scene has {len(keyframes)} pictures, counted from 0.")
    return bounded(library.picture(keyframes[int(match[2])].object_key), MAX_SIDE), "image/jpeg"
