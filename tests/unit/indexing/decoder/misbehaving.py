"""A decoder that misbehaves as the name of its file says; run as `python -m` with the number of a socket."""

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import stat
import struct
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO, Any

from scenedex.indexing.decoder import confine
from scenedex.indexing.decoder.spawner import main
from scenedex.indexing.here import HereReading
from scenedex.indexing.reading import Reached
from scenedex.types import Limits, SceneDraft


def answers() -> int:
    """The pipe on which this child answers."""
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode) and fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_WRONLY:
                return fd
        except OSError:
            continue
    raise AssertionError


def say(kind: bytes, header: bytes, body: bytes = b"") -> None:
    os.write(answers(), struct.pack(">BII", kind[0], len(header), len(body)) + header + body)


def spin() -> None:
    while True:
        pass


def scene(**changed: Any) -> bytes:
    first = {"index": 0, "start_s": 0.0, "end_s": 1.0, "thumbnail": None, "transition": None, "keyframes": []}
    return json.dumps({**first, **changed}).encode()


KEYFRAME = {"t_s": 0.0, "quality": 1, "width": 1, "height": 1}

DEEDS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(7),
    "hang": lambda: time.sleep(10_000),
    "spin": spin,
    "hoard": lambda: (bytearray(os.urandom(1)) * (700 << 20), time.sleep(10_000)),
    "allocate": lambda: bytearray(2 << 30),
    "noise": lambda: os.write(answers(), bytes(range(256)) * 8),
    "endless": lambda: os.write(answers(), struct.pack(">BII", b"S"[0], 2**32 - 1, 0)),
    "half": lambda: (os.write(answers(), struct.pack(">BII", b"S"[0], 100, 0)), os._exit(0)),
    "pickle": lambda: say(b"S", b"\x80\x04\x95cos\nsystem\n."),
    "unasked": lambda: say(b"W", b"null", b"\0" * 4),
    "backwards": lambda: say(b"S", scene(end_s=-1.0)),
    "nan": lambda: say(b"P", b"NaN"),
    "bomb": lambda: say(b"S", scene(keyframes=[{**KEYFRAME, "size": 4}]), b"GIF8"),
    "stop": lambda: say(b"F", b'{"kind": "DiskFullError", "text": "full", "trace": ""}'),
    "system": lambda: say(b"F", b'{"kind": "SystemExit", "text": "", "trace": ""}'),
    "escape": lambda: say(b"F", json.dumps({"kind": "DecodeError", "text": "\x1b[2Jgone", "trace": ""}).encode()),
    "bug": lambda: {}["key"],
    "close": lambda: (os.close(answers()), time.sleep(10_000)),
}  # fmt: skip


def tried(deed: Callable[[], object]) -> str:
    try:
        deed()
    except OSError as exc:
        return type(exc).__name__
    return "done"


def shared_memory() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(0, 4096, 0o1600) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def report(folder: Path) -> str:
    """What this child still can do, in JSON."""
    kinds = []
    for fd in range(256):
        try:
            kinds.append(stat.S_IFMT(os.fstat(fd).st_mode))
        except OSError:
            continue
    found = {
        "environment": sorted(os.environ),
        "sockets": kinds.count(stat.S_IFSOCK),
        "files": len(kinds),
        "read a neighbour": tried((folder / "neighbour").read_bytes),
        "write": tried(lambda: (folder / "made").write_bytes(b"")),
        "remove": tried((folder / "neighbour").unlink),
        "network": tried(lambda: socket.socket().close()),
        "fork": tried(lambda: os.fork() or os._exit(0)),
        "signal": tried(lambda: os.kill(os.getppid(), signal.SIGTERM)),
        "limit its parent": tried(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU)),
        "change rights": tried(lambda: (folder / "neighbour").chmod(0)),
        "share memory": tried(shared_memory),
        "run": tried(lambda: os.execv("/bin/true", ["/bin/true"])),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "data": resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20,
        "dead with its parent": os.getppid() != 1,
    }
    return json.dumps(found)


class Misbehaving(HereReading):
    """Reads as it should, up to the first scene, or up to the start where the name begins with `early`."""

    def __init__(self, path: Path, limits: Limits, scratch: IO[bytes] | None = None) -> None:
        self._deed = path.stem
        if self._deed.startswith("early_"):
            DEEDS[self._deed.removeprefix("early_")]()
        super().__init__(path, limits, scratch)

    def scenes(
        self, detector: str, reached: Reached, *, accurate: bool | None = None
    ) -> Generator[SceneDraft, None, None]:
        if self._deed == "before":
            os.abort()
        for draft in super().scenes(detector, reached):
            if self._deed == "report":
                self.warnings = (report(self._path.parent),)
                return
            DEEDS.get(self._deed, bool)()
            yield draft


if __name__ == "__main__":
    confine.CPU_MARGIN_S = 0
    main(Misbehaving)
