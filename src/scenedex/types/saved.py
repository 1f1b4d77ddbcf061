"""Searches that are kept, and asked of each new video. Imported from `scenedex.types`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from scenedex.types.search import Band, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRequest:
    """What a saved search asks of a new video, and which of the hits it tells."""

    query: str
    mode: Mode = "auto"
    tags: tuple[str, ...] = ()  #: the video has all of them
    language: str | None = None  #: something in this language is said or written in the scene
    speaker: str | None = None  #: somebody whom the subtitles name so speaks in the scene
    band: Band = "possible"  #: the lowest that is told
    hours: str | None = None  #: such as 22:00-06:00: the scene begins between these times of the day
    zone: str = "UTC"  #: of these hours, by its IANA name

    #: The time of a scene is that at which its video was recorded, or else added, and its own time in the video


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that is kept."""

    id: UUID
    name: str
    request: SavedRequest
    webhook: str | None  #: URL to which hits are sent; None: they are only kept
    secret: str = field(
        repr=False
    )  #: with which what is sent is signed (Standard Webhooks: whsec_ and base64)
    failures: int  #: sendings that failed since the last that did not
    stopped: str | None  #: why nothing is sent any more
    made_at: datetime
    last_seen_at: datetime | None  #: when it last found something


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedHit:
    """A scene that a saved search found."""

    scene_id: UUID
    video_id: UUID
    hit: dict[str, Any]  #: the hit as every interface gives it, with `at`: the time of the scene
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something that is to be sent, was, or could not be."""

    id: UUID
    search_id: UUID
    body: str
    state: str  #: waiting, sent or failed
    attempts: int
    due_at: datetime  #: of one that waits: when it is tried next
    reason: str | None  #: why it did not work the last time
    made_at: datetime
