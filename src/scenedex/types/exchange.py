"""What leaves a library as tables and comes into one from elsewhere. Imported from `scenedex.types`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from scenedex.types.annotations import StoredDescription
from scenedex.types.marked import ExportedMarks
from scenedex.types.spaces import Modality, Space, Vector
from scenedex.types.videos import VideoRecord

ColumnKind = Literal["text", "int", "float", "time", "texts", "json", "bytes"]
"""`time`: with its zone, in UTC. `json`: a text that holds one JSON value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an exported table."""

    name: str
    kind: ColumnKind
    null: bool = False  #: a row may have none
    later: bool = False  #: exports of before it came lack the column: nothing is known then


VIDEO = Column("video_id", "text")
SCENE = Column("scene", "int")
MARKED_AT = Column("t_s", "float")
"""By which a mark stays with its scene when the video is cut anew."""

TABLES: dict[str, tuple[Column, ...]] = {
    "videos": (
        VIDEO,
        Column("content_hash", "text"),
        Column("title", "text"),
        Column("duration_s", "float"),
        Column("width", "int", null=True),
        Column("height", "int", null=True),
        Column("frame_rate_num", "int", null=True),
        Column("frame_rate_den", "int", null=True),
        Column("added_at", "time"),
        Column("tags", "texts"),
        Column("warnings", "texts"),
        Column("annotations", "json"),
        Column("media", "json"),
        Column("recipe", "text"),
        Column("sidecars", "text"),
        Column("recorded_at", "time", null=True, later=True),
    ),
    "files": (
        VIDEO,
        Column("path", "text"),
        Column("size_bytes", "int"),
        Column("mtime_ns", "int"),
        Column("missing", "int"),
        Column("name", "text", null=True),
    ),
    "scenes": (
        VIDEO,
        SCENE,
        Column("scene_id", "text"),
        Column("start_s", "float"),
        Column("end_s", "float"),
        Column("thumbnail", "text", null=True),
        Column("transition", "text", null=True, later=True),
        Column("transition_start_s", "float", null=True, later=True),
        Column("transition_end_s", "float", null=True, later=True),
    ),
    "keyframes": (
        VIDEO,
        SCENE,
        Column("ordinal", "int"),
        Column("t_s", "float"),
        Column("quality", "float"),
        Column("width", "int"),
        Column("height", "int"),
        Column("picture", "text"),
    ),
    "captions": (
        VIDEO,
        Column("origin", "text"),
        Column("language", "text", null=True),
        Column("index", "int"),
        Column("start_s", "float"),
        Column("end_s", "float"),
        Column("text", "text"),
        Column("measures", "json"),
        Column("speaker", "text", null=True),
    ),
    "descriptions": (
        VIDEO,
        SCENE,
        Column("model", "text"),
        Column("description", "text"),
        Column("summary", "text"),
        Column("tags", "texts"),
    ),
    "terms": (
        VIDEO,
        SCENE,
        Column("term", "text"),
        Column("tf", "float"),
        Column("len", "int"),
    ),
    "scene_tags": (VIDEO, SCENE, MARKED_AT, Column("tag", "text")),
    "scene_notes": (
        VIDEO,
        SCENE,
        MARKED_AT,
        Column("text", "text"),
        Column("made_by", "text"),
        Column("made_at", "time"),
    ),
    "bin_scenes": (
        VIDEO,
        SCENE,
        MARKED_AT,
        Column("bin_id", "text"),
        Column("bin", "text"),
        Column("position", "int"),
    ),
}
"""Of an export, by table: rows stand by `video_id`, in ascending order, then by scene and number."""

LATER = frozenset({"scene_tags", "scene_notes", "bin_scenes"})
"""Tables that exports of before they came lack: nothing is known then."""

EMBEDDINGS: tuple[Column, ...] = (
    VIDEO,
    SCENE,
    Column("ordinal", "int"),
    Column("t_s", "float"),
    Column("region", "int"),
    Column("metadata", "json"),
)
"""Of the table of one space, beside `vector`: a list of as many numbers as the space has dimensions."""


PICTURES: tuple[Column, ...] = (Column("picture", "text"), Column("jpeg", "bytes"))
"""Of the table of pictures, which an export may have: keyframes and thumbnails name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How unrelated queries scored in a space."""

    quantiles: tuple[float, ...]  #: the deciles
    vectors: int  #: that were in the space then


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFile:
    """A path at which a video is said to lie."""

    path: str
    size_bytes: int
    mtime_ns: int
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRow:
    """What the library keeps of a video beside what indexing writes of it."""

    width: int | None
    height: int | None
    frame_rate_num: int | None
    frame_rate_den: int | None
    added_at: datetime
    tags: tuple[str, ...]
    annotations: dict[str, str]
    media: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedVideo:
    """One video of an export, read back. Embeddings are under the names of their spaces' files."""

    record: VideoRecord
    row: VideoRow
    files: tuple[ForeignFile, ...]
    descriptions: dict[int, StoredDescription]
    marks: ExportedMarks
    refused: dict[str, int]  #: by file of a space: vectors that are none, with NaN or all zeros


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorColumn:
    """A column of vectors in somebody else's data."""

    name: str
    modality: Modality
    dim: int
    metadata: str | None = None  #: the column with what is known of each vector


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignScene:
    """A scene of somebody else's."""

    start_s: float
    end_s: float
    t_s: float | None = None  #: of the picture that the vectors are of
    picture: str | None = None  #: address of that picture: kept as a text, never fetched
    vectors: dict[str, Vector | None] = field(default_factory=dict)  #: by column, raw; shape (dim,)
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignVideo:
    """A video of somebody else's, in their words."""

    key: str  #: by which they know it
    title: str
    path: str | None
    scenes: tuple[ForeignScene, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why one video was not taken in."""

    video: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceReport:
    """What came into one space."""

    space: Space
    source: str  #: column or file
    made: bool  #: the space was not there before
    vectors: int = 0
    failures: int = 0  #: of which only the reason is known
    missing: int = 0  #: scenes of which nothing is known there
    refused: int = 0  #: no vectors: with NaN, or all zeros


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or, of a dry run, would do."""

    dry_run: bool
    imported: int  #: videos
    completed: int  #: videos that were there, and got embeddings
    unchanged: int  #: videos that were there, and stay as they are
    offline: int  #: of those imported: without a file that is here
    scenes: int
    spaces: tuple[SpaceReport, ...]
    refused: tuple[Refusal, ...]
    pictures: int = 0  #: that came along


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What an export holds."""

    folder: str
    rows: dict[str, int]  #: by file
    bytes: int
