"""What is asked of a search, and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from scenedex.types.showing import ASIDE, answer_html, hit_html
from scenedex.types.spaces import Space, Vector

if TYPE_CHECKING:
    import pandas as pd

Channel = Literal["visual", "audio", "transcript", "description", "lexical", "anchor"]
"""`anchor` is what looks like a picture or scene that was given beside, or instead of, words."""

Mode = Literal["recall", "rerank", "auto", "skip"]
Band = Literal["strong", "possible", "weak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked of which channel, and why."""

    mode: Mode
    confidence: float  #: 0 to 1
    reason: str
    weights: dict[Channel, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What may be found at all. Empty fields filter nothing; a scene must pass all the others."""

    video_ids: tuple[UUID, ...] = ()
    after: datetime | None = None  #: the video was recorded then or later; where that is not known: added
    before: datetime | None = None  #: the video was recorded, or added, earlier than that
    min_duration_s: float | None = None  #: length of the video
    max_duration_s: float | None = None
    from_s: float | None = None  #: the scene ends after this time in its video
    to_s: float | None = None  #: the scene begins before this time in its video
    language: str | None = None  #: something in this language is said or written in the scene
    tags: tuple[str, ...] = ()  #: the video has all of them
    scene_tags: tuple[str, ...] = ()  #: the scene has all of them
    speaker: str | None = (
        None  #: somebody whom the subtitles name so speaks in the scene; case does not matter
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorQuery:
    """One dense channel's question."""

    channel: Channel
    space: Space
    vector: Vector


class ChannelRow(NamedTuple):
    """One channel's answer about one scene: its best embedding, or its BM25 score.

    The lexical channel also says which of the terms asked the scene has and where, one bit a term: bit n is the nth.
    """

    channel: Channel
    scene_id: UUID
    raw: float  #: cosine, or BM25
    t_s: float | None = None  #: time of the embedding that matched
    space_id: int = 0  #: in which it matched; 0 for the lexical channel
    said: int = 0  #: terms that its captions have
    titled: int = 0  #: terms that the names of its video have
    described: int = 0  #: terms that its description has


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one channel says about one scene."""

    raw: float  #: cosine, or BM25
    calibrated: float  #: 0 to 1
    t_s: float | None = None  #: where in the video
    text: str | None = None  #: the words that matched, marked with <mark>
    share: float = 0.0  #: what part of the score it brought; those of a hit's channels sum to 1
    keyframe: int | None = None  #: number of the keyframe that matched within the scene, from 0
    speaker: str | None = None  #: who says `text`, where it is one caption and its subtitles name somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A scene in a result."""

    video_id: UUID
    video: str  #: file name
    path: str | None  #: None when the video is offline
    scene: int
    scene_id: UUID
    start_s: float
    end_s: float
    best_s: float
    score: float  #: 0 to 1
    band: Band
    channels: dict[Channel, Evidence]
    thumbnail: str | None = None
    alike: int = 0  #: scenes that look nearly the same and were folded into this one
    then: tuple["Hit", ...] = ()  #: what follows it, where one thing after another was asked for
    picture: bytes | None = field(default=None, compare=False, repr=False, metadata=ASIDE)
    #: a small JPEG for notebooks, where it was asked for

    def _repr_html_(self) -> str:
        return hit_html(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoHits:
    """What was found in one video."""

    video_id: UUID
    video: str  #: file name
    path: str | None  #: None when the video is offline
    hits: tuple[Hit, ...]  #: the best, best first
    more: int = 0  #: hits of this video beyond these


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerank:
    """What became of the second look at the pictures of the pool."""

    scored: int = 0  #: scenes whose keyframes were all compared
    skipped: bool = False
    reason: str | None = None  #: why it was skipped
    score_range: float = 0.0  #: largest minus smallest cosine in the pool
    weight: float = 0.0  #: how much the second look counts in the order, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search gives back."""

    query: str
    plan: Plan
    hits: tuple[Hit, ...]
    hidden: int = 0  #: weaker hits that are not shown
    degraded: tuple[str, ...] = ()  #: channels left out, with the reason
    rerank: Rerank = field(default_factory=Rerank)
    groups: tuple[VideoHits, ...] = ()  #: where grouping was asked for; `hits` then has the best of each
    took_ms: dict[str, float] = field(default_factory=dict)

    def to_dataframe(self) -> "pd.DataFrame":
        """A row for each hit: `scenedex.types.frames.to_dataframe`. Raises NotInstalledError without pandas."""
        from scenedex.types.frames import to_dataframe

        return to_dataframe(self)

    def _repr_html_(self) -> str:
        return answer_html(self)
