"""Files that came over HTTP lie in a folder of ours: one is kept of each content, and none without its video."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from scenedex.errors import BusyError, NotFoundError
from scenedex.store.arrivals import Arrivals
from scenedex.store.database import Database
from scenedex.store.files import files_of, forget_file
from scenedex.store.writing import lock_video
from scenedex.types import FileOutcome


def strangers(arrivals: Arrivals, owner: UUID, paths: Iterable[Path]) -> list[Path]:
    """Those of these paths that lie in the folder of uploads without being a file of this owner in it."""
    found = []
    for path in paths:
        real = path.expanduser().resolve()
        if real.is_relative_to(arrivals.root) and arrivals.of_path(owner, real) is None:
            found.append(path)
    return found


def drop_doubles(
    database: Database, owner: UUID, arrivals: Arrivals, outcomes: Iterable[FileOutcome]
) -> None:
    """Remove what was sent although its content is there already, at another path."""
    for outcome in outcomes:
        path = Path(outcome.path)
        if outcome.video_id is None or arrivals.of_path(owner, path) is None:
            continue
        with database.transaction(owner) as tx:
            try:
                lock_video(tx, outcome.video_id)  # two copies that arrive at once must not remove each other
            except NotFoundError:
                continue
            others = [file.path for file in files_of(tx, outcome.video_id) if file.path != outcome.path]
            double = any(Path(other).is_file() for other in others)
            if double:
                forget_file(tx, outcome.path)
        if double:
            path.unlink(missing_ok=True)


def drop_files(arrivals: Arrivals, owner: UUID, paths: Iterable[str]) -> None:
    """Remove those of these files that this owner sent; the others are not ours to remove."""
    for path in paths:
        found = arrivals.of_path(owner, Path(path))
        if found is None:
            continue
        with contextlib.suppress(BusyError, NotFoundError), arrivals.held(owner, found.id) as arrival:
            arrivals.forget(arrival)
