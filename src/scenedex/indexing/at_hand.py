"""Where the files of a video can be read now."""

import os
from pathlib import Path
from uuid import UUID

from scenedex.store.database import Transaction
from scenedex.store.files import files_of


def paths_at_hand(tx: Transaction, video_id: UUID) -> tuple[Path, ...]:
    """Paths of this video that this account can read, the newest first; () where it is offline."""
    paths = (Path(file.path) for file in files_of(tx, video_id))
    return tuple(path for path in paths if os.access(path, os.R_OK))
