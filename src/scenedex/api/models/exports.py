"""What is asked of an export."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from scenedex.api.models.search import SearchQuery
from scenedex.exports.formats import MAX_HANDLE_S

MAX_SCENES = 1_000
"""Scenes that can be named."""

Yes = Annotated[bool, Field(strict=True)]
Handle = Annotated[float, Field(ge=0, le=MAX_HANDLE_S, allow_inf_nan=False, strict=True)]


class ExportQuery(SearchQuery):
    """A search whose hits are to be taken along, or scenes in their place; and as what."""

    format: Literal["edl", "fcpxml", "otio", "csv", "json", "sheet"] = Field(
        description="CMX 3600, Final Cut Pro, OpenTimelineIO, a table, a document; or contact sheets.",
        examples=["edl"],
    )
    scene_ids: list[UUID] = Field(
        default=[], max_length=MAX_SCENES, description="These scenes in this order, in place of a search."
    )
    bin_id: UUID | None = Field(default=None, description="What is in this bin, in place of a search.")
    video_id: UUID | None = Field(default=None, description="All scenes of this video: its cut list.")
    bins: Yes = Field(default=False, description="One bin a video, not one timeline of all.")
    handles_s: tuple[Handle, Handle] = Field(
        default=(0.0, 0.0),
        description="Seconds before and after, clipped to the video.",
        examples=[[1.0, 1.0]],
    )
    join: Yes = Field(default=True, description="Events of a video that overlap become one.")
    by_time: Yes = Field(default=False, description="By video and time, not the best first.")
    title: str = Field(default="", max_length=200, description="Of the list; else the query.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        ways = (self.query.strip() or self.anchor is not None, self.scene_ids, self.bin_id, self.video_id)
        if sum(map(bool, ways)) > 1:
            raise ValueError("give one of a search, scene_ids, bin_id and video_id")
        return self
