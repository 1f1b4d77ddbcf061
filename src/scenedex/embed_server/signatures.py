"""Whether a request is signed by who knows the secret, now, and for the first time."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scenedex.embeddings.signing import signature

SKEW_S = 300
"""How far the clocks of both machines may be apart."""

MOST_NONCES = 1_000_000
"""That are remembered: about 100 MB. Only who knows the secret can fill it; then nobody comes in until some are old."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


class Nonces:
    """Those of the last ten minutes, in bounded memory. For one thread."""

    def __init__(self, most: int = MOST_NONCES, kept_s: float = 2 * SKEW_S) -> None:
        self._most, self._kept_s = most, kept_s
        self._seen: dict[bytes, float] = {}  # in the order in which they came

    def __len__(self) -> int:
        return len(self._seen)

    def is_new(self, nonce: str, now: float) -> bool:
        """Whether it was not seen lately, and could be remembered."""
        self._forget(now)
        return _digest(nonce) not in self._seen and len(self._seen) < self._most

    def remember(self, nonce: str, now: float) -> None:
        """It is not new any more."""
        self._seen[_digest(nonce)] = now

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest] < self._kept_s:
                return
            del self._seen[oldest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What is known of a request's signature. A header that is not there once and alone is ""."""

    method: str
    path: str
    timestamp: str
    nonce: str
    signature: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Verifier:
    """Checks signatures for one process. For one thread."""

    secret: str | None = field(repr=False)  #: None: nobody is let in
    nonces: Nonces = field(default_factory=Nonces)
    now: Callable[[], float] = time.time

    def admits(self, asked: Signed) -> bool:
        """Whether this may come in. Every check is made, whatever the others find: the time tells nothing."""
        now = self.now()
        known = self.secret is not None
        stamp = (asked.timestamp, asked.nonce)
        wanted = signature(self.secret or "", asked.method, asked.path, stamp, asked.body)
        is_right = hmac.compare_digest(wanted.encode("ascii"), asked.signature.encode("utf-8", "replace"))
        is_time = _TIME.fullmatch(asked.timestamp) is not None
        is_timely = abs(now - float(asked.timestamp if is_time else 0)) <= SKEW_S
        is_nonce = _NONCE.fullmatch(asked.nonce) is not None
        is_new = self.nonces.is_new(asked.nonce, now)
        admitted = all([known, is_right, is_time, is_timely, is_nonce, is_new])  # a list: nothing is left out
        if admitted:
            self.nonces.remember(asked.nonce, now)
        return admitted


def single(values: Sequence[str]) -> str:
    """The value of a header that came once, else ""."""
    return values[0] if len(values) == 1 else ""


def _digest(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode("utf-8", "replace")).digest()[:16]
