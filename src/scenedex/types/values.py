"""Values of media, scenes, embeddings and the store."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from scenedex.types.words import SceneTerms

Pixels = NDArray[np.uint8]
"""A picture: shape (height, width, 3), RGB, 0 to 255."""

Vector = NDArray[np.float32]
"""One embedding: shape (dim,), unit length."""

Vectors = NDArray[np.float32]
"""Embeddings, one a row: shape (n, dim), unit length."""

Waveform = NDArray[np.float32]
"""Mono sound: shape (samples,), -1 to 1."""

CaptionOrigin = Literal["embedded", "sidecar", "speech", "screen"]
Channel = Literal["visual", "audio", "transcript", "description", "lexical", "anchor"]
"""`anchor` is what looks like a picture or scene that was given beside, or instead of, words."""
Mode = Literal["recall", "rerank", "auto", "skip"]
Band = Literal["strong", "possible", "weak"]
Modality = Literal["visual", "audio", "text", "scene", "region"]
SpaceState = Literal["building", "live", "retired"]
AnnotationKind = Literal["screen_text", "speech", "description"]
AnnotationWord = Literal["annotated", "unchanged", "passed over", "failed"]
Access = Literal["read", "write", "admin"]
"""What a key may do: look, change, or deal out keys and settings too. Each may do what those before it may."""
IndexOutcome = Literal["indexed", "unchanged", "moved", "warning", "refused"]

LOCAL_OWNER = UUID("00000000-0000-0000-0000-000000000001")
"""The owner of a single-user library, called `local`."""

MAX_SCENE_S = 64.0
"""A shot that is longer is split evenly into scenes no longer than this."""

MAX_KEYFRAME_GAP_S = 8.0
"""Neighbouring keyframes of a scene are never further apart (where the video has pictures that close)."""

MAX_KEYFRAMES = 8
"""Keyframes a scene has at most."""

KEYFRAME_SHORT_SIDE = 384
"""Short side of a stored keyframe in pixels, where the video has that many."""


# -- what a file holds ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """The picture stream that is indexed."""

    index: int  #: stream index in the container
    codec: str
    width: int  #: as shown: after rotation and sample aspect ratio
    height: int
    coded_width: int  #: as stored
    coded_height: int
    frame_rate: Fraction | None  #: average, exact; None if the header does not say
    rotation: int  #: clockwise degrees to turn the stored picture by: 0, 90, 180, 270
    hdr: bool  #: PQ or HLG transfer; frames come out tone-mapped to SDR
    mirrored: bool = False  #: after turning, left and right are swapped (some front cameras)
    pixel_format: str = ""  #: FFmpeg's name, such as yuv420p; "" where it is not known
    codecs: str | None = (
        None  #: what RFC 6381 calls it, such as avc1.64001F; None where the headers do not tell
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """A sound stream."""

    index: int
    codec: str
    sample_rate: int  #: Hz
    channels: int
    language: str | None  #: ISO 639-1 where one exists
    codecs: str | None = None  #: what RFC 6381 calls it, such as mp4a.40.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """A timed text stream. Bitmap tracks are named here and left to OCR."""

    index: int
    codec: str
    language: str | None
    kind: Literal["text", "bitmap", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What the headers of a file say, and its first picture about the way up."""

    container: str  #: FFmpeg's name of the format
    size_bytes: int
    start_s: float  #: first timestamp of the file; every other time is relative to it
    duration_s: float | None  #: None when the header does not know: the decode pass finds it
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    warnings: tuple[str, ...] = ()
    default_audio: int | None = None  #: stream index of the sound that is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may ask of this machine. Every field is a setting."""

    max_pixels: int = 67_108_864  #: width times height of one picture; 8K is 33 million
    max_duration_s: float = 172_800.0  #: two days
    max_streams: int = 64
    max_decode_s: float = 3600.0  #: wall seconds for one decode pass, or four times the duration if longer
    max_fetch_s: float = 600.0  #: wall seconds for fetching single pictures, or the duration if longer
    max_caption_bytes: int = 16_777_216  #: size of one sidecar file
    max_captions: int = 200_000  #: lines of timed text in one file

    def decode_s(self, duration_s: float | None) -> float:
        """The seconds that one pass over a file of this duration may take."""
        return max(self.max_decode_s, 4 * (duration_s or 0.0))

    def fetch_s(self, duration_s: float | None) -> float:
        """The seconds that fetching pictures out of a file of this duration may take."""
        return max(self.max_fetch_s, duration_s or 0.0)


