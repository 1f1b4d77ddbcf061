"""Videos, scenes and captions."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from scenedex import types
from scenedex.api.models.jobs import Job
from scenedex.http.values import Asked, Given, Rate, Seconds, Text
from scenedex.media.markup import MAX_TEXT
from scenedex.search.as_json import keyframe_url, thumbnail_url
from scenedex.store import listing
from scenedex.store.tags import MAX_TAG, MAX_TAGS
from scenedex.types import CaptionOrigin, CaptionState, TransitionKind, VideoState

EXAMPLE_ID = "0b6f2f5e-6c0e-5f0e-9d3b-5f1c6f1f3a10"


class Video(Given):
    """One content that somebody added; it may lie at several paths, or at none any more."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    content_hash: str = Field(description="SHA-256 of the file, hex.")
    name: Text = Field(description="File name.", examples=["drive.mp4"])
    duration_s: float = Field(examples=[612.4])
    width: int | None = Field(description="As shown, in pixels; null without pictures.", examples=[1920])
    height: int | None = Field(examples=[1080])
    frame_rate: Rate | None = Field(description="Pictures a second, exact.", examples=["30000/1001"])
    scene_count: int = Field(examples=[87])
    caption_count: int = Field(examples=[240])
    paths: tuple[Text, ...] = Field(description="Where it lies; empty when it is offline.")
    offline: bool
    added_at: str = Field(description="ISO 8601, UTC.", examples=["2026-01-31T12:00:00+00:00"])
    warnings: tuple[Text, ...] = Field(description="What was wrong with the file.")
    tags: tuple[Text, ...] = Field(examples=[["holiday"]])
    recorded_at: str | None = Field(
        default=None,
        description="When it was recorded, as its file says; ISO 8601, UTC. Null where it does not say.",
        examples=["2025-07-14T16:31:02+00:00"],
    )


class ListedVideo(Video):
    """A video with how it stands, so that a list of many needs no request for each."""

    state: VideoState = Field(
        description="running, pending: a job of it runs, or waits; failed: the last job of some stage did; offline: "
        "its file is nowhere; indexed: all is well."
    )
    error: Text | None = Field(
        description="What went wrong, in words, where it failed.", examples=["The file ends early."]
    )
    job: Job | None = Field(
        description="What makes its state: the job that runs, waits, or failed (`POST /jobs/{id}/retry`)."
    )
    scene_id: UUID | None = Field(description="A scene that stands for it; null without pictures.")
    thumbnail: str | None = Field(description="The JPEG of that scene; may be kept for ever.")

    @classmethod
    def of(cls, listed: listing.ListedVideo) -> Self:
        """The video with the address of its picture."""
        video = Video.model_validate(listed.video).model_dump()
        job = Job.model_validate(listed.job) if listed.job else None
        return cls(
            **video,
            state=listed.state,
            error=job.reason if job and listed.state == "failed" else None,
            job=job,
            scene_id=listed.scene_id,
            thumbnail=thumbnail_url(listed.scene_id, listed.thumbnail_key) if listed.scene_id else None,
        )


class VideoPage(Given):
    """Some of the videos."""

    videos: tuple[ListedVideo, ...]
    total: int = Field(description="Videos in all that were asked for.")
    states: dict[VideoState, int] = Field(
        description="How many there are in each state, whichever was asked for; one without any is left out.",
        examples=[{"indexed": 120, "failed": 2}],
    )


class TagChanges(Asked):
    """Tags to give and to take away; case and blanks around a tag do not count."""

    add: list[str] = Field(default=[], max_length=MAX_TAGS, examples=[["holiday"]])
    remove: list[str] = Field(default=[], max_length=MAX_TAGS, examples=[[]])


class VideoChanges(Asked):
    """What can be changed of a video."""

    tags: TagChanges = Field(
        description=f"Each has {MAX_TAG} characters at most; a video has {MAX_TAGS} at most."
    )


class Caption(Given):
    """A piece of timed text."""

    start_s: float = Field(examples=[61.2])
    end_s: float = Field(examples=[63.9])
    text: Text = Field(examples=["We should have turned left."])
    origin: CaptionOrigin
    language: str | None = Field(description="ISO 639-1, where it is known.", examples=["en"])
    index: int = Field(description="Counts within origin and language.")
    measures: dict[str, float] = Field(description="How sure whoever read or heard it was.")
    speaker: Text | None = Field(
        description="Who says it, where the subtitles name somebody.", examples=["Zoe"]
    )


