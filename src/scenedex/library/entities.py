"""Entities of a library: someone or something with a name, known by a few crops, and looked for in all videos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args
from uuid import UUID

from scenedex.embeddings.images import encoded
from scenedex.errors import EncoderError, NotFoundError, UsageError
from scenedex.library.crops import Cut, Cutout, cut
from scenedex.library.filters import understood
from scenedex.library.sighted import NOTHING_SEEN, Compared, compared, space_of_crops
from scenedex.search.background import GROWTH
from scenedex.search.entities import Appearance, Measured, appearances, chance_of, check_threshold, measured
from scenedex.store.appearances import SeenIn, cosines_by_chance, scene_at, scenes_like, videos_without
from scenedex.store.database import Transaction
from scenedex.store.entities import (
    CropExample,
    Entity,
    add_example,
    count_entities,
    embed_example,
    entities,
    example_picture,
    examples_of,
    find_entity,
    make_entity,
    note_chance,
    remove_entity,
    remove_example,
    rename_entity,
)
from scenedex.types import Filters, Space, Vector

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

Order = Literal["time", "score"]

KEPT_SIDE = 512
"""Longest side in pixels of a crop that is kept: more than any model sees."""

MAX_LIMIT, MAX_OFFSET = 1_000, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearances:
    """Where an entity is to be seen: one page, by video (the newest first) and time."""

    entity: Entity
    appearances: tuple[Appearance, ...]
    total: int  #: on all pages
    scenes: int  #: of all pages
    videos: int  #: of all pages
    threshold: float  #: similarity from which a scene counts
    space: str | None  #: in which was compared; None: nothing could be
    in_parts: bool  #: compared with parts of pictures; false: with whole ones alone
    calibrated: bool  #: similarity tells from chance; false: too little is here for that, so it is the cosine
    degraded: tuple[str, ...]  #: what could not take part, in sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which appearances are asked for."""

    threshold: float | None = None  #: similarity from which a scene counts, 0 to 1; None: ENTITY_THRESHOLD
    videos: tuple[str, ...] = ()  #: in these alone (ids, paths, file names)
    video_ids: tuple[UUID, ...] = ()  #: the same by ids
    order: Order = "time"  #: by video (the newest first) and time, or the likest first
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneScores:
    """How much something in scenes looks like an entity."""

    scores: dict[UUID, float]  #: scene id to similarity, 0 to 1
    degraded: tuple[str, ...]  #: what could not take part, in sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    entity: Entity
    place: Compared
    crops: list[Measured]
    scenes: list[SeenIn]
    degraded: tuple[str, ...]


