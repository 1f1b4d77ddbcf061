"""How the server is, as far as anybody may know it: words, and no names of hosts, files or owners."""

import time
from typing import Literal

from scenedex.api.pulse import Pulse
from scenedex.errors import ScenedexError
from scenedex.library import Library
from scenedex.library.probing import Probed

DATABASE_WAIT_S = 0.5
"""`/health` waits no longer for the database."""

PROBE_WAIT_S = 5.0
"""`/ready` waits no longer for the encoders: loading them may take longer, and then they are not ready."""

DatabaseWord = Literal["ok", "slow", "unreachable"]
QueueWord = Literal["ok", "no_worker", "unknown"]


class Vitals:
    """What a server says of itself. Each part is asked in a thread of its own, once a second at most."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._began = time.monotonic()
        self._database: Pulse[tuple[DatabaseWord, QueueWord]] = Pulse(self._asked, wait_s=DATABASE_WAIT_S)
        self._parts: Pulse[tuple[Probed, ...]] = Pulse(library.probe, wait_s=PROBE_WAIT_S)

    def uptime_s(self) -> float:
        """Since the server began."""
        return round(time.monotonic() - self._began, 1)

    def database(self) -> tuple[DatabaseWord, QueueWord]:
        """How database and queue are. Never waits longer than DATABASE_WAIT_S."""
        return self._database() or ("slow", "unknown")

    def parts(self) -> tuple[Probed, ...]:
        """What became of trying each part; () where that takes longer than PROBE_WAIT_S."""
        return self._parts() or ()

    def _asked(self) -> tuple[DatabaseWord, QueueWord]:
        if not self._library.answers():
            return "unreachable", "unknown"
        try:
            depths, workers = self._library.queue()
        except ScenedexError:
            return "ok", "unknown"
        waits = any(depth.waiting for depth in depths)
        return "ok", "no_worker" if waits and not workers else "ok"
