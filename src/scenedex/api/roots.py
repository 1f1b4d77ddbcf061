"""Which files of the server's own the API may be told to take in."""

import os
from collections.abc import Sequence
from pathlib import Path

from scenedex.errors import NotFoundError, UsageError
from scenedex.http.errors import ApiError


def admitted(path: str, roots: Sequence[Path], *, anywhere: bool) -> Path:
    """The file that a path leads to, links followed.

    With roots it must lie below one of them. Without any, every file may be taken in by who is let in `anywhere`:
    whoever works on this machine without a key has it all anyway. What lies outside is refused before it is looked at,
    so that nobody learns what is there.

    Raises ApiError (403), UsageError for what is no absolute path or no file, NotFoundError.
    """
    if "\0" in path or not path.startswith("/"):
        raise UsageError("The path must be absolute, such as /media/films/drive.mp4.")
    found = Path(os.path.realpath(path))
    if not roots and not anywhere:
        raise ApiError(
            403, "forbidden", "No files can be registered by their path here: SCENEDEX_ROOTS names no folder."
        )
    if roots and not any(found.is_relative_to(os.path.realpath(root)) for root in roots):
        raise ApiError(403, "forbidden", "This path is below none of the folders that SCENEDEX_ROOTS names.")
    try:
        if found.is_dir():
            raise UsageError("This is a folder: register its files one by one.")
        if not found.is_file():
            raise NotFoundError("There is no file at this path.")
    except OSError as exc:
        raise NotFoundError("This path cannot be reached.") from exc
    return found
