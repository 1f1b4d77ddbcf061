"""The process that forks a child for each file. It has imported the decoders and never sees a file itself."""

import gc
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable

from PIL import Image

from scenedex.indexing.decoder import confine
from scenedex.indexing.decoder.child import Opening, serve
from scenedex.indexing.decoder.wire import STARVED
from scenedex.indexing.here import HereReading

LOOK_S = 0.1
"""How often it looks at the memory of a child."""

IDLE_S = 2.0
"""How often it looks whether its parent still lives, beside the socket that closes then."""


def run(control: socket.socket, opening: Opening = HereReading) -> None:
    """Obey until the other side of the socket closes.

    `new MEGABYTES`, with two pipes: fork a child that reads its requests from the first and answers on the second.
    Whatever comes next ends that child at once; how it ended is said then. One that holds more memory is ended before.
    """
    Image.preinit()  # what is imported later is imported once a file
    confine.hide()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    parent = os.getppid()
    control.send(b"ready")
    while message := _heard(control, parent):
        order, pipes = message
        if not order.startswith(b"new "):
            return
        pid = _forked(control, pipes, opening)
        watched = _Watched(pid, int(order.split()[1]) << 20)
        heard = _heard(control, parent, watched.look)
        os.kill(pid, signal.SIGKILL)  # it is our child and not yet waited for: the number is its own
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if heard is None:
            return
        control.send(str(STARVED if watched.starved else status).encode())


class _Watched:
    """A child whose memory is looked at. A limit of the kernel's would only make allocations fail, which decoders
    report as damage to the file, if at all."""

    def __init__(self, pid: int, allowed_bytes: int) -> None:
        self._pid, self._allowed_bytes = pid, allowed_bytes
        self.starved = False

    def look(self) -> None:
        """End it where it holds more than it may."""
        with open(f"/proc/{self._pid}/statm", "rb") as file:  # noqa: PTH123 - ten times a second
            resident = int(file.read().split()[1]) * resource.getpagesize()
        if resident > self._allowed_bytes:
            self.starved = True
            os.kill(self._pid, signal.SIGKILL)


def _heard(
    control: socket.socket, parent: int, look: Callable[[], None] | None = None
) -> tuple[bytes, list[int]] | None:
    """Wait for a message, with the files that came with it; None at the end of the parent."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while not poll.poll((LOOK_S if look else IDLE_S) * 1000):
        if os.getppid() != parent:
            return None
        if look:
            look()
    message, files, _, _ = socket.recv_fds(control, 64, 2)
    return (message, files) if message else None


def _forked(control: socket.socket, pipes: list[int], opening: Opening) -> int:
    spawner = os.getpid()
    pid = os.fork()
    if pid:
        for fd in pipes:
            os.close(fd)
        return pid
    status = 1
    try:
        control.close()
        os.dup2(os.open(os.devnull, os.O_RDWR), 2)  # its words could be the file's
        confine.die_with_parent(spawner)
        serve(pipes[0], pipes[1], opening)
        status = 0
    finally:
        os._exit(status)  # nothing that the parent process set up is torn down twice


def main(opening: Opening = HereReading) -> None:
    """Run on the socket whose number is the first argument."""
    with socket.socket(fileno=int(sys.argv[1])) as control:
        run(control, opening)
