"""What people have said about scenes in an export, judged as if they said it here."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from scenedex.errors import ExchangeError, UsageError
from scenedex.library.corrections import MAX_NAME, cleaned
from scenedex.store.coming_marks import Behind, restore_marks
from scenedex.store.database import Transaction
from scenedex.store.names import checked_name
from scenedex.store.tags import normalized_tag
from scenedex.types import ExportedMarks

Made = TypeVar("Made")


def checked_marks(marks: ExportedMarks) -> ExportedMarks:
    """Tags, notes and names of bins as they are kept. Raises ExchangeError for what is none."""
    return _judged(lambda: _checked(marks))


def put_marks(tx: Transaction, video_id: UUID, marks: ExportedMarks, behind: Behind) -> None:
    """Write what `checked_marks` made of them: see `restore_marks`. Raises ExchangeError for a bin that is full."""
    _judged(lambda: restore_marks(tx, video_id, marks, behind))


def _checked(marks: ExportedMarks) -> ExportedMarks:
    return ExportedMarks(
        tags=tuple((t_s, normalized_tag(tag)) for t_s, tag in marks.tags),
        notes=tuple(
            replace(note, text=cleaned(note.text), made_by=note.made_by[:MAX_NAME]) for note in marks.notes
        ),
        places=tuple(replace(place, name=checked_name(place.name)) for place in marks.places),
    )


def _judged(work: Callable[[], Made]) -> Made:
    try:
        return work()
    except UsageError as exc:
        raise ExchangeError(f"What is said about its scenes cannot be kept. {exc}") from exc
