"""What a child gives up before it looks at a file."""

import ctypes
import math
import os
import platform
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from scenedex.indexing.decoder import landlock, seccomp

SCENEDEX = Path(__file__).parents[2]
"""The folder of this package."""

MAX_OPEN_FILES = 64
MAX_SCRATCH_BYTES = 16 * 1024**3
"""Of the pictures of one long shot, which wait for its end: two days of them are ten."""

MAPPED_BYTES = 4 * 1024**3
"""Address space beyond the memory that may be written: code, stacks, what is reserved and never touched."""

CPU_MARGIN_S = 30

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def die_with_parent(parent: int) -> None:
    """SIGKILL when the process that forked this one ends. It must have one thread."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def hide() -> None:
    """No other process of this account can look into this one, and no core dump is written."""
    _prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit(memory_mb: int) -> None:
    """Memory, files, and their size; processor time by `allow_cpu`.

    The spawner ends a child that holds more than `memory_mb`; what a child may ask for is twice that.
    """
    memory = 2 * memory_mb * 1024**2
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_AS, memory + MAPPED_BYTES)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, MAX_SCRATCH_BYTES)


def allow_cpu(seconds: float) -> None:
    """From now on so many seconds on every processor, then SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds * (os.cpu_count() or 1)) + CPU_MARGIN_S
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard < 0 else min(allowed, hard), hard))


def give_up(file: Path, folders: Iterable[Path] = ()) -> None:
    """All but reading this file, these folders and Python itself, as far as the kernel lets a process give up."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict([file], [*_program_folders(), *folders])
    seccomp.restrict()


def walls() -> str:
    """What holds a child here, in words."""
    version = landlock.version()
    named = ["memory, processor time and files are limited"]
    named.append(
        f"it can read its one file alone (Landlock {version})"
        if version
        else "it can open what this account can open (this kernel offers no Landlock)"
    )
    named.append(
        "it has no network and no way to other processes (seccomp)"
        if seccomp.known()
        else f"nothing bars the network (no seccomp filter for {platform.machine()})"
    )
    return "; ".join(named)


def _program_folders() -> list[Path]:
    """Where modules, shared libraries and their data lie."""
    system = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"]
    installed = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()]
    return [*(Path(one) for one in dict.fromkeys(system + installed)), SCENEDEX]


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard < 0 else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
