"""Tags and notes on scenes, and bins of scenes."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from scenedex import types
from scenedex.api.models.videos import CaptionText, TagChanges
from scenedex.http.values import Asked, Given, Text
from scenedex.search.as_json import thumbnail_url
from scenedex.store.bins import MAX_SCENES
from scenedex.store.names import MAX_NAME

BinName = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME, description="Unique, whatever its case.", examples=["Act 1"]),
]


class Note(Given):
    """What somebody has written about a scene."""

    id: UUID
    text: Text = Field(examples=["The best take."])
    made_by: Text = Field(description="The id of a key, or an account.")
    made_at: str = Field(description="ISO 8601, UTC.")


class Marks(Given):
    """What people say about one scene."""

    scene_id: UUID
    video_id: UUID
    scene: int = Field(description="Counts within the video, from 0.")
    start_s: float
    end_s: float
    tags: tuple[Text, ...] = Field(examples=[["hero"]])
    notes: tuple[Note, ...]


class MarkedScenes(Given):
    """The scenes of a video about which something is said."""

    scenes: tuple[Marks, ...]


class SceneChanges(Asked):
    """What can be changed of a scene."""

    tags: TagChanges


class NoteText(CaptionText):
    """What a note says."""


class Bin(Given):
    """Scenes under a name."""

    id: UUID
    name: Text = Field(examples=["Act 1"])
    scenes: int
    made_at: str = Field(description="ISO 8601, UTC.")


class BinPage(Given):
    """Some of the bins, by name."""

    bins: tuple[Bin, ...]
    total: int


class BinScene(Given):
    """A scene in a bin."""

    scene_id: UUID
    video_id: UUID
    video: Text = Field(description="File name.")
    scene: int
    start_s: float
    end_s: float
    thumbnail: str | None

    @classmethod
    def of(cls, card: types.SceneCard) -> Self:
        """Of what is known of a scene."""
        scene = card.scene
        return cls(
            scene_id=scene.id,
            video_id=scene.video_id,
            video=card.video,
            scene=scene.index,
            start_s=scene.start_s,
            end_s=scene.end_s,
            thumbnail=thumbnail_url(scene.id, scene.thumbnail_key),
        )


class BinScenes(Given):
    """What is in a bin, in its order."""

    scenes: tuple[BinScene, ...]


class NewBin(Asked):
    """A bin to make."""

    name: BinName
    scene_ids: list[UUID] = Field(default=[], max_length=MAX_SCENES)


class BinChanges(Asked):
    """What can be changed of a bin."""

    name: BinName


class SceneIds(Asked):
    """Scenes, in an order."""

    scene_ids: list[UUID] = Field(min_length=1, max_length=MAX_SCENES)
