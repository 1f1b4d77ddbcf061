"""Files that came over HTTP lie in a folder of ours: one is kept of each content, and none without its video."""

import contextlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from scenedex.errors import BusyError, NotFoundError, UsageError
from scenedex.store.arrivals import Arrivals
from scenedex.store.database import Transaction
from scenedex.store.files import files_of, forget_file
from scenedex.store.writing import lock_video
from scenedex.types import FileOutcome

DOUBLE = "The same content was there already."

Begin = Callable[[], AbstractContextManager[Transaction]]
"""Begins a transaction in the name of the owner."""


def strangers(arrivals: Arrivals, owner: UUID, paths: Iterable[Path]) -> list[Path]:
    """Those of these paths that lie in the folder of uploads without being a file of this owner in it."""
    found = []
    for path in paths:
        real = path.expanduser().resolve()
        if real.is_relative_to(arrivals.root) and arrivals.of_path(owner, real) is None:
            found.append(path)
    return found


def drop_double(begin: Begin, owner: UUID, arrivals: Arrivals, outcome: FileOutcome) -> None:
    """Remove what was sent although its content is there already, at another path."""
    arrival = arrivals.of_path(owner, Path(outcome.path))
    if outcome.video_id is None or arrival is None:
        return
    with begin() as tx:
        try:
            lock_video(tx, outcome.video_id)  # two copies that arrive at once must not remove each other
        except NotFoundError:
            return
        others = [file.path for file in files_of(tx, outcome.video_id) if file.path != outcome.path]
        if not any(Path(other).is_file() for other in others):
            return
        forget_file(tx, outcome.path)
    with contextlib.suppress(BusyError, NotFoundError), arrivals.held(owner, arrival.id) as held:
        arrivals.save(replace(held, double_of=outcome.video_id))
        arrivals.path(held).unlink(missing_ok=True)


def known_double(owner: UUID, arrivals: Arrivals, path: Path) -> FileOutcome | None:
    """What became of a file that was sent, and removed as a double by a run that died before it could say so."""
    arrival = arrivals.of_path(owner, path)
    if arrival is None or arrival.double_of is None or path.exists():
        return None
    return FileOutcome(path=str(path), outcome="unchanged", reason=DOUBLE, video_id=arrival.double_of)


def refuse_strangers(arrivals: Arrivals, owner: UUID, paths: Iterable[Path]) -> None:
    """Raises UsageError where one of these paths lies in the folder of uploads and is no file of this owner."""
    if foreign := strangers(arrivals, owner, paths):
        raise UsageError(f"What lies in the library's own folder of uploads is not indexed: {foreign[0]}.")


def drop_files(arrivals: Arrivals, owner: UUID, paths: Iterable[str]) -> None:
    """Remove those of these files that this owner sent; the others are not ours to remove."""
    for path in paths:
        found = arrivals.of_path(owner, Path(path))
        if found is None:
            continue
        with contextlib.suppress(BusyError, NotFoundError), arrivals.held(owner, found.id) as arrival:
            arrivals.forget(arrival)