class Entities:
    """The entities of one owner."""

    def __init__(self, library: "Showing") -> None:
        self._library = library

    def add(self, name: str, *cutouts: Cutout) -> Entity:
        """Name someone or something, and show what it looks like.

        Raises UsageError for a name that is taken and for crops that make no sense, NotFoundError, PictureError,
        MediaError, EncoderError; then nothing is kept.
        """
        made = [self._embedded(cut(self._library, one)) for one in cutouts]
        with self._library.transaction() as tx:
            entity = make_entity(tx, name)
            for crop, space, vector in made:
                _keep(tx, entity.id, crop, space, vector)
            return find_entity(tx, entity.id)

    def page(self, limit: int | None = None, offset: int = 0) -> tuple[list[Entity], int]:
        """So many entities by name, and how many there are in all."""
        with self._library.transaction() as tx:
            return entities(tx, limit=limit, offset=offset), count_entities(tx)

    def find(self, named: UUID | str) -> Entity:
        """By name or id. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return _named(tx, named)

    def named(self, name: str) -> Entity | None:
        """The one of this name or id, if there is one."""
        try:
            return self.find(name)
        except NotFoundError:
            return None

    def count(self, named: UUID | str) -> tuple[int | None, int | None]:
        """In how many scenes and videos it is to be seen; None where nothing can be compared. Raises NotFoundError."""
        try:
            page = self.appearances(named, Asked(limit=1))
        except EncoderError:
            self.find(named)
            return None, None
        return page.scenes, page.videos

    def rename(self, named: UUID | str, name: str) -> Entity:
        """Raises NotFoundError, and UsageError for a name that is taken."""
        with self._library.transaction() as tx:
            return rename_entity(tx, _named(tx, named).id, name)

    def remove(self, named: UUID | str) -> Entity:
        """Forget it, with its examples. Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _named(tx, named)
            remove_entity(tx, found.id)
            return found

    def examples(self, named: UUID | str) -> list[CropExample]:
        """Its crops, the oldest first. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return examples_of(tx, _named(tx, named).id)

    def show(self, named: UUID | str, cutout: Cutout) -> CropExample:
        """Add an example. Raises as `add`."""
        found = self.find(named)
        crop, space, vector = self._embedded(cut(self._library, cutout))
        with self._library.transaction() as tx:
            return _keep(tx, found.id, crop, space, vector)

    def drop(self, named: UUID | str, example_id: UUID) -> None:
        """Remove an example. Raises NotFoundError."""
        with self._library.transaction() as tx:
            remove_example(tx, _named(tx, named).id, example_id)

    def picture(self, named: UUID | str, example_id: UUID) -> bytes:
        """The crop of an example, JPEG. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return example_picture(tx, _named(tx, named).id, example_id)

    def appearances(self, named: UUID | str, asked: "Asked | None" = None) -> Appearances:
        """Where it is to be seen. Worked out now: what was indexed since takes part.

        Raises NotFoundError, UsageError, EncoderError where nothing can be compared at all.
        """
        asked = asked or Asked()
        least = self._least(asked)
        found = self._found(named, asked, least)
        joined = appearances(found.scenes, found.crops)
        if asked.order == "score":
            joined.sort(key=lambda one: -one.score)
        return Appearances(
            entity=found.entity,
            appearances=tuple(joined[asked.offset : asked.offset + asked.limit]),
            total=len(joined),
            scenes=len(found.scenes),
            videos=len({one.video_id for one in joined}),
            threshold=least,
            space=found.place.space.name,
            in_parts=found.place.in_parts,
            calibrated=all(one.background is not None for one in found.crops),
            degraded=found.degraded,
        )

    def scores(self, named: UUID | str, video_id: UUID) -> "SceneScores":
        """How much something in each scene of a video looks like it. Raises as `appearances`."""
        found = self._found(named, Asked(video_ids=(video_id,)), 0.0)
        return SceneScores(
            scores={each.scene_id: found.crops[each.crop].similarity(each.cosine) for each in found.scenes},
            degraded=found.degraded,
        )

    def _least(self, asked: "Asked") -> float:
        if asked.order not in get_args(Order):
            raise UsageError(f"There is no order {asked.order!r}: there are {', '.join(get_args(Order))}.")
        if not 1 <= asked.limit <= MAX_LIMIT or not 0 <= asked.offset <= MAX_OFFSET:
            raise UsageError(f"A page has 1 to {MAX_LIMIT:,} appearances, from 0 to {MAX_OFFSET:,} on.")
        given = asked.threshold
        return check_threshold(
            self._library.settings.entity_threshold if given is None else given, "similarity"
        )

    def _found(self, named: UUID | str, asked: "Asked", least: float) -> "_Found":
        in_use = self._library.profile().visual
        with self._library.transaction() as tx:
            entity = _named(tx, named)
            place = compared(tx, in_use)
            examples = examples_of(tx, entity.id)
        if place is None:
            raise EncoderError(NOTHING_SEEN)
        seen, degraded = self._seen_anew(entity, examples, place.eyes)
        with self._library.transaction() as tx:
            filters = understood(tx, Filters(video_ids=asked.video_ids), asked.videos)
            crops = _measured(tx, entity, seen, place)
            scenes = scenes_like(tx, place.space, [one.crop(least) for one in crops], filters)
            degraded += _beside(tx, place)
        return _Found(entity=entity, place=place, crops=crops, scenes=scenes, degraded=tuple(degraded))

    def _embedded(self, crop: Cut) -> tuple[Cut, Space, Vector]:
        space = space_of_crops(self._library)
        (made,) = self._library.equipment.visual(space.model).embed_pictures([crop.pixels])
        if made.vector is None:
            raise made.error or EncoderError("The crop could not be embedded.")
        return crop, space, made.vector

    def _seen_anew(
        self, entity: Entity, examples: Sequence[CropExample], eyes: Space
    ) -> tuple[list[CropExample], list[str]]:
        """The examples as the model behind `eyes` sees them: what another one saw is looked at again, and kept."""
        kept = [one for one in examples if one.space == eyes.id]
        other = [one for one in examples if one.space != eyes.id]
        if not other:
            return kept, []
        try:
            encoder = self._library.equipment.visual(eyes.model)
            if encoder.space.name != eyes.name:
                raise EncoderError(
                    f"This machine has {encoder.space.name}, the library was made with {eyes.name}."
                )
        except (EncoderError, UsageError) as exc:
            return kept, [
                f"{len(other)} examples were seen by another model than the videos, and left out: {exc}"
            ]
        pictures = [self.picture(entity.id, one.id) for one in other]
        failed = 0
        with self._library.transaction() as tx:
            for one, made in zip(other, encoder.embed_pictures(pictures), strict=True):
                if made.vector is None:
                    failed += 1
                    continue
                embed_example(tx, entity.id, one.id, eyes.id, made.vector)
                kept.append(replace(one, space=eyes.id, vector=made.vector, chance=None))
        said = [f"{failed} examples could not be embedded, and were left out."] if failed else []
        return kept, said


