"""Videos as the library keeps them, their files, and whose they are."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal
from uuid import UUID

from scenedex.types.media import MediaInfo
from scenedex.types.scenes import Caption, SceneRecord
from scenedex.types.showing import ASIDE, video_html
from scenedex.types.spaces import EmbeddingDraft
from scenedex.types.words import SceneTerms

LOCAL_OWNER = UUID("00000000-0000-0000-0000-000000000001")
"""The owner of a single-user library, called `local`."""

Access = Literal["read", "write", "admin"]
"""What a key may do: look, change, or deal out keys and settings too. Each may do what those before it may."""


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


IndexOutcome = Literal["indexed", "unchanged", "moved", "warning", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A path at which a video lies, or lay when it was last looked for."""

    path: str  #: absolute; bytes that are no UTF-8 as surrogates (`os.fsdecode`)
    video_id: UUID
    size_bytes: int
    mtime_ns: int
    missing: bool = False  #: it was not there when it was last looked for
    name: str | None = None  #: what its sender calls it; None where the path says it
    inode: int | None = (
        None  #: number of the file in its file system, as a signed 64-bit one; None: not known
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of one file that was given to the indexer."""

    path: str
    outcome: IndexOutcome
    reason: str | None = None  #: a sentence; None where there is nothing to say
    video_id: UUID | None = None
    failed: bool = False  #: it should have been indexed and could not be


VideoState = Literal["indexed", "failed", "running", "pending", "offline"]
"""How a video stands: a job of it runs, or waits; the last one of some stage failed; its file is nowhere; or all is
well. The first of these that is true, in this order."""

VideoSort = Literal["newest", "oldest", "name", "longest", "shortest"]


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
    recorded_at: str | None = None  #: when it was recorded, as its file says; ISO 8601, UTC
    picture: bytes | None = field(default=None, compare=False, repr=False, metadata=ASIDE)
    #: a small JPEG for notebooks, where it was asked for

    def _repr_html_(self) -> str:
        return video_html(self)
