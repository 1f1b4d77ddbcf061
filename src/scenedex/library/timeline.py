"""The scenes of a video along time, with the heat of what somebody asks for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.search.request import MAX_LIMIT
from scenedex.store.scenes import bare_scenes_of
from scenedex.store.videos import get_video
from scenedex.types import Scene, Video

if TYPE_CHECKING:
    from scenedex.library.core import Library

Kind = Literal["plain", "query", "anomaly", "entity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """What the scenes of a timeline are asked for. One thing at most."""

    query: str | None = None  #: how well a scene fits these words
    anomalies: bool = False  #: how far it is from what is normal
    baseline: UUID | str | None = None  #: what is normal; None: the mean of the video itself
    entity: UUID | str | None = None  #: how much something in it looks like this entity

    @property
    def kind(self) -> Kind:
        """Raises UsageError where several things are asked for."""
        asked: dict[Kind, bool] = {
            "query": self.query is not None,
            "anomaly": self.anomalies or self.baseline is not None,
            "entity": self.entity is not None,
        }
        found = [kind for kind, there in asked.items() if there]
        if len(found) > 1:
            raise UsageError(f"A timeline shows one thing at a time: {' or '.join(found)}.")
        return found[0] if found else "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All scenes of a video in order."""

    video: Video
    kind: Kind
    scenes: tuple[Scene, ...]  #: without keyframes and captions
    heat: dict[UUID, float]  #: scene id to 0 … 1; a scene that is not in it has none
    degraded: tuple[str, ...]  #: what could not take part, in sentences


def timeline(library: "Library", video_id: UUID, heat: Heat) -> Timeline:
    """Raises NotFoundError, UsageError, and what a search, an entity or a baseline raises."""
    kind = heat.kind
    with library.transaction() as tx:
        video = get_video(tx, video_id)
        scenes = bare_scenes_of(tx, video_id)
    values, degraded = _values(library, video_id, heat, kind)
    return Timeline(video=video, kind=kind, scenes=tuple(scenes), heat=values, degraded=degraded)


def _values(
    library: "Library", video_id: UUID, heat: Heat, kind: Kind
) -> tuple[dict[UUID, float], tuple[str, ...]]:
    if kind == "query":
        answer = library.search(heat.query or "", videos=[str(video_id)], limit=MAX_LIMIT)
        return {hit.scene_id: hit.score for hit in answer.hits}, tuple(answer.degraded)
    if kind == "entity":
        assert heat.entity is not None
        seen = library.entities.scores(heat.entity, video_id)
        return seen.scores, seen.degraded
    if kind == "anomaly":
        found: dict[UUID, float] = {}
        for each in library.baselines.curve(video_id, heat.baseline).scores:
            found[each.scene_id] = max(each.score, found.get(each.scene_id, 0.0))
        return found, ()
    return {}, ()
