"""Subtitle files that were edited elsewhere."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from scenedex.http.values import Asked, Given, Text
from scenedex.types import CaptionOrigin

MAX_FILE = 4_000_000
"""Characters: twenty thousand captions of two hundred."""


class SubtitleFile(Asked):
    """A subtitle file, and of which captions it was made."""

    text: str = Field(
        min_length=1,
        max_length=MAX_FILE,
        description="The whole SubRip or WebVTT.",
        examples=["1\n00:01:01,200 --> 00:01:03,900\nWe should have turned right.\n"],
    )
    origin: CaptionOrigin | None = Field(default=None, description="As the file was asked for.")
    language: Annotated[str, Field(min_length=1, max_length=35, examples=["en"])] | None = Field(
        default=None, description="As the file was asked for."
    )
    dry_run: bool = Field(default=False, description="Say what would be corrected, and correct nothing.")


class ChangedLine(Given):
    """A caption that says something else in the file."""

    id: UUID = Field(description="Of the caption.")
    start_s: float = Field(examples=[61.2])
    end_s: float = Field(examples=[63.9])
    before: Text = Field(examples=["We should have turned left."])
    text: Text = Field(examples=["We should have turned right."])


class StrayLine(Given):
    """A line of the file that fits no caption, or more than one."""

    start_s: float
    text: Text


class EditedSubtitles(Given):
    """What the file says about the captions."""

    dry_run: bool = Field(description="Whether they stay as they are all the same.")
    changed: tuple[ChangedLine, ...]
    same: int = Field(description="Captions that say the same in it.")
    missing: int = Field(description="Captions that are not in it; they stay.")
    stray: tuple[StrayLine, ...]
