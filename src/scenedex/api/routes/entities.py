"""Someone and something with a name, and where they are to be seen."""

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from scenedex.api.models.entities import (
    AppearancePage,
    Crop,
    Entity,
    EntityChanges,
    EntityPage,
    Example,
    Examples,
    NewEntity,
)
from scenedex.api.pictures import sent_picture
from scenedex.api.routes.videos import LAST, MAX_PAGE
from scenedex.api.service import Reading, Service, Writing, service_of
from scenedex.errors import NotFoundError
from scenedex.http.failures import failures
from scenedex.library import Library
from scenedex.library.crops import Cutout
from scenedex.library.entities import Asked, Order
from scenedex.search.as_json import appearance_as_json, example_as_json

router = APIRouter(prefix="/entities", tags=["entities"])

JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
FOR_EVER = "private, max-age=31536000, immutable"
FILE_WAIT_S = 10.0

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Offset = Annotated[int, Query(ge=0, le=LAST)]
Serving = Annotated[Service, Depends(service_of)]


@router.get("")
def list_entities(
    library: Reading,
    limit: Limit = 50,
    offset: Offset = 0,
    count: Annotated[
        bool, Query(description="Also count the scenes and videos in which each is to be seen.")
    ] = False,
) -> EntityPage:
    """The entities by name."""
    entities, total = library.entities.page(limit, offset)
    found = [Entity.of(entity) for entity in entities]
    if count:
        found = [_counted(library, entity) for entity in found]
    return EntityPage(entities=tuple(found), total=total)


@router.post("", status_code=201, responses=failures(404))
def make_entity(library: Writing, service: Serving, new: NewEntity) -> Entity:
    """Name someone or something, and show what it looks like."""
    cutouts = [_cutout(service, crop) for crop in new.examples]
    with _place(service, new.examples):
        return Entity.of(library.entities.add(new.name, *cutouts))


@router.get("/{entity_id}", responses=failures(404))
def get_entity(library: Reading, entity_id: UUID) -> Entity:
    """One entity."""
    return Entity.of(library.entities.find(entity_id))


@router.patch("/{entity_id}", responses=failures(404))
def rename_entity(library: Writing, entity_id: UUID, changes: EntityChanges) -> Entity:
    """Give it another name."""
    return Entity.of(library.entities.rename(entity_id, changes.name))


@router.delete("/{entity_id}", status_code=204, responses=failures(404))
def remove_entity(library: Writing, entity_id: UUID) -> None:
    """Forget it, with its examples."""
    library.entities.remove(entity_id)


@router.get("/{entity_id}/examples", responses=failures(404))
def list_examples(library: Reading, entity_id: UUID) -> Examples:
    """The crops that show it, the oldest first."""
    found = library.entities.examples(entity_id)
    return Examples(examples=tuple(Example.model_validate(example_as_json(entity_id, one)) for one in found))


@router.post("/{entity_id}/examples", status_code=201, responses=failures(404))
def add_example(library: Writing, service: Serving, entity_id: UUID, crop: Crop) -> Example:
    """Show it once more."""
    library.entities.find(entity_id)
    cutout = _cutout(service, crop)
    with _place(service, [crop]):
        made = library.entities.show(entity_id, cutout)
    return Example.model_validate(example_as_json(entity_id, made))


@router.delete("/{entity_id}/examples/{example_id}", status_code=204, responses=failures(404))
def remove_example(library: Writing, entity_id: UUID, example_id: UUID) -> None:
    """Forget one of its crops."""
    library.entities.drop(entity_id, example_id)


@router.get(
    "/{entity_id}/examples/{example_id}/picture",
    response_class=Response,
    responses={200: JPEG, **failures(404)},
)
def get_example_picture(library: Reading, entity_id: UUID, example_id: UUID) -> Response:
    """One of its crops. It never changes."""
    jpeg = library.entities.picture(entity_id, example_id)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": FOR_EVER})


@router.get("/{entity_id}/appearances", responses=failures(404))
def list_appearances(  # noqa: PLR0913, PLR0917 (one for each parameter of the address)
    library: Reading,
    entity_id: UUID,
    threshold: Annotated[
        float | None,
        Query(ge=0, le=1, allow_inf_nan=False, description="Similarity from which a scene counts."),
    ] = None,
    video_id: Annotated[
        list[UUID] | None, Query(max_length=100, description="Only in this video; may be repeated.")
    ] = None,
    order: Annotated[
        Order, Query(description="time: by video, the newest first, and time; score: the likest first.")
    ] = "time",
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AppearancePage:
    """Where it is to be seen, in all videos. Worked out when it is asked for: what was indexed since takes part."""
    asked = Asked(
        threshold=threshold, video_ids=tuple(video_id or ()), order=order, limit=limit, offset=offset
    )
    page = library.entities.appearances(entity_id, asked)
    made = [appearance_as_json(one) for one in page.appearances]
    return AppearancePage.of(page, made)


def _counted(library: Library, entity: Entity) -> Entity:
    try:
        scenes, videos = library.entities.count(entity.id)
    except NotFoundError:  # removed since it was listed
        return entity
    return entity.model_copy(update={"scenes": scenes, "videos": videos})


def _cutout(service: Service, crop: Crop) -> Cutout:
    """Raises PictureError and ApiError for a picture."""
    return Cutout(
        picture=sent_picture(service, crop.image, "image") if crop.image is not None else None,
        scene=crop.scene_id,
        video=str(crop.video_id) if crop.video_id is not None else None,
        t_s=crop.t_s,
        box=crop.box,
    )


def _place(service: Service, crops: list[Crop]) -> AbstractContextManager[None]:
    """Pictures of a video at a time are read from its file: a few at a time."""
    if any(crop.video_id is not None for crop in crops):
        return service.a_place(service.clips, FILE_WAIT_S)
    return nullcontext()
