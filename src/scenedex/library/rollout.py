"""What can be set for one owner: under which name it is kept, and which values make sense."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.defaults import VISUAL_MODE, WEIGHT
from scenedex.search.request import DEFAULT_WEIGHTS, is_weight
from scenedex.store.backfill import Wanted, coverage
from scenedex.store.database import Database
from scenedex.store.spaces import CHOICE
from scenedex.store.switching import find_space
from scenedex.types import Mode, Space

SPACE = "space.visual"

NAMES: dict[str, str] = {
    VISUAL_MODE: VISUAL_MODE,
    **{WEIGHT + channel: WEIGHT + channel for channel in DEFAULT_WEIGHTS},
    SPACE: CHOICE + "visual",
}
"""Name of a setting → the name under which it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledOut:
    """What is set for an owner after a change."""

    settings: dict[str, Any]
    missing: int  #: scenes of the owner with pictures that are not embedded in the space that they search now


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an owner, by name, of all that is kept for them; without what searches pass over."""
    found = {name: kept[stored] for name, stored in NAMES.items() if stored in kept}
    return {name: value for name, value in found.items() if _is_sane(name, value)}


def stored_name(name: str) -> str:
    """Under which name a setting is kept. Raises UsageError where there is none of this name."""
    if name not in NAMES:
        raise UsageError(f"There is no setting {name!r} of an owner: there are {', '.join(NAMES)}.")
    return NAMES[name]


def checked(settings: Mapping[str, Any], spaces: Sequence[Space]) -> dict[str, Any]:
    """Stored name to value, as it is kept. Raises UsageError or NotFoundError that says which makes no sense."""
    return {stored_name(name): _value(name, value, spaces) for name, value in settings.items()}


def read_assignment(text: str) -> tuple[str, Any]:
    """`NAME=VALUE`, as it is typed, → name and value. Raises UsageError."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise UsageError(f"{text!r} sets nothing: write it as NAME=VALUE, such as visual_mode=skip.")
    if not name.startswith(WEIGHT):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        raise UsageError(f"The weight in {text!r} is no number.") from None


def missing_in(database: Database, space: Space, owner: UUID) -> int:
    """Scenes of an owner with pictures that were not embedded in a space yet."""
    with database.operator() as statements:
        return coverage(statements, Wanted(space_id=space.id, owner=owner)).missing


def _is_sane(name: str, value: Any) -> bool:
    if name == VISUAL_MODE:
        return value in get_args(Mode)
    return isinstance(value, str) if name == SPACE else is_weight(value)


def _value(name: str, value: Any, spaces: Sequence[Space]) -> Any:
    if name == VISUAL_MODE:
        if not _is_sane(name, value):
            raise UsageError(f"There is no visual mode {value!r}: there are {', '.join(get_args(Mode))}.")
        return value
    if name == SPACE:
        return _space(value, spaces).name
    if not _is_sane(name, value):
        raise UsageError(f"The value of {name} must be a number from 0 up, not {value!r}.")
    return float(value)


def _space(named: Any, spaces: Sequence[Space]) -> Space:
    found = find_space(spaces, named) if isinstance(named, str) else None
    if found is None:
        there = ", ".join(space.name for space in spaces) or "none yet"
        raise NotFoundError(f"There is no visual space {named!r}. There are: {there}.")
    if found.state == "retired":
        raise UsageError(
            f"The space {found.name} is retired, so no owner can have it: `scenedex models switch {found.name}` makes "
            "it live for all."
        )
    return found
