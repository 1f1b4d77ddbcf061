"""Scenes, the pictures that stand for them, and the text that belongs to their time."""

import re
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

MAX_SCENE_S = 64.0
"""A shot that is longer is split evenly into scenes no longer than this."""

MAX_KEYFRAME_GAP_S = 8.0
"""Neighbouring keyframes of a scene are never further apart (where the video has pictures that close)."""

MAX_KEYFRAMES = 8
"""Keyframes a scene has at most."""

KEYFRAME_SHORT_SIDE = 384
"""Short side of a stored keyframe in pixels, where the video has that many."""

OBJECT_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,8}")
"""Under which a picture lies in the object store."""

MAX_SPEAKER = 64
"""Characters of a speaker's name."""

TransitionKind = Literal["cut", "dissolve", "fade"]

CaptionOrigin = Literal["embedded", "sidecar", "speech", "screen", "added"]
"""From where a caption is; `added` is one that a person has written."""

CaptionState = Literal["original", "corrected", "deleted", "added", "orphaned"]
"""What people have done with a caption. One that is orphaned corrects something that is no longer there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A piece of timed text."""

    start_s: float
    end_s: float
    text: str  #: plain: no tags, no styling; lines joined by a newline
    origin: CaptionOrigin
    language: str | None = None
    index: int = 0  #: counts within origin and language
    measures: dict[str, float] = field(default_factory=dict, hash=False)
    """How sure whoever read or heard it was: `score` (0 to 1) of text on the screen; `avg_logprob`, `no_speech_prob`
    and `compression_ratio` of speech."""
    speaker: str | None = None
    """Who says it, where the subtitles name somebody, at most 64 characters; of several it is the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionEntry:
    """A caption with what people have done about it."""

    id: UUID  #: the same whenever its video is indexed
    state: CaptionState
    caption: Caption  #: as it is shown; where it is deleted, as it was
    original: str | None = (
        None  #: what stood there before; None where nothing was changed, or nothing stood there
    )
    made_by: str = ""  #: who has changed it
    made_at: str | None = None  #: ISO 8601, UTC; None where nothing was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """A picture that stands for part of a scene."""

    t_s: float
    quality: float  #: 0 (black, blurred) to 1
    width: int
    height: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How one shot follows another."""

    kind: TransitionKind
    at_s: float  #: where the shot begins: in the middle of a dissolve; at the end of the black of a fade
    start_s: float  #: the shot before is seen alone up to here
    end_s: float  #: the new one is seen alone from here on

    @property
    def length_s(self) -> float:
        """How long it takes; 0 of a cut."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneDraft:
    """A scene before it is stored."""

    index: int
    start_s: float
    end_s: float
    transition: Transition | None = (
        None  #: how it begins; None: with the video, or in the middle of a long shot
    )
    keyframes: tuple[Keyframe, ...] = ()
    thumbnail: bytes | None = field(default=None, repr=False)  #: JPEG of the best keyframe


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeyframe:
    """A keyframe whose picture lies in the object store."""

    t_s: float
    quality: float
    width: int
    height: int
    object_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneRecord:
    """A scene as it is stored: its pictures lie in the object store already."""

    index: int
    start_s: float
    end_s: float
    keyframes: tuple["StoredKeyframe", ...]
    thumbnail_key: str | None
    transition: Transition | None = None  #: how it begins; None: with the video, in a long shot, or not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A half-open interval of one video."""

    id: UUID
    video_id: UUID
    index: int
    start_s: float
    end_s: float
    thumbnail_key: str | None  #: object key of the thumbnail
    keyframes: tuple[StoredKeyframe, ...] = ()
    captions: tuple[Caption, ...] = ()
    transition: Transition | None = None  #: how it begins; None: with the video, in a long shot, or not known


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCard:
    """A scene, with captions and without keyframes, and what a hit says about its video."""

    scene: Scene
    video: str  #: file name
    path: str | None  #: where it lies now; None when the video is offline
