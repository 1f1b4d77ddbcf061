"""On what a folder lies: a disk of this machine, or one whose changes are made by others and told by nobody."""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_NETWORK_WORDS = """
9p afs beegfs ceph cifs coda davfs glusterfs gpfs lustre ncpfs nfs nfs4 orangefs prl_fs pvfs2 smb3 smbfs vboxsf virtiofs
vmhgfs
"""
NETWORK = frozenset(_NETWORK_WORDS.split())
"""Types of file systems (proc_pid_mountinfo(5)) whose files change without inotify hearing of it."""


def file_system(path: Path, mounts: str) -> str | None:
    """The type of the file system at `path` (absolute, without links), by the text of `/proc/self/mountinfo`."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = Path(_unescaped(fields[4]))
        depth = len(point.parts)
        if path.is_relative_to(point) and (
            best is None or depth >= best[0]
        ):  # a later mount covers an earlier
            best = depth, right.split(" ")[0]
    return best[1] if best else None


def is_remote(path: Path) -> bool:
    """Whether changes below this folder may be told by nobody: network file systems, FUSE but for disks."""
    try:
        kind = file_system(path.resolve(), MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, RuntimeError):
        return False
    return kind is not None and (kind in NETWORK or kind == "fuse" or kind.startswith("fuse."))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