class CaptionEntry(Caption):
    """A caption with what people have done about it."""

    id: UUID = Field(description="The same whenever the video is indexed.")
    state: CaptionState = Field(
        description="deleted: shown no longer, the text is what it was; orphaned: what it corrects is gone."
    )
    original: Text | None = Field(description="What stood there before somebody changed it.")
    made_by: Text = Field(description="Who has changed it: the id of a key, or an account.")
    made_at: str | None = Field(description="ISO 8601, UTC.")

    @classmethod
    def of(cls, entry: types.CaptionEntry) -> Self:
        """Of one caption."""
        own = {name: getattr(entry, name) for name in ("id", "state", "original", "made_by", "made_at")}
        return cls(**Caption.model_validate(entry.caption).model_dump(), **own)


class CaptionText(Asked):
    """What a caption should say."""

    text: str = Field(min_length=1, max_length=MAX_TEXT, examples=["We should have turned right."])


class NewCaption(CaptionText):
    """A caption to add."""

    start_s: Seconds = Field(examples=[61.2])
    end_s: Seconds = Field(description="At most 600 s after the start.", examples=[63.9])
    language: str | None = Field(default=None, min_length=1, max_length=35, examples=["en"])


class CaptionPage(Given):
    """Some of the captions of a video, by time."""

    captions: tuple[CaptionEntry, ...]
    total: int = Field(description="Captions in all that were asked for.")


class Keyframe(Given):
    """A picture that stands for part of a scene."""

    t_s: float = Field(description="Seconds from the start of the video.", examples=[63.4])
    quality: float = Field(description="0 (black, blurred) to 1.", examples=[0.81])
    width: int
    height: int
    url: str = Field(description="The JPEG; may be kept for ever.")


class Transition(Given):
    """How one shot follows another."""

    kind: TransitionKind
    start_s: float = Field(description="The shot before is seen alone up to here.", examples=[60.8])
    end_s: float = Field(description="The new one is seen alone from here on.", examples=[61.6])


class Scene(Given):
    """A half-open interval of one video."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    video_id: UUID
    index: int = Field(description="Counts within the video, from 0.")
    start_s: float = Field(examples=[61.2])
    end_s: float = Field(examples=[65.0])
    thumbnail: str | None = Field(description="The JPEG of its best picture; may be kept for ever.")
    keyframes: tuple[Keyframe, ...]
    captions: tuple[Caption, ...]
    transition: Transition | None = Field(
        description="How it begins; null where that is with the video, in the middle of a long shot, or not known."
    )

    @classmethod
    def of(cls, scene: types.Scene) -> Self:
        """The scene with the addresses of its pictures."""
        keyframes: list[dict[str, Any]] = [
            {
                "t_s": keyframe.t_s,
                "quality": keyframe.quality,
                "width": keyframe.width,
                "height": keyframe.height,
                "url": keyframe_url(scene.id, number, keyframe.object_key),
            }
            for number, keyframe in enumerate(scene.keyframes)
        ]
        return cls.model_validate(
            {
                "id": scene.id,
                "video_id": scene.video_id,
                "index": scene.index,
                "start_s": scene.start_s,
                "end_s": scene.end_s,
                "thumbnail": thumbnail_url(scene.id, scene.thumbnail_key),
                "keyframes": keyframes,
                "captions": scene.captions,
                "transition": scene.transition,
            }
        )


class ScenePage(Given):
    """Some of the scenes of a video, in order."""

    scenes: tuple[Scene, ...]
    total: int = Field(description="Scenes of the video in all.")


class SpaceStats(Given):
    """How far a space is filled."""

    embeddings: int
    errors: int = Field(description="What could not be embedded.")
    scenes: int = Field(description="Scenes with an embedding.")


class Stats(Given):
    """Counts of what the caller has."""

    videos: int
    offline: int = Field(description="Videos whose file is nowhere any more.")
    hours: float
    scenes: int
    keyframes: int
    captions: int
    embeddings: dict[str, SpaceStats] = Field(description="By space.")
