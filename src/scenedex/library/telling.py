"""A thread that asks saved searches about new videos, and sends what they found."""

import logging
import threading
import time
from collections.abc import Callable
from itertools import takewhile
from typing import TYPE_CHECKING, Self

from scenedex.errors import ScenedexError
from scenedex.store.deliveries import forget_deliveries
from scenedex.store.saved import owners_with_news

if TYPE_CHECKING:
    from scenedex.library.core import Library

log = logging.getLogger(__name__)

TIDY_EVERY_S = 3600.0
"""Between two times that what was sent long ago is forgotten."""

LONGEST_S = 60.0
"""For so long the end waits for what is in hand: one search, or one sending."""

EVERY_S = 2.0
"""How often it looks: one query by index that mostly finds nothing."""


class Teller:
    """Tells while its `with` block runs, for all owners. Several processes' tellers do not get in one another's way."""

    def __init__(self, library: "Library", every_s: float = EVERY_S) -> None:
        self._library = library
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=LONGEST_S)
        if self._thread.is_alive():
            log.warning("what saved searches are doing did not end within %g s", LONGEST_S)

    def _run(self) -> None:
        tidied: float | None = None
        while not self._over.wait(self._every_s):
            try:
                tell(self._library, self._over.is_set)
                if tidied is None or time.monotonic() - tidied > TIDY_EVERY_S:
                    tidied = time.monotonic()
                    tidy(self._library)
            except ScenedexError as exc:
                log.info("saved searches could not be asked, or their hits not sent: %s", exc)
            except Exception:
                log.exception("saved searches")


def tell(library: "Library", over: Callable[[], bool] = lambda: False) -> int:
    """Ask about what is new and send what is due, for all owners; how many scenes were found.

    Each has a turn of some seconds, and where that fails for one of them, the others have theirs all the same. `over`:
    whether to leave the rest for another time.
    """
    found = 0
    with library.database.operator() as statements:
        owners = owners_with_news(statements)
    for owner in takewhile(lambda _: not over(), owners):
        try:
            saved = library.of(owner).saved
            found += saved.examine(over)
            saved.deliver(over)
        except ScenedexError as exc:
            log.warning(
                "saved searches of owner %s could not be asked, or their hits not sent: %s", owner, exc
            )
    return found


def tidy(library: "Library") -> None:
    """Forget what was sent, or given up, weeks ago, for all owners."""
    with library.database.operator() as statements:
        forget_deliveries(statements)
