"""When folders are looked at again: soon after a change where the system tells of it, else from time to time."""

import errno
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from scenedex.errors import NotInstalledError
from scenedex.indexing.mounts import is_remote
from scenedex.indexing.notices import Notices
from scenedex.indexing.walk import printable

PAUSE_S = 0.5
"""Between a change and the look at it: thousands at once are one."""

LOOKING_SHARE = 4
"""A look that took long is followed by a pause of so many times its length."""


class Waker:
    """Waits for changes at `roots`. Use it in a `with` block.

    Folders on network file systems, all of them with `poll`, and those at which the system does not listen are looked
    at every `poll_s` seconds; the others, beside their changes, every `rescan_s`: no system tells of every change.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        complain: Callable[[str], None],
        *,
        poll: bool,
        poll_s: float,
        rescan_s: float,
    ) -> None:
        self._complain = complain
        self._poll_s, self._rescan_s = poll_s, rescan_s
        self._changed, self._over = threading.Event(), threading.Event()
        self._heard = [root for root in roots if not (poll or is_remote(root))]
        self._all = len(roots)
        self._notices = self._opened() if self._heard else None

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        if self._notices is not None:
            self._notices.close()

    @property
    def polls(self) -> bool:
        """Whether some of the folders are only looked at from time to time."""
        return len(self._heard) < self._all

    @property
    def over(self) -> bool:
        """Whether `stop` was called."""
        return self._over.is_set()

    def stop(self) -> None:
        """End the waiting, and every later one. Safe in threads and signal handlers."""
        self._over.set()
        self._changed.set()

    def wait(self, due_s: float | None, took_s: float) -> None:
        """Until a change, or the next look is due: `due_s` seconds from now at the latest. The last took `took_s`."""
        if self._listen():
            return  # what happened before is found by looking
        times = [self._poll_s if self.polls else self._rescan_s]
        times += [due_s] if due_s is not None else []
        pause_s = max(PAUSE_S, LOOKING_SHARE * took_s)
        self._changed.wait(max(min(times), LOOKING_SHARE * took_s))
        if self._changed.is_set():
            self._over.wait(pause_s)
        self._changed.clear()

    def _opened(self) -> Notices | None:
        try:
            return Notices(self._changed.set)
        except NotInstalledError as exc:
            self._complain(f"{exc} Until then the folders are looked at every {self._poll_s:g} s.")
            self._heard = []
            return None

    def _listen(self) -> bool:
        """Listen where that is not done; whether that is new somewhere."""
        if self._notices is None:
            return False
        new, refused = self._notices.listen(self._heard)
        for root, exc in refused.items():
            self._heard.remove(root)
            why = exc.strerror or str(exc)
            if exc.errno in (errno.ENOSPC, errno.EMFILE):
                why = "it has too many folders: raise fs.inotify.max_user_watches and max_user_instances"
            self._complain(
                f"Changes below {printable(root)} are not heard of ({why}); it is looked at every {self._poll_s:g} s."
            )
        return bool(new)
