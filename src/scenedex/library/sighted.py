"""In which spaces an owner's pictures can be compared with a crop, and with one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.errors import EncoderError
from scenedex.store.backgrounds import vectors_by_space
from scenedex.store.coverage import spaces_of_video
from scenedex.store.database import Transaction
from scenedex.store.spaces import ensure_space, live_spaces
from scenedex.types import Space, seeing_name

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

NOTHING_SEEN = (
    "No picture of this library can be compared with another yet: `scenedex models pull` fetches the models, and "
    "`scenedex index` then completes what is missing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Where crops are compared."""

    eyes: Space  #: of the model that embeds crops
    space: Space  #: of parts of pictures, or where there are none the same as `eyes`
    vectors: int  #: that the owner has in it

    @property
    def in_parts(self) -> bool:
        """Whether a crop is compared with parts of pictures."""
        return self.space.modality == "region"


def compared(tx: Transaction, in_use: str) -> Compared | None:
    """Where this owner's pictures have been seen: by the model in use, else by the one that has seen most of them."""
    counts = vectors_by_space(tx)
    live = [space for space in live_spaces(tx) if counts.get(space.id)]
    visual = [space for space in live if space.modality == "visual"]
    if not visual:
        return None
    eyes = max(visual, key=lambda space: (space.model == in_use, counts[space.id]))
    parts = [space for space in live if space.modality == "region" and seeing_name(space.name) == eyes.name]
    space = max(parts, key=lambda each: counts[each.id], default=eyes)
    return Compared(eyes=eyes, space=space, vectors=counts[space.id])


def space_of_crops(library: "Showing") -> Space:
    """The space in which crops of this library are embedded, with its id. Raises EncoderError."""
    in_use = library.profile().visual
    with library.transaction() as tx:
        found = compared(tx, in_use)
    if found is not None:
        return found.eyes
    return ensure_space(library.database, library.equipment.visual(in_use).space)


def space_of_video(tx: Transaction, video_id: UUID, in_use: str, wanted: int | None = None) -> Space:
    """The visual space in which this video was seen: the one of the id that is wanted, or of the model in use, if it is
    among several. Raises EncoderError where it was seen in none."""
    there = spaces_of_video(tx, video_id)
    seen: Sequence[Space] = [
        space for space in live_spaces(tx) if space.modality == "visual" and space.id in there
    ]
    if not seen:
        raise EncoderError(NOTHING_SEEN)
    return max(seen, key=lambda space: (space.id == wanted, space.model == in_use, space.id))