class Piece(NamedTuple):
    """Some more bytes of a film that is made while somebody watches it."""

    begins_s: float  #: the time of the video at which the whole film begins
    data: bytes


class Frame(Protocol):
    """A decoded picture that converts itself when asked. Whoever keeps one keeps a full picture in memory."""

    @property
    def t_s(self) -> float:
        """When it is shown, in seconds from the start of the video."""

    @property
    def end_s(self) -> float:
        """When its own duration ends; the next frame may come later."""

    @property
    def after_gap(self) -> bool:
        """Whether pictures between the frame before and this one were passed over."""

    @property
    def hasty(self) -> bool:
        """Whether it was decoded without care for its looks: enough to find cuts."""

    def small(self) -> Pixels:
        """At most 256 pixels wide, display orientation: enough to judge quality."""

    def glance(self) -> Pixels:
        """As large as `small`, from few of the pixels, and so in half the time: enough to find cuts."""

    def picture(self, short_side: int) -> Pixels:
        """Display orientation and aspect ratio, SDR, short side at most `short_side`; never enlarged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What lies between two pictures that are known, the second of them a key frame, and is not decoded yet."""

    first: Frame
    last: Frame  #: a key frame
    key_s: float  #: time of the key frame from which `first` was decoded; its own, where it is one
    key_size: int  #: bytes of that key frame
    anchors: tuple[
        "Anchor", ...
    ]  #: since that key frame, in order, without it; the last one is the picture `last`
    pictures: int  #: since that key frame, without `last`

    @property
    def length_s(self) -> float:
        """Seconds from the first picture to the last."""
        return self.last.t_s - self.first.t_s


class Anchor(NamedTuple):
    """A picture that is shown later than all before it in the file: in the language of encoders I or P, not B."""

    t_s: float
    size: int  #: bytes
    key: bool  #: a key frame


Look = Callable[[Stretch], float]
"""Until when a stretch must be decoded, in seconds: no later than its first picture for not at all."""


# -- what indexing makes of it ----------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """A picture that stands for part of a scene."""

    t_s: float
    quality: float  #: 0 (black, blurred) to 1
    width: int
    height: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneDraft:
    """A scene before it is stored."""

    index: int
    start_s: float
    end_s: float
    keyframes: tuple[Keyframe, ...] = ()
    thumbnail: bytes | None = field(default=None, repr=False)  #: JPEG of the best keyframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The embeddings that may be compared with one another."""

    name: str  #: unique; model, revision and preprocessing in one word
    model: str
    revision: str
    modality: Modality
    dim: int
    id: int = 0  #: 0 until the store has given it one
    state: SpaceState = "live"


_DESCRIBED = ":description"


def description_space(words: Space) -> Space:
    """The space of descriptions that are embedded by the model of this space of texts."""
    return replace(words, name=words.name + _DESCRIBED, id=0)


def words_space(space: Space) -> Space:
    """The space whose queries are asked in this one: of texts for one of descriptions, else itself."""
    return replace(space, name=space.name.removesuffix(_DESCRIBED))


def is_of_descriptions(space: Space) -> bool:
    """Whether it holds descriptions."""
    return space.name.endswith(_DESCRIBED)


_PARTS = ":parts-"


def region_space(eyes: Space, layout: str) -> Space:
    """The space of the parts, laid out so, of pictures that are embedded by the model of this visual space."""
    return replace(eyes, name=f"{eyes.name}{_PARTS}{layout}", modality="region", id=0, state="live")


