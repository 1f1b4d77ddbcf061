"""What is normal, what is out of the ordinary, and the scenes of a video along time."""

from typing import Any
from uuid import UUID

from pydantic import Field

from scenedex.api.models.entities import Name
from scenedex.api.models.videos import EXAMPLE_ID
from scenedex.http.values import Asked, Given, Seconds, Text
from scenedex.library.baselines import MAX_SOURCES
from scenedex.library.timeline import Kind


class NewBaseline(Asked):
    """What is normal: what these videos and scenes show."""

    name: Name
    video_ids: list[UUID] = Field(
        default=[],
        max_length=MAX_SOURCES,
        description="One video, or several of one camera.",
        examples=[[EXAMPLE_ID]],
    )
    scene_ids: list[UUID] = Field(default=[], max_length=MAX_SOURCES)
    from_s: Seconds | None = Field(
        default=None, description="Of the videos only keyframes from this time on."
    )
    to_s: Seconds | None = Field(default=None, description="Of the videos only keyframes before this time.")
    again: bool = Field(default=False, strict=True, description="In place of the baseline of this name.")


class BaselineChanges(Asked):
    """What can be changed of a baseline; make it anew for the rest."""

    name: Name


class Sources(Given):
    """What a baseline was made of."""

    videos: tuple[UUID, ...]
    scenes: tuple[UUID, ...]
    from_s: float | None
    to_s: float | None


class Baseline(Given):
    """What is normal, under a name: the mean of keyframes."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    name: Text = Field(examples=["front door"])
    space: str | None = Field(description="In which it was made: it fits the model that was in use then.")
    pictures: int = Field(description="Keyframes that it is the mean of.", examples=[112])
    made_of: Sources
    made_at: str = Field(description="ISO 8601, UTC.")


class BaselinePage(Given):
    """Some of the baselines, by name."""

    baselines: tuple[Baseline, ...]
    total: int = Field(description="Baselines in all.")


class KeyframeScore(Given):
    """How far one keyframe is from what is normal."""

    t_s: float = Field(examples=[63.4])
    score: float = Field(description="0 (the same) to 1 (nothing in common).", examples=[0.31])
    scene: int
    scene_id: UUID


class Anomaly(Given):
    """Scenes that follow one another, in each of which something is out of the ordinary."""

    start_s: float
    end_s: float
    peak_s: float = Field(description="Time of the keyframe that is furthest from what is normal.")
    score: float = Field(description="Of that keyframe.", examples=[0.72])
    scenes: tuple[int, ...] = Field(description="Their numbers.")
    scene_id: UUID = Field(description="The scene with the peak.")


class Anomalies(Given):
    """What is out of the ordinary in a video."""

    video_id: UUID
    baseline: Baseline | None = Field(
        description="What counts as normal; null: the mean of the video itself."
    )
    space: str
    threshold: float = Field(
        description="Score above which a keyframe is out of the ordinary.", examples=[0.5]
    )
    scores: tuple[KeyframeScore, ...] = Field(description="The curve, by time.")
    anomalies: tuple[Anomaly, ...]


class TimelineScene(Given):
    """A scene, and how much of what is asked for it has."""

    scene_id: UUID
    index: int
    start_s: float
    end_s: float
    heat: float | None = Field(
        description="0 to 1; null where nothing is asked, or there is no picture to tell from."
    )
    thumbnail: str | None


class Timeline(Given):
    """Scenes of a video in order. Together they cover all of it."""

    video_id: UUID
    duration_s: float
    kind: Kind = Field(description="What the heat is of.")
    scenes: tuple[TimelineScene, ...]
    total: int = Field(description="Scenes of the video in all.")
    degraded: tuple[Text, ...]


def sources_of(made_of: dict[str, Any]) -> dict[str, Any]:
    """What is kept about the sources of a baseline, whole."""
    return {"videos": (), "scenes": (), "from_s": None, "to_s": None, **made_of}
