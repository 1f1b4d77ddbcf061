"""Paths that a person gave → the files below them, each with what it seems to be."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from scenedex.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to look at."""

    path: Path  #: absolute, symbolic links in its folders resolved
    named: bool  #: given by name, not met in a folder


def find_files(
    paths: Sequence[Path], exclude: Sequence[str] = (), passed_over: Sequence[Path] = ()
) -> Iterator[Found]:
    """The regular files at and below `paths`, in the order of their names, each once.

    Hidden files and folders are passed over, unless named. `exclude` holds shell patterns for a file name, a
    folder name, or a path relative to the folder given; `passed_over` folders that are not entered (a library is no
    place for videos). Raises NotFoundError for a path that does not exist.
    """
    seen: set[Path] = set()
    closed = {absolute(folder) for folder in passed_over}
    for given in paths:
        root = absolute(given)
        if status(root) is None:
            raise NotFoundError(f"There is no file or folder at {printable(given)}.")
        named = not is_folder(root)
        for path in [root] if named else files_below(root, exclude, closed):
            if path not in seen:
                seen.add(path)
                yield Found(path=path, named=named)


def absolute(path: Path) -> Path:
    """The one spelling under which a path is kept: absolute, its folder without symbolic links."""
    full = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - Path.absolute keeps ".."
    return full.parent.resolve() / full.name if full.name else full


def printable(path: Path | str) -> str:
    """A path as it may stand on a screen: control characters and broken bytes escaped."""
    text = os.fspath(path).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def files_below(
    root: Path,
    exclude: Sequence[str],
    closed: set[Path],
    entered: Callable[[Path], None] = lambda _: None,
) -> Iterator[Path]:
    """The regular files below a folder that `find_files` would give. `entered` is told each folder that is read.

    Folders that are symbolic links are not entered; one that cannot be read is passed over.
    """
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        entered(here)
        folders[:] = sorted(
            f for f in folders if here / f not in closed and not _skipped(here / f, root, exclude)
        )
        for name in sorted(names):
            path = here / name
            if not _skipped(path, root, exclude) and is_regular(path):
                yield path


def status(path: Path) -> os.stat_result | None:
    """What the file system says of a path; None where it says nothing."""
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def is_regular(path: Path) -> bool:
    """Whether a regular file lies there that the file system tells of."""
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(path: Path) -> bool:
    """Whether a folder lies there that the file system tells of."""
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def _skipped(path: Path, root: Path, exclude: Sequence[str]) -> bool:
    relative = str(path.relative_to(root))
    return path.name.startswith(".") or any(
        fnmatch(path.name, pattern) or fnmatch(relative, pattern) for pattern in exclude
    )
