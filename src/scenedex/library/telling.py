"""A thread that asks saved searches about new videos, and sends what they found."""

import logging
import threading
from typing import TYPE_CHECKING, Self

from scenedex.errors import ScenedexError
from scenedex.store.saved import owners_with_news

if TYPE_CHECKING:
    from scenedex.library.core import Library

log = logging.getLogger(__name__)

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
        self._thread.join(timeout=60.0)

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                tell(self._library)
            except ScenedexError as exc:
                log.info("saved searches could not be asked, or their hits not sent: %s", exc)
            except Exception:
                log.exception("saved searches")


def tell(library: "Library") -> int:
    """Ask about what is new and send what is due, for all owners; how many scenes were found.

    Where that fails for one of them, the others have their turn all the same.
    """
    found = 0
    with library.database.operator() as statements:
        owners = owners_with_news(statements)
    for owner in owners:
        try:
            saved = library.of(owner).saved
            found += saved.examine()
            saved.deliver()
        except ScenedexError as exc:
            log.warning(
                "saved searches of owner %s could not be asked, or their hits not sent: %s", owner, exc
            )
    return found
