"""A filter of system calls: no network, no other process, no new program, no rights of files changed.

Docker's and systemd's filters stand around whole services; this one stands around one decoder, which needs memory,
threads and reads. Calls are refused with EPERM, so that a library that merely asks goes on.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import platform
import struct
import sys

_SECCOMP_MODE_FILTER, _PR_SET_SECCOMP = 2, 22
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000  # on x86_64 the same calls stand a second time behind this bit

_REFUSED = """
socket 41 198; socketpair 53 199; bind 49 200; listen 50 201; accept 43 202; connect 42 203; accept4 288 242
fork 57 -; vfork 58 -; execve 59 221; execveat 322 281; ptrace 101 117; process_vm_readv 310 270
process_vm_writev 311 271; kcmp 312 272; kill 62 129; tkill 200 130; tgkill 234 131; rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240; pidfd_send_signal 424 424; pidfd_open 434 434; pidfd_getfd 438 438; setpgid 109 154
setsid 112 157; setns 308 268; unshare 272 97; chroot 161 51; pivot_root 155 41; mount 165 40; umount2 166 39
open_tree 428 428; move_mount 429 429; fsopen 430 430; fsconfig 431 431; fsmount 432 432; mount_setattr 442 442
init_module 175 105; finit_module 313 273; kexec_load 246 104; bpf 321 280; perf_event_open 298 241
userfaultfd 323 282; memfd_create 319 279; open_by_handle_at 304 265; add_key 248 217; request_key 249 218
keyctl 250 219; sched_setaffinity 203 122; sched_setparam 142 118; sched_setscheduler 144 119; sched_setattr 314 274
setpriority 141 140; ioprio_set 251 30; shmget 29 194; shmat 30 196; shmctl 31 195; msgget 68 186; msgsnd 69 189
msgrcv 70 188; msgctl 71 187; semget 64 190; semop 65 193; semctl 66 191; semtimedop 220 192; mq_open 240 180
mq_unlink 241 181; chmod 90 -; fchmod 91 52; fchmodat 268 53; fchmodat2 452 452; chown 92 -; fchown 93 55; lchown 94 -
fchownat 260 54; setxattr 188 5; lsetxattr 189 6; fsetxattr 190 7; setxattrat 463 463; removexattr 197 14
lremovexattr 198 15; fremovexattr 199 16; utime 132 -; utimes 235 -; futimesat 261 -; utimensat 280 88
io_uring_setup 425 425; io_uring_enter 426 426; io_uring_register 427 427
"""
"""Name, and number on x86_64 and aarch64 (linux/unistd.h)."""

_CLONE3 = 435
_MACHINES = {"x86_64": (0xC000003E, 56, 302, 1), "aarch64": (0xC00000B7, 220, 261, 2)}
"""AUDIT_ARCH, the numbers of clone and prlimit64, and the column above."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT = 0, 4, 16


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def known() -> bool:
    """Whether there is a filter for this machine."""
    return sys.platform == "linux" and platform.machine() in _MACHINES and sys.byteorder == "little"


def restrict() -> bool:
    """Put the filter in force, for good. Needs PR_SET_NO_NEW_PRIVS. False where that cannot be."""
    if not known():
        return False
    code = program(platform.machine())
    held = ctypes.create_string_buffer(code, len(code))
    filter_ = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (
        ctypes.c_ulong(_SECCOMP_MODE_FILTER),
        ctypes.byref(filter_),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )
    return bool(libc.prctl(_PR_SET_SECCOMP, *arguments) == 0)


def program(machine: str) -> bytes:
    """The filter in the code of the Berkeley packet filter."""
    arch, clone, prlimit, column = _MACHINES[machine]
    refused = [row.split()[column] for row in _REFUSED.strip().replace("\n", ";").split(";")]
    lines = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_EQUAL, 0, 1, _CLONE3),  # its flags lie in memory, where no filter can look; libc then takes clone
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
    ]
    for number in refused:
        if number != "-":
            lines += [(_EQUAL, 0, 1, int(number)), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    lines += [
        (_EQUAL, 0, 3, prlimit),  # of itself alone
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 5, 0, 0),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
