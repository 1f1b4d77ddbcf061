"""The owners of a library, and what is set for one of them otherwise than for the rest."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.keys import WithKeys
from scenedex.library.rollout import NAMES, RolledOut, checked, missing_in, shown, stored_name
from scenedex.library.spaces import measure_for, visual_spaces
from scenedex.store.owners import Owner, find_owner, own_entry, owners, remove_owner, write_owner
from scenedex.store.preferences import forget, prefer, preferences
from scenedex.store.spaces import seen_spaces
from scenedex.types import LOCAL_OWNER

NAME = re.compile(r"\w[\w.@+-]{0,63}")


class Owning(WithKeys):
    """A library that knows its owners. Who they all are is for the operator; `of` gives what one of them has."""

    def owners(self) -> list[Owner]:
        """All owners, by name."""
        with self._database.operator() as statements:
            return owners(statements)

    def create_owner(self, name: str) -> Owner:
        """A new owner. Raises UsageError for a name that is taken, or none."""
        wanted = _plain(name)
        if not NAME.fullmatch(wanted) or _uuid(wanted):
            raise UsageError(
                f"{name!r} cannot name an owner: take up to 64 letters, digits and . _ - + @, beginning with a letter "
                "or a digit, and no UUID."
            )
        with self._database.operator() as statements:
            made = write_owner(statements, uuid4(), wanted)
        if made is None:
            raise UsageError(f"There is an owner {wanted} already.")
        return made

    def find_owner(self, named: str) -> Owner:
        """An owner by name or id. Raises NotFoundError."""
        name, given = _plain(named), _uuid(named)
        with self._database.operator() as statements:
            if given is not None:
                found = next((owner for owner in owners(statements) if owner.id == given), None)
            else:
                found = find_owner(statements, name) if NAME.fullmatch(name) else None
        if found is None:
            raise NotFoundError(f"There is no owner {named!r}: `scenedex owners list` lists them.")
        return found

    def remove_owner(self, named: str) -> Owner:
        """Forget an owner without videos, with their keys and settings. Raises NotFoundError, UsageError."""
        owner = self.find_owner(named)
        if owner.id == LOCAL_OWNER:
            raise UsageError("The owner local is always there.")
        with self._database.operator() as statements:
            gone = remove_owner(statements, owner.id)
        if not gone:
            raise UsageError(f"The owner {owner.name} has videos: remove those first.")
        return owner

    def own_entry(self) -> Owner | None:
        """Name and id of the owner whose library this is; None where nobody has given them a name."""
        with self._database.transaction(self.owner) as tx:
            return own_entry(tx)

    def own_settings(self) -> dict[str, Any]:
        """What is set for this owner otherwise than for the rest: `visual_mode`, `weight.CHANNEL`, `space.visual`."""
        with self._database.transaction(self.owner) as tx:
            return shown(preferences(tx))

    def roll_out(
        self, settings: Mapping[str, Any], *, incomplete: bool = False, alone: bool = False
    ) -> RolledOut:
        """Set something for this owner. The owner's next search goes by it, in any process.

        What is not named stays as it is, or is taken back where this is to be set `alone`.

        Raises UsageError and NotFoundError for what makes no sense, and UsageError for a space that lacks scenes of
        this owner, unless `incomplete`.
        """
        spaces = visual_spaces(self._database)
        kept = checked(settings, spaces)
        named = kept.get(NAMES["space.visual"])
        space = next((each for each in spaces if each.name == named), None)
        if space is not None:
            missing = missing_in(self._database, space, self.owner)
            if missing and not incomplete:
                raise UsageError(
                    f"The space {space.name} lacks {missing} scenes of this owner, which no search would see: "
                    f"`scenedex backfill --space {space.name} --user-id {self.owner}` completes it."
                )
            measure_for(self._database, space, self._queries, self.owner)
        with self._database.transaction(self.owner) as tx:
            forget(tx, [name for name in NAMES.values() if alone and name not in kept])
            for name, value in kept.items():
                prefer(tx, name, value)
        return self._rolled_out()

    def roll_back(self, names: Sequence[str] = ()) -> RolledOut:
        """Take back what was set for this owner: these settings, or all. Raises UsageError for one that is none."""
        stored = [stored_name(name) for name in names] or list(NAMES.values())
        with self._database.transaction(self.owner) as tx:
            forget(tx, stored)
        return self._rolled_out()

    def _rolled_out(self) -> RolledOut:
        with self._database.transaction(self.owner) as tx:
            settings = shown(preferences(tx))
            live = [space for space in seen_spaces(tx, "visual") if space.state == "live"]
        lacking = [missing_in(self._database, space, self.owner) for space in live]
        return RolledOut(settings=settings, missing=min(lacking, default=0))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
