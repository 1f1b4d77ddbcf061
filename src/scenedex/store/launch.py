"""Becomes another account, then another program. Run by path (`python -I -S launch.py ...`), never imported.

    launch.py UID GID CAPABILITY FOLDER DETACH PROGRAM ARGUMENT...

UID and GID are kept where they are this process's own already. CAPABILITY (a number of capabilities(7), or -1) is
handed on to the program as an ambient capability. The program starts in FOLDER; with DETACH = 1 in a session
of its own, and this process does not wait for it. Exit status 126: the account may not do that.
"""

import ctypes
import os
import sys

PR_SET_KEEPCAPS = 8  # <linux/prctl.h>
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2  # <linux/securebits.h>
SECBIT_KEEP_CAPS = 1 << 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522  # <linux/capability.h>


def checked(status: int) -> None:
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def become(uid: int, gid: int, capability: int) -> None:
    """Drop everything that root has but one capability, and that only where one is asked for."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    if capability >= 0:
        checked(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
        # access(2) looks away from the capabilities of others than root, unless this is set (it may be refused: then
        # only programs that the account can reach by itself can be run)
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS, 0, 0, 0)
    os.setresuid(uid, uid, uid)
    if capability >= 0:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        low, high = (1 << capability) & 0xFFFFFFFF, (1 << capability) >> 32
        sets = (ctypes.c_uint32 * 6)(low, low, low, high, high, high)  # effective, permitted, inheritable
        checked(libc.capset(header, sets))
        checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def main(arguments: list[str]) -> None:
    uid, gid, capability = (int(word) for word in arguments[:3])
    folder, detach, *command = arguments[3:]
    try:
        if uid != os.geteuid():
            become(uid, gid, capability)
        os.chdir(folder)
        if detach == "1":
            if os.fork():
                os._exit(0)
            os.setsid()
        os.execv(command[0], command)  # noqa: S606 (no shell is the point)
    except OSError as error:
        os.write(2, f"{error.strerror}: {os.fsencode(error.filename or folder)!r}\n".encode())
        os._exit(126)


if __name__ == "__main__":
    main(sys.argv[1:])
