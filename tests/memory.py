"""Where the files of the tests lie: in memory, where there is room for them."""

import os
from pathlib import Path

ROOM_BYTES = 4_000_000_000
"""Several times what a run holds at once."""


def memory_disk(folder: Path = Path("/dev/shm"), memory: Path = Path("/proc/meminfo")) -> Path | None:
    """A file system in memory that programs may be started from, and with room; None where there is none.

    ext4 looks for a new file's inode past all those that were deleted in the last minutes: with databases made and
    dropped all the time, each next one costs up to ten times the first.
    """
    try:
        disk = os.statvfs(folder)
        known = dict(line.split(":") for line in memory.read_text().splitlines())
        available = int(known["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
    roomy = min(disk.f_bavail * disk.f_frsize, available) >= ROOM_BYTES
    usable = os.access(folder, os.W_OK) and not disk.f_flag & os.ST_NOEXEC
    return folder if roomy and usable else None
