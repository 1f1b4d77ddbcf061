"""In whose name a process answers that talks to one client over stdin: the owner of one key, asked for each time."""

import os
from collections.abc import Callable
from pathlib import Path

from scenedex.errors import UsageError
from scenedex.library import Library

MAX_KEY_FILE = 10_000
"""Bytes of a file that holds a key; one that is larger holds something else."""

REFUSED = "This key is not known here, revoked or expired: `scenedex keys create` makes another."


def key_from(file: Path | None, setting: str | None) -> str | None:
    """The key out of a file, which comes first, or out of SCENEDEX_API_KEY. Raises UsageError."""
    if file is None:
        return setting.strip() if setting and setting.strip() else None
    try:
        with file.open("rb") as opened:
            found = opened.read(MAX_KEY_FILE).decode("utf-8", "replace").strip()
    except OSError as exc:
        raise UsageError(f"The key cannot be read from {file}: {exc.strerror or exc}.") from exc
    if not found:
        raise UsageError(f"There is no key in {file}.")
    return found


def one_owner(library: Library, key: str | None) -> Callable[[object], Library]:
    """The library of the key's owner, for each request anew, so that a key that is revoked ends it at once.

    Without a key it is the owner `local`, as on the command line; never another one. Raises UsageError for a wrong
    key, and where SCENEDEX_DEMAND_KEYS demands one.
    """
    if key is None:
        if library.settings.scenedex_demand_keys:
            raise UsageError(
                "SCENEDEX_DEMAND_KEYS demands a key here, too: set SCENEDEX_API_KEY, or give --key-file."
            )
        return lambda _: library

    def of_key(_: object) -> Library:
        grant = library.grant_of(key)
        if grant is None or grant.session is not None:
            raise UsageError(REFUSED)
        return library.of(grant.owner)

    of_key(None)
    return of_key


def folder_for(clips: Path) -> Path:
    """The folder, made where there is none. Raises UsageError where nothing can be written there."""
    folder = clips.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(f"The folder {folder} cannot be made: {exc.strerror or exc}.") from exc
    if not os.access(folder, os.W_OK):
        raise UsageError(f"Nothing can be written into {folder}.")
    return folder
