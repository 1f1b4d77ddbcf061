"""What lies in folders at one moment, by its names, sizes and times: nothing is opened."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenedex.indexing.run import inode_of
from scenedex.indexing.walk import files_below, is_folder, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """By what a change of a file shows."""

    size_bytes: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lay there."""

    files: dict[Path, Mark] = field(default_factory=dict)
    devices: dict[Path, int] = field(default_factory=dict)  #: folder that was read, to its file system
    away: tuple[Path, ...] = ()  #: roots at which nothing lies
    bare: tuple[Path, ...] = ()  #: roots that are folders with nothing in them, not even hidden files


def list_files(roots: Sequence[Path], exclude: Sequence[str], closed: set[Path]) -> Listing:
    """The regular files at and below `roots` (absolute), as `find_files` finds them, as far as they stay there."""
    files: dict[Path, Mark] = {}
    devices: dict[Path, int] = {}
    away, bare = [], []

    def entered(folder: Path) -> None:
        if (found := status(folder)) is not None:
            devices[folder] = found.st_dev

    for root in roots:
        found = status(root)
        if found is None:
            away.append(root)
        elif not stat.S_ISDIR(found.st_mode):
            entered(root.parent)
            files |= _marked(root)
        else:
            if is_bare(root):
                bare.append(root)
            for path in files_below(root, exclude, closed, entered):
                files |= _marked(path)
    return Listing(files=files, devices=devices, away=tuple(away), bare=tuple(bare))


def is_bare(folder: Path) -> bool:
    """Whether a folder can be read and holds nothing: as the place of a disk that is not mounted."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def is_gone(path: Path, root: Path, device: int | None) -> bool:
    """Whether a file that lay below `root` was removed, as far as can be told.

    False where its file system has gone with it: then the nearest folder that is left lies on another one than the
    file's folder did (`device`; None: not known). False, too, where the file system does not answer.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError):
        return False
    else:
        return False
    folder, top = path.parent, root if path != root else root.parent
    while folder != top and not is_folder(folder):
        folder = folder.parent
    left = status(folder)
    return left is not None and (device is None or left.st_dev == device)


def _marked(path: Path) -> dict[Path, Mark]:
    found = status(path)
    if found is None or not stat.S_ISREG(found.st_mode):
        return {}
    return {path: Mark(size_bytes=found.st_size, mtime_ns=found.st_mtime_ns, inode=inode_of(found))}
