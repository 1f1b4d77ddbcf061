"""Bins: scenes put together under a name, to be looked at, and taken along."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.errors import NotFoundError
from scenedex.library.examples import scene_named
from scenedex.store import bins as kept
from scenedex.store.bins import Bin
from scenedex.store.database import Transaction
from scenedex.store.scenes import find_scene, scene_cards
from scenedex.types import SceneCard

if TYPE_CHECKING:
    from scenedex.library.core import Library


class Bins:
    """The bins of one owner. A bin is named by its id or its name, a scene by its id or as VIDEO:SCENE.

    A scene stays in its bin when its video is indexed again: the one that covers the same time then.
    """

    def __init__(self, library: "Library") -> None:
        self._library = library

    def page(self, limit: int | None = None, offset: int = 0) -> tuple[list[Bin], int]:
        """Some of the bins by name, and how many there are."""
        with self._library.transaction() as tx:
            return kept.bins(tx, limit=limit, offset=offset), kept.count_bins(tx)

    def find(self, named: UUID | str) -> Bin:
        """Raises NotFoundError."""
        with self._library.transaction() as tx:
            return _found(tx, named)

    def scenes(self, named: UUID | str) -> list[SceneCard]:
        """What is in a bin, in its order. Raises NotFoundError."""
        with self._library.transaction() as tx:
            ids = kept.scenes_in(tx, _found(tx, named).id)
            cards = scene_cards(tx, ids)
        return [cards[one] for one in ids if one in cards]

    def make(self, name: str, scenes: Sequence[UUID | str] = ()) -> Bin:
        """A new bin. Raises NotFoundError for a scene, UsageError for a name that is none or is taken."""
        with self._library.transaction() as tx:
            wanted = [scene_named(tx, one).id for one in scenes]
            return _put(tx, kept.make_bin(tx, name), wanted, first=False)

    def add(self, named: UUID | str, scenes: Sequence[UUID | str], *, make: bool = False) -> Bin:
        """Put scenes at the end of a bin; those that are in it stay where they are. `make`: also make the bin.

        Raises NotFoundError, and UsageError for more than 1,000 scenes.
        """
        with self._library.transaction() as tx:
            wanted = [scene_named(tx, one).id for one in scenes]
            there = _there(tx, named)
            if there is None and make and isinstance(named, str):
                there = kept.make_bin(tx, named)
            return _put(tx, there or _found(tx, named), wanted, first=False)

    def arrange(self, named: UUID | str, scenes: Sequence[UUID | str]) -> Bin:
        """Let these scenes come first, in this order; the others follow as they were. Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _found(tx, named)
            wanted = [scene_named(tx, one).id for one in scenes]
            return _put(tx, found, wanted, first=True)

    def take_out(self, named: UUID | str, scenes: Sequence[UUID | str]) -> Bin:
        """Take scenes out of a bin; one that is not in it changes nothing. Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _found(tx, named)
            unwanted = {scene_named(tx, one).id for one in scenes}
            left = [one for one in kept.scenes_in(tx, found.id) if one not in unwanted]
            kept.put_in(tx, found.id, [find_scene(tx, one) for one in left])
            return kept.find_bin(tx, found.id)

    def rename(self, named: UUID | str, name: str) -> Bin:
        """Raises NotFoundError, and UsageError for a name that is none or is taken."""
        with self._library.transaction() as tx:
            return kept.rename_bin(tx, _found(tx, named).id, name)

    def remove(self, named: UUID | str) -> Bin:
        """Forget a bin; its scenes stay in the library. Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _found(tx, named)
            kept.remove_bin(tx, found.id)
            return found


def _put(tx: Transaction, found: Bin, wanted: Sequence[UUID], *, first: bool) -> Bin:
    there = kept.scenes_in(tx, found.id)
    order = dict.fromkeys([*wanted, *there] if first else [*there, *wanted])
    kept.put_in(tx, found.id, [find_scene(tx, one) for one in order])
    return kept.find_bin(tx, found.id)


def _there(tx: Transaction, named: UUID | str) -> Bin | None:
    try:
        return _found(tx, named)
    except NotFoundError:
        return None


def _found(tx: Transaction, named: UUID | str) -> Bin:
    """A name that looks like an id may be one."""
    if isinstance(named, str):
        try:
            return kept.find_bin(tx, UUID(named))
        except (ValueError, LookupError):
            return kept.find_bin(tx, named)
    return kept.find_bin(tx, named)
