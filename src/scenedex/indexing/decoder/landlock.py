"""Landlock: a process gives up every file but the ones that it names, and TCP, and signals to others.

https://docs.kernel.org/userspace-api/landlock.html; the numbers are those of linux/landlock.h, the same on every
architecture.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From this version on the kernel knows this many rights over files."""

_TCP = 0b11  # bind and connect, from version 4 on
_SCOPES = 0b11  # abstract sockets and signals, from version 6 on


def version() -> int:
    """What the kernel offers; 0 without Landlock."""
    return max(0, _call(_CREATE_RULESET, None, 0, _VERSION))


def restrict(files: Iterable[Path], folders: Iterable[Path]) -> int:
    """From now on nothing but these can be read, and nothing written that is not open now. For good.

    Needs PR_SET_NO_NEW_PRIVS. The version that is in force, 0 where there is none.
    """
    found = version()
    if not found:
        return 0
    rights = max(bits for since, bits in _RIGHTS if found >= since)
    fields = [(1 << rights) - 1, *([_TCP] if found >= 4 else []), *([_SCOPES] if found >= 6 else [])]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return 0
    try:
        for path in files:
            _allow(ruleset, path, _READ_FILE)
        for path in folders:
            _allow(ruleset, path, _READ_FILE | _READ_DIR)
        return found if _call(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, fd), 0)
    finally:
        os.close(fd)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    typed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(libc.syscall(ctypes.c_long(number), *typed))
