"""A video along time: what is out of the ordinary in it, and its scenes with the heat of what is asked for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from scenedex.api.models.baselines import Anomalies, Anomaly, KeyframeScore, Timeline, TimelineScene
from scenedex.api.routes.baselines import shown
from scenedex.api.routes.entities import Offset
from scenedex.api.service import Reading
from scenedex.http.failures import failures
from scenedex.library.timeline import Heat
from scenedex.search.as_json import thumbnail_url
from scenedex.search.question import MAX_QUERY

router = APIRouter(prefix="/videos", tags=["videos"])

MAX_SCENES = 10_000

BaselineId = Annotated[
    UUID | None, Query(description="What is normal; without it the mean of the video itself.")
]


@router.get("/{video_id}/anomalies", responses=failures(404))
def list_anomalies(
    library: Reading,
    video_id: UUID,
    baseline: BaselineId = None,
    threshold: Annotated[
        float | None,
        Query(
            ge=0,
            le=1,
            allow_inf_nan=False,
            description="Score above which a keyframe is out of the ordinary.",
        ),
    ] = None,
) -> Anomalies:
    """How far each keyframe is from what is normal, and the scenes in which that peaks."""
    library.video(video_id)
    least = library.baselines.threshold(threshold)
    curve = library.baselines.curve(video_id, baseline)
    return Anomalies(
        video_id=video_id,
        baseline=shown(curve.baseline) if curve.baseline else None,
        space=curve.space,
        threshold=least,
        scores=tuple(map(KeyframeScore.model_validate, curve.scores)),
        anomalies=tuple(map(Anomaly.model_validate, curve.anomalies(least))),
    )


@router.get("/{video_id}/timeline", responses=failures(404))
def get_timeline(  # noqa: PLR0913, PLR0917 (one for each parameter of the address)
    library: Reading,
    video_id: UUID,
    query: Annotated[
        str | None,
        Query(min_length=1, max_length=MAX_QUERY, description="How well each scene fits these words."),
    ] = None,
    anomalies: Annotated[bool, Query(description="How far each scene is from what is normal.")] = False,
    baseline: BaselineId = None,
    entity: Annotated[
        UUID | None, Query(description="How much something in each scene looks like this entity.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_SCENES)] = 1_000,
    offset: Offset = 0,
) -> Timeline:
    """The scenes in order, each with the heat of one thing (0 to 1): a query, the out of the ordinary, an entity."""
    found = library.timeline(
        video_id, Heat(query=query, anomalies=anomalies, baseline=baseline, entity=entity)
    )
    cold = 0.0 if found.kind in ("query", "entity") else None
    return Timeline(
        video_id=found.video.id,
        duration_s=found.video.duration_s,
        kind=found.kind,
        scenes=tuple(
            TimelineScene(
                scene_id=scene.id,
                index=scene.index,
                start_s=scene.start_s,
                end_s=scene.end_s,
                heat=found.heat.get(scene.id, cold),
                thumbnail=thumbnail_url(scene.id, scene.thumbnail_key),
            )
            for scene in found.scenes[offset : offset + limit]
        ),
        total=len(found.scenes),
        degraded=found.degraded,
    )
