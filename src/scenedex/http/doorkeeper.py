"""Which keys and sessions are good: asked of the library, remembered for seconds, and wrong ones counted."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from scenedex.http.attempts import Attempts
from scenedex.http.errors import ApiError
from scenedex.library import Library
from scenedex.library.keys import Grant

REMEMBERED_S = 5.0
"""How long a good key is not asked for again: a revoked one lets in for no longer than this."""

MOST_KEYS = 10_000

WRONG = "This key is not known here, revoked or expired."


@dataclass(frozen=True, slots=True)
class _Known:
    grant: Grant | None  #: None: a wrong key, and a wrong one never becomes right
    until: float


class Doorkeeper:
    """Checks keys for one process. Safe in threads."""

    def __init__(
        self,
        library: Library,
        clock: Callable[[], float] = time.monotonic,
        remembered_s: float = REMEMBERED_S,
    ) -> None:
        self._library, self._clock, self._remembered_s = library, clock, remembered_s
        self._attempts = Attempts()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, token: str) -> Grant | None:
        """What a key allows that was found good a moment ago. Never waits for the database."""
        with self._lock:
            known = self._known.get(_digest(token))
            return known.grant if known and self._clock() < known.until else None

    def check(self, token: str, client: str, *, session: bool = False) -> Grant:
        """What a key allows (or a session). `client`: who counts as failing with it.

        Raises ApiError: 401 for a wrong one, 429 where this client came with too many, and the library's errors.
        """
        digest = _digest(token)
        grant = self.remembered(token) or self._looked_up(token, digest, client)
        if (grant.session is not None) != session:  # a stolen cookie is no key, and a key no cookie
            raise unauthorized(WRONG)
        return grant

    def forget(self, token: str) -> None:
        """Ask for this one again the next time."""
        with self._lock:
            self._known.pop(_digest(token), None)

    def _looked_up(self, token: str, digest: bytes, client: str) -> Grant:
        with self._lock:
            known = self._known.get(digest)
            if known is not None and known.grant is None:
                raise unauthorized(WRONG)  # tried before: it is counted once, and costs nothing more
            # one that was good goes on, whatever else comes from its address
            wait_s = 0 if known else self._attempts.wait_s(client, self._clock())
        if wait_s:
            raise ApiError(
                429,
                "too_many_requests",
                f"Too many wrong keys came from this address: try again in {wait_s} s.",
                headers={"Retry-After": str(wait_s)},
            )
        grant = self._library.grant_of(token)
        with self._lock:
            now = self._clock()
            if grant is None:
                self._attempts.failed(client, now)
            self._known[digest] = _Known(grant, now + self._remembered_s)
            self._known.move_to_end(digest)
            while len(self._known) > MOST_KEYS:
                self._known.popitem(last=False)
        if grant is None:
            raise unauthorized(WRONG)
        return grant


def unauthorized(message: str) -> ApiError:
    """401, with what the caller can do about it."""
    return ApiError(
        401,
        "unauthorized",
        f"{message} Send a key as `Authorization: Bearer sdx_…`, or sign in.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
