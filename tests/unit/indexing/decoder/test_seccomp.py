"""The filter of system calls, run by hand, for both machines."""

import struct

import pytest

from scenedex.indexing.decoder.seccomp import program

EPERM, ENOSYS, ALLOWED = 0x50001, 0x50026, 0x7FFF0000
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
THREAD = 0x3D0F00  # the flags with which glibc starts a thread


def verdict(machine: str, number: int, argument: int = 0, arch: int | None = None) -> int:
    """What the filter says of a system call (the classic BPF of linux/filter.h, as far as it is used)."""
    data = struct.pack("=IIQQ", number, ARCH[machine] if arch is None else arch, 0, argument)
    lines = list(struct.iter_unpack("=HBBI", program(machine)))
    at = held = 0
    while True:
        code, then, otherwise, k = lines[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("=I", data, k)
        elif code == 0x06:
            return int(k)
        else:
            true = {0x15: held == k, 0x35: held >= k, 0x45: bool(held & k)}[code]
            at += then if true else otherwise


# by name: read, mmap, socket, execve, tgkill, clone, prlimit64
NUMBERS = {"x86_64": (0, 9, 41, 59, 234, 56, 302), "aarch64": (63, 222, 198, 221, 131, 220, 261)}


@pytest.mark.parametrize("machine", NUMBERS)
def test_what_passes_and_what_does_not(machine: str) -> None:
    read, mmap, socket, execve, tgkill, clone, prlimit = NUMBERS[machine]
    assert {verdict(machine, number) for number in (read, mmap)} == {ALLOWED}
    assert {verdict(machine, number) for number in (socket, execve, tgkill, 425)} == {EPERM}
    assert verdict(machine, 435) == ENOSYS
    assert (verdict(machine, clone, THREAD), verdict(machine, clone, 17)) == (ALLOWED, EPERM)
    assert (verdict(machine, prlimit, 0), verdict(machine, prlimit, 4711)) == (ALLOWED, EPERM)
    assert verdict(machine, read | 0x40000000) == EPERM
    assert verdict(machine, read, arch=0x40000003) == EPERM
