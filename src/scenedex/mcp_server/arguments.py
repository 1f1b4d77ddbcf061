"""What the tools take. Descriptions are written for the agent that fills them in."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from scenedex.http.values import Asked, Moment, Seconds
from scenedex.search.question import MAX_QUERY
from scenedex.search.request import MAX_OFFSET
from scenedex.types import Band, CaptionOrigin, Mode, VideoSort

MAX_HITS = 50
MAX_LISTED = 100
MAX_CAPTIONS = 100
MAX_NAMED = 100
"""Videos, and tags, that a search can be narrowed to."""

MAX_STRETCH_S = 120.0
MAX_SIDE = 1568
"""Longest side of a picture in pixels: more is scaled down by those who look at it."""

Name = Annotated[str, Field(min_length=1, max_length=1_000)]
VideoName = Annotated[Name, Field(description="Id of a video, or its file name.")]
SceneName = Annotated[
    Name, Field(description="Id of a scene (`scene_id`), or VIDEO:NUMBER such as drive.mp4:12.")
]
Names = Annotated[list[Name], Field(max_length=MAX_NAMED)]
Cursor = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,9}$", description="`next_cursor` of the answer before, to go on from there."),
]
Side = Annotated[
    int, Field(ge=64, le=MAX_SIDE, strict=True, description="Longest side of the picture in pixels, at most.")
]
Hits = Annotated[int, Field(ge=1, le=MAX_HITS, strict=True, description="Most scenes to answer with.")]


class Paged(Asked):
    """What goes on where an earlier answer ended."""

    cursor: Cursor | None = None

    @property
    def offset(self) -> int:
        """How many are passed over."""
        return int(self.cursor or 0)


class Searched(Paged):
    """What both kinds of search take."""

    limit: Hits = 10

    @model_validator(mode="after")
    def _is_within_reach(self) -> Self:
        if self.offset > MAX_OFFSET:
            raise ValueError(f"a search goes {MAX_OFFSET:,} scenes deep at most: make it narrower")
        return self


class Search(Searched):
    """Arguments of `search`."""

    query: str = Field(
        min_length=1,
        max_length=MAX_QUERY,
        description="What is to be seen, heard, said or written, in plain words, English or Korean. Quotation marks "
        'ask for the exact words; `"dog" then "car"` for one thing after another.',
    )
    mode: Mode = Field(
        default="auto",
        description="How pictures take part: auto lets the query decide, recall looks at pictures first, rerank "
        "looks at them a second time, skip goes by words and sounds alone.",
    )
    bands: list[Band] = Field(default=[], max_length=3, description="Only hits of these bands.")
    videos: Names = Field(default=[], description="Only these videos, by id or file name.")
    tags: Names = Field(default=[], description="Only videos that have all of these tags.")
    language: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Only scenes in which something in this language is said or written, such as en.",
    )
    speaker: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Only scenes in which somebody speaks whom the subtitles name so."
    )
    after: Moment | None = Field(
        default=None, description="Only videos recorded, or else added, then or later; ISO 8601 with a zone."
    )
    before: Moment | None = Field(
        default=None, description="Only videos recorded, or else added, earlier than that."
    )
    from_s: Seconds | None = Field(
        default=None, description="Only scenes that end after this second of their video."
    )
    to_s: Seconds | None = Field(default=None, description="Only scenes that begin before this second.")
    fold: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Answer with scenes that look nearly the same once."
    )
    weaker: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Also the weaker hits that `hidden` counts otherwise."
    )


class Similar(Searched):
    """Arguments of `similar`."""

    scene: SceneName
    videos: Names = Field(default=[], description="Only these videos, by id or file name.")


class ShowScene(Asked):
    """Arguments of `show_scene`."""

    scene: SceneName
    keyframe: Annotated[int, Field(ge=0, le=1_000, strict=True)] | None = Field(
        default=None, description="Number of a picture of the scene, from 0; without it the best one."
    )
    max_side: Side = 768


class ListVideos(Paged):
    """Arguments of `list_videos`."""

    name: Annotated[str, Field(max_length=200)] = Field(
        default="", description="Only videos with this in their file name; case does not count."
    )
    sort: VideoSort = "newest"
    limit: Annotated[int, Field(ge=1, le=MAX_LISTED, strict=True)] = Field(
        default=20, description="Most videos to answer with."
    )


class Captions(Paged):
    """Arguments of `captions`."""

    video: VideoName
    from_s: Seconds = Field(default=0.0, description="Only what ends after this second.")
    to_s: Seconds | None = Field(default=None, description="Only what begins before this second.")
    origin: CaptionOrigin | None = Field(
        default=None,
        description="Only what comes from there: embedded and sidecar are subtitles, speech was transcribed, screen "
        "was read in the picture.",
    )
    language: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Only in this language, such as en."
    )
    limit: Annotated[int, Field(ge=1, le=MAX_CAPTIONS, strict=True)] = Field(
        default=50, description="Most captions to answer with."
    )


class ContactSheet(Asked):
    """Arguments of `contact_sheet`."""

    video: VideoName
    columns: Annotated[int, Field(ge=1, le=8, strict=True)] = Field(
        default=4, description="Pictures side by side."
    )
    rows: Annotated[int, Field(ge=1, le=10, strict=True)] = Field(default=5, description="Rows of them.")
    page: Annotated[int, Field(ge=1, le=100_000, strict=True)] = Field(
        default=1, description="Which sheet, from 1."
    )
    max_side: Side = MAX_SIDE


class Clip(Asked):
    """Arguments of `clip`."""

    scene: SceneName | None = None
    video: VideoName | None = None
    start_s: Seconds | None = Field(default=None, description="First second of the stretch.")
    end_s: Seconds | None = Field(
        default=None, description=f"Second at which it ends, {MAX_STRETCH_S:.0f} later at most."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        stretch = (self.video, self.start_s, self.end_s)
        if (self.scene is None) == any(part is None for part in stretch) or (
            self.scene is not None and any(part is not None for part in stretch)
        ):
            raise ValueError("give either scene, or video with start_s and end_s")
        length_s = None if self.start_s is None or self.end_s is None else self.end_s - self.start_s
        if length_s is not None and not 0 < length_s <= MAX_STRETCH_S:
            raise ValueError(f"end_s must come after start_s, {MAX_STRETCH_S:.0f} s later at most")
        return self
