"""Whether somebody is still writing a file, where the kernel can tell."""

import errno
import fcntl
import os
import signal
from pathlib import Path


def being_written(path: Path) -> bool | None:
    """Whether any process of this machine has the file open for writing; None where that cannot be told.

    Linux grants a read lease on a file only while nobody has it open for writing (fcntl(2), "Leases"). It is given
    back at once; whoever opens the file in between waits for that. It is refused on network file systems, and on files
    of others without CAP_LEASE.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        # the signal that tells of a broken lease would otherwise be one that ends the process
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as exc:
        return True if exc.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False
