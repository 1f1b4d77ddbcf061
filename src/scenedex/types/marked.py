"""What people say about scenes, on its way from one library to another. Imported from `scenedex.types`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedNote:
    """What somebody has written about the scene that covers this time."""

    t_s: float
    text: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BinPlace:
    """That the scene that covers this time is in a bin."""

    t_s: float
    bin_id: UUID
    name: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMarks:
    """Tags, notes and bins of the scenes of one video."""

    tags: tuple[tuple[float, str], ...] = ()  #: by time
    notes: tuple[ExportedNote, ...] = ()
    places: tuple[BinPlace, ...] = ()
