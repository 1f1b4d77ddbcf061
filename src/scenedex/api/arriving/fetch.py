"""A URL that somebody gave → the bytes behind it, if it is one of an allowed host."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpcore
import httpx

from scenedex.api.arriving.names import clean_name
from scenedex.errors import LimitError, UsageError
from scenedex.http.errors import ApiError
from scenedex.network.addresses import Resolve, resolve
from scenedex.network.pinned import Connect, PublicNetwork, TookTooLongError
from scenedex.network.target import Target, allowed, certificates, parse
from scenedex.types import FetchLimits

MAX_REDIRECTS = 5
STEP_TIMEOUT_S = 20.0  #: for connecting, and for each answer of the host
HEADERS = (
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "scenedex"),
    ("Connection", "close"),
)
REDIRECTS = (301, 302, 303, 307, 308)


def name_of(target: Target) -> str:
    """What the file would be called."""
    last = target.path.partition(b"?")[0].rpartition(b"/")[2]
    return clean_name(unquote(last.decode("ascii"), errors="replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """What may be fetched, and how a host is found. `look_up` and `connect` are for tests."""

    limits: FetchLimits
    look_up: Resolve = resolve
    connect: Connect | None = None
    trust: Callable[[], ssl.SSLContext] = field(default=certificates)

    def target(self, url: str) -> Target:
        """The URL, taken apart. Raises UsageError for one that is not of an allowed host."""
        if not self.limits.hosts:
            raise UsageError("Nothing is fetched here: SCENEDEX_FETCH_HOSTS names no host.")
        target = parse(url)
        if not allowed(target.host, self.limits.hosts):
            raise UsageError(
                f"Nothing is fetched from the host {target.host}: SCENEDEX_FETCH_HOSTS does not name it."
            )
        return target

    def fetch(self, target: Target, write: Callable[[bytes], object]) -> Target:
        """Give the bytes to `write`, block by block; where they came from in the end.

        Every hop is checked as the first one, its name and its address, and none leads from https to http. Proxies that
        the environment names are not asked.

        Raises UsageError (what is not allowed), LimitError (too large), ApiError (502, 504: the host does not give it),
        and what `write` raises.
        """
        network = PublicNetwork(self.limits.timeout_s, look_up=self.look_up, connect=self.connect)
        with (
            _foreign_errors(),
            httpcore.ConnectionPool(
                ssl_context=self.trust(), max_connections=1, retries=0, network_backend=network
            ) as pool,
        ):
            for _ in range(MAX_REDIRECTS + 1):
                further = self._ask(pool, target, write)
                if further is None:
                    return target
                target = further
        raise failed(f"The host led from one address to the next more than {MAX_REDIRECTS} times.")

    def _ask(
        self, pool: httpcore.ConnectionPool, target: Target, write: Callable[[bytes], object]
    ) -> Target | None:
        """One request; where it leads on, or None when the file has been written."""
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=None, target=target.path
        )
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), STEP_TIMEOUT_S)
        with pool.stream(
            "GET", url, headers=[("Host", target.host), *HEADERS], extensions={"timeout": timeouts}
        ) as answer:
            known = {name.lower(): value for name, value in answer.headers}
            if answer.status in REDIRECTS:
                return self._further(target, known.get(b"location", b""))
            self._check(answer.status, known)
            size = 0
            for block in answer.iter_stream():
                size += len(block)
                self._fits(size)
                write(block)
        return None

    def _further(self, target: Target, location: bytes) -> Target:
        here = f"{target.scheme}://{target.host}{target.path.decode('ascii')}"
        try:
            there = str(httpx.URL(here).join(location.decode("ascii")))
        except (httpx.InvalidURL, UnicodeError, ValueError) as exc:
            raise failed("The host led on to an address that is none.") from exc
        further = self.target(there)
        if target.scheme == "https" and further.scheme != "https":
            raise UsageError("The host led from https to http: that is not followed.")
        return further

    def _check(self, status: int, headers: dict[bytes, bytes]) -> None:
        if status != 200:
            raise failed(f"The host answered with status {status} instead of the file.")
        if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
            raise failed("The host sent the file in an encoding that was not asked for.")
        length = headers.get(b"content-length", b"")
        if length.isdigit():
            self._fits(int(length[:20]))

    def _fits(self, size: int) -> None:
        if size > self.limits.max_bytes:
            raise LimitError(
                f"This file is larger than what is fetched: {self.limits.max_bytes / 1e6:g} million bytes at most."
            )


def failed(message: str) -> ApiError:
    """The other host did not give the file."""
    return ApiError(502, "fetch_failed", message)


@contextmanager
def _foreign_errors() -> Iterator[None]:
    try:
        yield
    except TookTooLongError as exc:
        raise ApiError(
            504, "fetch_timeout", "Fetching this took longer than it may (SCENEDEX_FETCH_TIMEOUT_S)."
        ) from exc
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as exc:
        raise failed(f"The file could not be fetched: {str(exc) or type(exc).__name__}.") from exc
