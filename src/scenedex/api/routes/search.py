"""Searching by words, by example, or by both."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from scenedex.api.models.search import (
    Anchor,
    SearchAnswer,
    SearchQuery,
    SimilarQuery,
)
from scenedex.api.models.search import Filters as FiltersModel
from scenedex.api.pictures import sent_picture
from scenedex.api.service import Reading, Service, service_of
from scenedex.errors import NotFoundError
from scenedex.http.failures import failures
from scenedex.library import Library
from scenedex.search.request import Example
from scenedex.types import Answer, Filters

router = APIRouter(prefix="/search", tags=["search"])
short = APIRouter(tags=["search"])

EXAMPLES: dict[str, Any] = {
    "words": {"summary": "In words", "value": {"query": "red car at night", "limit": 5}},
    "exact": {"summary": "The exact words", "value": {"query": '"to the moon"'}},
    "sequence": {
        "summary": "One thing after another",
        "value": {"query": '"dog" then "car"', "within_s": 30},
    },
    "filtered": {
        "summary": "Only some videos",
        "value": {
            "query": "harbour",
            "filters": {"tags": ["holiday"], "bands": ["strong"]},
            "group_by": "video",
        },
    },
}

Serving = Annotated[Service, Depends(service_of)]
Asked = Annotated[SearchQuery, Body(openapi_examples=EXAMPLES)]


@short.post("/search", operation_id="search", response_model=SearchAnswer, responses=failures(404))
@router.post(
    "/semantic", operation_id="search_semantic", response_model=SearchAnswer, responses=failures(404)
)
def search(library: Reading, service: Serving, asked: Asked) -> Response:
    """The scenes that fit best, best first: by words, by what they should look like, or by both.

    `POST /search` and `POST /api/v1/search/semantic` are the same. No hits means that nothing fits. A channel that
    fails is named in `degraded` and takes nothing else along.
    """
    return _as_json(answered(library, service, asked))


def answered(library: Library, service: Service, asked: SearchQuery) -> Answer:
    """What a search finds; it is counted."""
    answer = library.search(
        asked.query,
        example=_example(library, service, asked.anchor) if asked.anchor else None,
        limit=asked.limit,
        offset=asked.offset,
        filters=_filters(asked.filters),
        mode=asked.mode,
        weights=dict(asked.weights.items()),
        bands=tuple(asked.filters.bands),
        group_by=asked.group_by,
        fold=asked.fold,
        within_s=asked.within_s,
        weaker=asked.weaker,
    )
    return _counted(service, library, answer)


@router.post("/scenes", operation_id="search_scenes", response_model=SearchAnswer, responses=failures(404))
def search_scenes(library: Reading, service: Serving, asked: SimilarQuery) -> Response:
    """The scenes that look most like a scene, a keyframe, a picture, or a part of one."""
    answer = library.search(
        example=_example(library, service, asked.anchor),
        limit=asked.limit,
        offset=asked.offset,
        filters=Filters(video_ids=tuple(asked.filter_video_ids)),
        group_by=asked.group_by,
        fold=asked.fold,
    )
    return _as_json(_counted(service, library, answer))


def _counted(service: Service, library: Library, answer: Answer) -> Answer:
    service.meters.search(answer)
    service.recent.search(library.owner, answer)
    return answer


def _as_json(answer: Answer) -> Response:
    """At once: what a route gives back otherwise is checked and copied twice more."""
    return Response(
        SearchAnswer.of(answer).model_dump_json(exclude_unset=True), media_type="application/json"
    )


def _filters(asked: FiltersModel) -> Filters:
    return Filters(
        video_ids=tuple(asked.video_ids),
        after=asked.after,
        before=asked.before,
        min_duration_s=asked.min_duration_s,
        max_duration_s=asked.max_duration_s,
        from_s=asked.from_s,
        to_s=asked.to_s,
        language=asked.language,
        tags=tuple(asked.tags),
        scene_tags=tuple(asked.scene_tags),
        speaker=asked.speaker,
    )


def _example(library: Library, service: Service, anchor: Anchor) -> Example:
    """Raises NotFoundError for a scene or keyframe, PictureError and ApiError for a picture."""
    at_s: float | None = None
    if anchor.scene_id is not None and anchor.keyframe is not None:
        keyframes = library.scene(anchor.scene_id, captions=False).keyframes
        if anchor.keyframe >= len(keyframes):
            raise NotFoundError(f"This scene has {len(keyframes)} pictures.")
        at_s = keyframes[anchor.keyframe].t_s
    return Example(
        scene=anchor.scene_id,
        picture=sent_picture(service, anchor.image, "anchor.image") if anchor.image is not None else None,
        t_s=at_s,
        box=anchor.box,
        weight=anchor.weight,
    )
