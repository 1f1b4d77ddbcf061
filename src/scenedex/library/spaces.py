"""Visual spaces by name: which one is filled, and which one is searched."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.embeddings.encoder import TextEncoder
from scenedex.errors import EncoderError, NotFoundError, UsageError, WeightsMissingError
from scenedex.library.brought import choose
from scenedex.search.background import is_stale, measure, unrelated_queries
from scenedex.store.backfill import Coverage, Wanted, coverage, owners_in
from scenedex.store.backgrounds import read_backgrounds, vectors_by_space
from scenedex.store.database import Database
from scenedex.store.spaces import ensure_space
from scenedex.store.switching import find_space, spaces_of, switch, switch_back
from scenedex.types import Space, SpaceState, is_of_parts, seeing_name

if TYPE_CHECKING:
    from scenedex.embeddings.equipment import Equipment
    from scenedex.indexing.sights import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What a switch changed."""

    live: tuple[str, ...]  #: spaces that are searched now
    before: tuple[str, ...]  #: spaces that were until now
    missing: int  #: scenes with pictures that are not embedded in the live ones


def parts_sight_of(
    database: Database, equipment: "Equipment", in_use: str, named: str | None, *, make: bool
) -> "Sight":
    """What fills a space of parts of pictures: `named` by its name, by its visual space or its model, else that of the
    model in use. Raises as `sight_of`."""
    from scenedex.embeddings.tiles import PartsEncoder
    from scenedex.indexing.sights import Sight

    whole = seeing_name(named) if named else None
    eyes = sight_of(database, equipment, in_use, whole, make=False).encoder
    encoder = PartsEncoder(eyes)
    if named and is_of_parts(named) and named != encoder.space.name:
        raise NotFoundError(
            f"There is no space {named!r}: `scenedex backfill --regions` fills {encoder.space.name}."
        )
    known = next((space for space in part_spaces(database) if space.name == encoder.space.name), None)
    if known is None:
        known = ensure_space(database, encoder.space) if make else encoder.space
    return Sight(encoder=encoder, space=known)


def sight_of(
    database: Database, equipment: "Equipment", in_use: str, named: str | None, *, make: bool
) -> "Sight":
    """What fills a visual space: `named` by its name or its model, else that of the model in use.

    A space that is not there is made, unless `make` is false: to be searched at once where nothing else could be in its
    place, else `building`. Raises NotFoundError, UsageError, WeightsError.
    """
    from scenedex.indexing.sights import Sight

    known = visual_spaces(database)
    found = find_space([space for space in known if space.name == named], named) if named else None
    key = found.model if found else _model(equipment, named) if named else in_use
    if named:
        choose(database, key)
    eyes = equipment.visual(key)
    if found is not None and found.name != eyes.space.name:
        raise WeightsMissingError(
            f"The space {found.name} was made with other weights or settings than this machine has "
            f"({eyes.space.name}): `--space {eyes.space.name}` fills one for these."
        )
    live = [space for space in known if space.state == "live"]
    alone = not live or (key == in_use and not any(space.model == key for space in live))
    state: SpaceState = "live" if named is None or alone else "building"
    wanted = replace(eyes.space, state=state)
    if not make:
        return Sight(encoder=eyes, space=next((s for s in known if s.name == wanted.name), wanted))
    return Sight(encoder=eyes, space=ensure_space(database, wanted))


def visual_spaces(database: Database) -> list[Space]:
    """All visual spaces, whatever their state, the oldest first."""
    with database.ownerless() as tx:
        return spaces_of(tx, "visual")


def part_spaces(database: Database) -> list[Space]:
    """All spaces of parts of pictures, the oldest first."""
    with database.ownerless() as tx:
        return spaces_of(tx, "region")


def covered(database: Database, space: Space) -> Coverage:
    """How far a space is filled, over all owners."""
    with database.operator() as statements:
        return coverage(statements, Wanted(space_id=space.id))


def make_live(
    database: Database, named: str, queries: Callable[[Space], TextEncoder], *, incomplete: bool
) -> Switched:
    """Let searches see this space in place of what they see now.

    Raises NotFoundError, and UsageError where scenes are missing in it, unless `incomplete`.
    """
    spaces = visual_spaces(database)
    space = find_space(spaces, named)
    if space is None:
        names = ", ".join(each.name for each in spaces) or "none yet"
        raise NotFoundError(f"There is no visual space {named!r}. There are: {names}.")
    missing = covered(database, space).missing
    if missing and not incomplete:
        raise UsageError(
            f"The space {space.name} lacks {missing} scenes, which no search would see: `scenedex backfill --space "
            f"{space.name}` completes it; --incomplete switches all the same."
        )
    choose(database, space.model)
    _measure(database, space, queries)
    before = switch(database, space)
    return Switched(live=(space.name,), before=_names(before), missing=missing)


def make_former_live(database: Database) -> Switched:
    """Take the latest switch back. Raises UsageError where there is none."""
    space, former = switch_back(database, "visual")
    missing = sum(covered(database, each).missing for each in former)
    return Switched(live=_names(former), before=(space.name,), missing=missing)


def _names(spaces: list[Space]) -> tuple[str, ...]:
    return tuple(space.name for space in spaces)


def _model(equipment: "Equipment", named: str) -> str:
    """The key of a model that someone means; what is in no registry may ship in the package."""
    from scenedex.embeddings.mini import PICTURES

    if named == PICTURES or equipment.is_plugin(named):
        return named
    return equipment.registry.find(named).key


def _measure(database: Database, space: Space, queries: Callable[[Space], TextEncoder]) -> None:
    """Ask unrelated queries in a space before anybody searches in it, so that its first search does not wait."""
    with database.operator() as statements:
        owners = owners_in(statements, space.id)
    for owner in owners:
        measure_for(database, space, queries, owner)


def measure_for(
    database: Database, space: Space, queries: Callable[[Space], TextEncoder], owner: UUID
) -> None:
    """Ask unrelated queries in an owner's part of a space, if that was not done; where its encoder is here."""
    with suppress(EncoderError), database.transaction(owner) as tx:
        vectors = vectors_by_space(tx).get(space.id, 0)
        if vectors and is_stale(read_backgrounds(tx).get(space.id), vectors):
            measure(tx, space, queries(space).embed(unrelated_queries()), vectors)