def is_of_parts(name: str) -> bool:
    """Whether a space of this name holds parts of pictures."""
    return _PARTS in name


def seeing_name(name: str) -> str:
    """Of the visual space whose model embedded what is in the space of this name: of one of parts, else itself."""
    return name.partition(_PARTS)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingDraft:
    """An embedding of a part of a scene, or the reason why there is none."""

    scene_index: int
    ordinal: int  #: counts within the scene
    t_s: float  #: time of the keyframe, or start of the window
    vector: Vector | None
    metadata: dict[str, Any] = field(default_factory=dict)  #: has `error` where vector is None
    region: int = 0  #: 0: the whole picture; else which part of it, 1 the left or the upper one


# -- what the store keeps ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneRecord:
    """A scene as it is stored: its pictures lie in the object store already."""

    index: int
    start_s: float
    end_s: float
    keyframes: tuple["StoredKeyframe", ...]
    thumbnail_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRecord:
    """Everything that indexing found out about one content. Written in one transaction."""

    content_hash: str  #: sha256, hex
    title: str  #: file name, or the title that the container states
    info: MediaInfo
    duration_s: float
    scenes: tuple[SceneRecord, ...]
    captions: tuple[Caption, ...]
    terms: tuple[SceneTerms, ...]  #: one a scene
    embeddings: dict[int, tuple[EmbeddingDraft, ...]]  #: space id to embeddings
    recipe: str  #: how it was made (detector, version): another recipe means indexing again
    sidecars: str  #: fingerprint of the sidecar files that were read; "" without any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A path at which a video lies, or lay when it was last looked for."""

    path: str  #: absolute; bytes that are no UTF-8 as surrogates (`os.fsdecode`)
    video_id: UUID
    size_bytes: int
    mtime_ns: int
    missing: bool = False  #: it was not there when it was last looked for
    name: str | None = None  #: what its sender calls it; None where the path says it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of one file that was given to the indexer."""

    path: str
    outcome: IndexOutcome
    reason: str | None = None  #: a sentence; None where there is nothing to say
    video_id: UUID | None = None
    failed: bool = False  #: it should have been indexed and could not be


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationOutcome:
    """What became of one video that was to be annotated."""

    video_id: UUID
    video: str  #: file name
    outcome: AnnotationWord
    reason: str | None = None  #: a sentence; None where there is nothing to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a model says is to be seen in a scene."""

    description: str
    summary: str = ""  #: in a sentence
    tags: tuple[str, ...] = ()  #: lower case

    def texts(self) -> tuple[str, ...]:
        """Its words, part by part."""
        return tuple(text for text in (self.summary, self.description, ", ".join(self.tags)) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDescription(Description):
    """A description, and by whom."""

    model: str


# -- what the store gives back ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """One media content that someone added."""

    id: UUID
    content_hash: str  #: sha256, hex
    name: str  #: file name of its newest path
    duration_s: float
    width: int | None
    height: int | None
    frame_rate: Fraction | None
    scene_count: int
    caption_count: int
    paths: tuple[str, ...]  #: where it lies now; empty when offline
    offline: bool
    added_at: str  #: ISO 8601, UTC
    warnings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  #: normalised, in alphabetical order


VideoState = Literal["indexed", "failed", "running", "pending", "offline"]
"""How a video stands: a job of it runs, or waits; the last one of some stage failed; its file is nowhere; or all is
well. The first of these that is true, in this order."""

VideoSort = Literal["newest", "oldest", "name", "longest", "shortest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeyframe:
    """A keyframe whose picture lies in the object store."""

    t_s: float
    quality: float
    width: int
    height: int
    object_key: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCard:
    """A scene, with captions and without keyframes, and what a hit says about its video."""

    scene: Scene
    video: str  #: file name
    path: str | None  #: where it lies now; None when the video is offline
