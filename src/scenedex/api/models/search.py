"""What is asked of a search, and its answer: the same as `scenedex search --json`."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from scenedex import types
from scenedex.api.models.videos import EXAMPLE_ID
from scenedex.http.values import Asked, Given, Moment, Seconds, Text
from scenedex.search.as_json import answer_as_json
from scenedex.search.question import MAX_QUERY
from scenedex.search.request import MAX_OFFSET, MAX_WITHIN_S
from scenedex.store.scope import MAX_TAGS
from scenedex.types import Band, Channel, Mode

MAX_LIMIT = 200
"""Hits of one answer."""

MAX_VIDEOS = 1_000
"""Videos that a search can be narrowed to."""

MAX_PICTURE_BYTES = 20_000_000
MAX_PICTURE_TEXT = MAX_PICTURE_BYTES * 4 // 3 + 100
"""Characters of such a picture in base64, with what a data URL puts before it."""

Weighable = Literal["visual", "audio", "transcript", "description", "lexical"]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
Weight = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False, strict=True)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, strict=True)]
Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET, strict=True)]


class Filters(Asked):
    """What may be found at all; a hit passes all of them."""

    video_ids: list[UUID] = Field(default=[], max_length=MAX_VIDEOS)
    after: Moment | None = Field(
        default=None,
        description="The video was recorded then or later, as its file says; where it does not say, added.",
    )
    before: Moment | None = Field(
        default=None, description="The video was recorded, or else added, earlier than that."
    )
    min_duration_s: Seconds | None = Field(default=None, description="Length of the video.")
    max_duration_s: Seconds | None = None
    from_s: Seconds | None = Field(default=None, description="The scene ends after this time in its video.")
    to_s: Seconds | None = Field(default=None, description="The scene begins before this time in its video.")
    language: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Something in this language is said or written in the scene.",
        examples=["en"],
    )
    tags: list[str] = Field(default=[], max_length=MAX_TAGS, description="The video has all of them.")
    scene_tags: list[str] = Field(default=[], max_length=MAX_TAGS, description="The scene has all of them.")
    speaker: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Somebody whom the subtitles name so speaks in the scene; case does not matter.",
        examples=["Zoe"],
    )
    bands: list[Band] = Field(default=[], max_length=3, description="Only hits of these bands.")


class Anchor(Asked):
    """What hits should look like: a scene, one keyframe of it, or a picture; whole, or a rectangle of it."""

    scene_id: UUID | None = Field(default=None, examples=[EXAMPLE_ID])
    keyframe: Annotated[int, Field(ge=0, le=1_000, strict=True)] | None = Field(
        default=None,
        description="Number of one keyframe of the scene, from 0; else all, or with `box` the best.",
    )
    image: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_PICTURE_TEXT,
        description="A picture in base64 (JPEG, PNG, WebP …), or a data URL; 20 MB at most.",
    )
    box: tuple[Part, Part, Part, Part] | None = Field(
        default=None,
        description="Left, top, right, bottom, as parts of the picture from 0 to 1.",
        examples=[[0.5, 0.0, 1.0, 0.5]],
    )
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] = Field(
        default=0.5, description="What it counts beside words."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.scene_id is None) == (self.image is None):
            raise ValueError("give either scene_id or image")
        if self.keyframe is not None and self.scene_id is None:
            raise ValueError("a keyframe is one of a scene: give scene_id")
        return self


class _Search(Asked):
    """What both kinds of search take."""

    limit: Limit = Field(default=10, description="Most hits; with group_by, most videos.")
    offset: Offset = Field(
        default=0, description="Hits to pass over first. Pages of one search do not overlap."
    )
    group_by: Literal["video"] | None = Field(default=None, description="Group the hits by video.")
    fold: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Scenes that look nearly the same count as one."
    )


class SearchQuery(_Search):
    """One search: words, an anchor, or both."""

    query: str = Field(
        default="",
        max_length=MAX_QUERY,
        description='Quotation marks ask for the exact words; `"dog" then "car"` for one thing after another.',
        examples=["red car at night"],
    )
    mode: Mode = Field(default="auto", description="How pictures take part; auto: the query decides.")
    weights: dict[Weighable, Weight] = Field(
        default={},
        description="Before those of the library; 0 takes a channel out.",
        examples=[{"visual": 0.5}],
    )
    filters: Filters = Filters()
    anchor: Anchor | None = None
    within_s: Annotated[float, Field(gt=0, le=MAX_WITHIN_S, allow_inf_nan=False, strict=True)] = Field(
        default=60.0, description="Longest time between scenes that follow one another."
    )
    weaker: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Show the weaker hits, too, that `hidden` counts otherwise."
    )


class SimilarQuery(_Search):
    """More like this: an anchor without words."""

    anchor: Anchor
    filter_video_ids: list[UUID] = Field(
        default=[], max_length=MAX_VIDEOS, description="Search in these videos only."
    )


class Evidence(Given):
    """What one channel says about one scene."""

    raw: float = Field(description="Cosine, or BM25.", examples=[0.31])
    calibrated: float = Field(description="0 to 1.", examples=[0.9])
    t_s: float | None = Field(default=None, description="Where in the video.", examples=[63.4])
    keyframe_s: float | None = Field(default=None, description="The same, of what was seen.", examples=[63.4])
    text: Text | None = Field(
        default=None,
        description="The words that matched: HTML with nothing but `<mark>` in it.",
        examples=["… <mark>car</mark> …"],
    )
    share: float = Field(
        description="What part of the score this channel brought; those of a hit sum to 1.", examples=[0.7]
    )
    keyframe: int | None = Field(
        default=None,
        description="Of what was seen: the number of the picture within the scene.",
        examples=[2],
    )
    speaker: Text | None = Field(
        default=None, description="Who says `text`, where it is one caption and its subtitles name somebody."
    )


class Hit(Given):
    """A scene in a result."""

    video_id: UUID
    video: Text = Field(description="File name.", examples=["drive.mp4"])
    path: Text | None = Field(description="Where it lies; null when it is offline.")
    scene: int = Field(examples=[12])
    scene_id: UUID
    start_s: float = Field(examples=[61.2])
    end_s: float = Field(examples=[65.0])
    best_s: float = Field(description="The best moment.", examples=[63.4])
    score: float = Field(description="0 to 1.", examples=[0.83])
    band: Band
    channels: dict[Channel, Evidence]
    thumbnail: str | None
    alike: int = Field(description="Scenes that were folded into this one.")
    then: tuple["Hit", ...] = Field(
        description="What follows it, where one thing after another was asked for."
    )


class Plan(Given):
    """What was asked of which channel, and why."""

    mode: Mode
    confidence: float
    reason: Text = Field(examples=["object: car; attribute: red"])
    weights: dict[Channel, float] = Field(examples=[{"visual": 0.6, "lexical": 0.2, "transcript": 0.2}])


class Rerank(Given):
    """The second look at the pictures of the pool."""

    scored: int
    skipped: bool
    reason: str | None
    score_range: float
    weight: float


class VideoHits(Given):
    """What was found in one video."""

    video_id: UUID
    video: Text
    path: Text | None
    hits: tuple[Hit, ...]
    more: int = Field(description="Hits of this video beyond these.")


class SearchAnswer(Given):
    """What was found, best first. No hits: nothing fits."""

    query: Text
    plan: Plan
    hits: tuple[Hit, ...]
    hidden: int = Field(description="Weaker hits that are not shown.")
    degraded: tuple[Text, ...] = Field(description="Channels left out, each with the reason.")
    rerank: Rerank
    groups: tuple[VideoHits, ...]
    took_ms: dict[str, float]

    @classmethod
    def of(cls, answer: types.Answer) -> Self:
        """The answer in the shape that every interface gives."""
        return cls.model_validate(answer_as_json(answer))
