"""Entities, the crops that show them, and where they are to be seen."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from scenedex.api.models.search import MAX_PICTURE_TEXT, Part
from scenedex.api.models.videos import EXAMPLE_ID
from scenedex.http.values import Asked, Given, Seconds, Text
from scenedex.search.as_json import example_url
from scenedex.store import entities as kept
from scenedex.store.entities import MAX_EXAMPLES
from scenedex.store.names import MAX_NAME
from scenedex.types import Band

Name = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, description="Unique, whatever its case.", examples=["Anna"])
]


class Crop(Asked):
    """What shows an entity: a picture, a scene, or a video at a time; whole, or a rectangle of it."""

    image: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_PICTURE_TEXT,
        description="A picture in base64 (JPEG, PNG, WebP …), or a data URL; 20 MB at most.",
    )
    scene_id: UUID | None = Field(
        default=None, description="With `t_s` its keyframe nearest to that, else the best."
    )
    video_id: UUID | None = Field(
        default=None, examples=[EXAMPLE_ID], description="The picture that it shows at `t_s`."
    )
    t_s: Seconds | None = Field(default=None, examples=[63.4])
    box: tuple[Part, Part, Part, Part] | None = Field(
        default=None,
        description="Left, top, right, bottom, as parts of the picture from 0 to 1.",
        examples=[[0.5, 0.0, 0.75, 0.6]],
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(each is not None for each in (self.image, self.scene_id, self.video_id)) != 1:
            raise ValueError("give one of image, scene_id and video_id")
        if (self.video_id is not None and self.t_s is None) or (
            self.image is not None and self.t_s is not None
        ):
            raise ValueError("t_s is the time in a video: a video_id needs it, an image has none")
        return self


class NewEntity(Asked):
    """A name, and what it looks like."""

    name: Name
    examples: list[Crop] = Field(default=[], max_length=MAX_EXAMPLES)


class EntityChanges(Asked):
    """What can be changed of an entity."""

    name: Name


class Entity(Given):
    """Someone or something with a name."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    name: Text = Field(examples=["Anna"])
    examples: int = Field(description="Crops that show it.", examples=[3])
    picture: str | None = Field(
        default=None, description="Address of the oldest of them, a JPEG; null where there is none."
    )
    made_at: str = Field(description="ISO 8601, UTC.", examples=["2026-01-31T12:00:00+00:00"])
    scenes: int | None = Field(
        default=None, description="In which it is to be seen; null where nobody asked."
    )
    videos: int | None = Field(default=None, description="The same of videos.")

    @classmethod
    def of(cls, entity: kept.Entity) -> Self:
        """One of the library's."""
        made = cls.model_validate(entity)
        picture = example_url(entity.id, entity.oldest) if entity.oldest else None
        return made.model_copy(update={"picture": picture})


class EntityPage(Given):
    """Some of the entities, by name."""

    entities: tuple[Entity, ...]
    total: int = Field(description="Entities in all.")


class Example(Given):
    """A crop that shows an entity."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    video_id: UUID | None = Field(
        description="It was cut out of this video; null for a picture that was sent."
    )
    t_s: float | None = Field(examples=[63.4])
    box: tuple[float, float, float, float] | None
    made_at: str = Field(description="ISO 8601, UTC.")
    picture: str = Field(description="Address of the crop, a JPEG.")


class Examples(Given):
    """All examples of an entity, the oldest first."""

    examples: tuple[Example, ...]


class Appearance(Given):
    """Scenes of one video that follow one another, in each of which the entity is to be seen."""

    video_id: UUID
    video: Text = Field(description="File name.")
    path: Text | None = Field(description="Null when the video is offline.")
    start_s: float = Field(examples=[61.2])
    end_s: float = Field(examples=[84.0])
    scenes: tuple[int, ...] = Field(description="Their numbers.", examples=[[12, 13, 14]])
    scene_id: UUID = Field(description="The one that shows it best.")
    best_s: float = Field(description="Time of the keyframe that does.", examples=[63.4])
    box: tuple[float, float, float, float] | None = Field(
        description="The part of it that was compared; null: all of it."
    )
    score: float = Field(description="Similarity, 0 to 1.", examples=[0.93])
    band: Band
    cosine: float = Field(examples=[0.81])
    example_id: UUID = Field(description="The example that it looks like most.")
    thumbnail: str | None


class AppearancePage(Given):
    """Some of the appearances of an entity."""

    entity: Entity
    appearances: tuple[Appearance, ...]
    total: int = Field(description="Appearances in all.")
    scenes: int = Field(description="Scenes of all of them.")
    videos: int = Field(description="Videos of all of them.")
    threshold: float = Field(description="Similarity from which a scene counts.", examples=[0.85])
    space: str | None
    in_parts: bool = Field(description="Parts of pictures were compared, not only whole ones.")
    calibrated: bool = Field(
        description="Similarity tells from chance; false: too little is there for that, and it is the cosine."
    )
    degraded: tuple[Text, ...] = Field(description="What could not take part.")

    @classmethod
    def of(cls, page: Any, appearances: list[dict[str, Any]]) -> Self:
        """A page of the library's."""
        fields = {name: getattr(page, name) for name in cls.model_fields if name != "appearances"}
        return cls.model_validate({**fields, "entity": Entity.of(page.entity), "appearances": appearances})