def _named(tx: Transaction, named: UUID | str) -> Entity:
    """By name; else, where the text is one, by id."""
    if isinstance(named, UUID):
        return find_entity(tx, named)
    try:
        by_id = UUID(named)
    except ValueError:
        return find_entity(tx, named)
    return find_entity(tx, by_id)


def _keep(tx: Transaction, entity_id: UUID, crop: Cut, space: Space, vector: Vector) -> CropExample:
    return add_example(
        tx,
        entity_id,
        picture=encoded(crop.pixels, KEPT_SIDE),
        space=space.id,
        vector=vector,
        video_id=crop.video_id,
        t_s=crop.t_s,
        box=crop.box,
    )


def _measured(
    tx: Transaction, entity: Entity, examples: Sequence[CropExample], place: Compared
) -> list[Measured]:
    """What cosines with each example mean here; measured anew where the space has grown or shrunk since."""
    made = []
    for one in examples:
        chance = one.chance
        if (
            chance is None
            or chance.space != place.space.id
            or abs(place.vectors - chance.vectors) > GROWTH * chance.vectors
        ):
            own = [
                scene_at(tx, each.video_id, each.t_s or 0.0) for each in examples if each.video_id is not None
            ]
            cosines = cosines_by_chance(tx, place.space, one.vector, [scene for scene in own if scene])
            chance = chance_of(cosines, place.space, place.vectors)
            note_chance(tx, entity.id, one.id, chance)
        made.append(measured(one, chance))
    return made


def _beside(tx: Transaction, place: Compared) -> list[str]:
    """What was not looked at, or not in parts."""
    if not place.in_parts:
        return [
            "Crops are compared with whole pictures, so what is small in them is missed: `SCENEDEX_REGIONS=true` has "
            "indexing embed their parts, too, and `scenedex backfill --regions` completes what is there."
        ]
    missing = videos_without(tx, place.space, place.eyes)
    if not missing:
        return []
    return [
        f"{missing} videos are not seen in parts yet, and left out: `scenedex backfill --regions` completes them."
    ]
