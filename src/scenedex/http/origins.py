"""Whether a request comes from this machine's own page or programs, and not from a web page elsewhere.

Needed where no key is asked for: a browser on this machine can be made to ask any page's questions, under a name that
points here for the moment (DNS rebinding), or across origins. And where a session cookie stands for a key.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
PORTS = {"http": 80, "https": 443}
NAMES = ("localhost", "127.0.0.1", "[::1]")

FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""Headers that a proxy adds for whoever asked it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a request that tell where it comes from."""

    method: str
    scheme: str  #: http or https
    hosts: Sequence[str]  #: each header Host
    origins: Sequence[str]  #: each header Origin
    port: int | None = None  #: on which the server listens
    fetch: Mapping[str, str] | None = None  #: `site` and `mode`, where the browser says them (Sec-Fetch-*)
    forwarded: bool = False  #: a proxy says that somebody else asked it

    @property
    def changes(self) -> bool:
        """Whether a request of this method may change something."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}


def asked_of(request: Request) -> Asked:
    """What a request says of where it comes from."""
    server = request.scope.get("server")
    return Asked(
        method=request.method,
        scheme=request.scope.get("scheme", "http"),
        hosts=request.headers.getlist("host"),
        origins=request.headers.getlist("origin"),
        port=server[1] if server else None,
        fetch={
            name: value for name in ("site", "mode") if (value := request.headers.get(f"sec-fetch-{name}"))
        },
        forwarded=any(name in request.headers for name in FORWARDING),
    )


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether a server that binds this host is reached from its own machine alone. A name but `localhost` is not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def authority(text: str) -> tuple[str, int | None] | None:
    """Name and port of `name`, `name:port` or `[address]:port`, in lower case; None for anything else."""
    match = AUTHORITY.fullmatch(text.lower())
    return (match[1], int(match[2]) if match[2] else None) if match else None


def foreign_host(asked: Asked, bound: str = "localhost") -> str | None:
    """Why this request is not meant for a server on loopback, in a sentence; None where it is."""
    if asked.forwarded:
        return (
            "This comes through a proxy, so from anywhere, and nobody on loopback needs a key: set "
            "SCENEDEX_DEMAND_KEYS=true for a server behind one."
        )
    name, port = _place(asked)
    port = port or PORTS.get(asked.scheme)
    if name not in {*NAMES, bound.lower()} or (asked.port is not None and port != asked.port):
        at = f":{asked.port}" if asked.port is not None else ""
        return f"This server answers as {', '.join(each + at for each in NAMES)} only, and not under another name."
    return None


def foreign_origin(asked: Asked, *, demanded: bool = False) -> str | None:
    """Why this request is another page's, in a sentence; None where it is none's or our own.

    `demanded`: one that may change something must say its origin. Links from elsewhere may lead here.
    """
    if asked.origins:
        place = _without_default(_place(asked))
        if len(asked.origins) > 1 or not place[0] or _origin(asked.origins[0]) != place:
            return "A page of another origin asks this: only the server's own page may."
    elif demanded and asked.changes:
        return "A request that changes something by a session must say its origin, as browsers do."
    site, mode = (asked.fetch or {}).get("site"), (asked.fetch or {}).get("mode")
    if site in {"cross-site", "same-site"} and (asked.changes or mode != "navigate"):
        return "A page of another site asks this: only the server's own page may."
    return None


def _place(asked: Asked) -> tuple[str, int | None]:
    found = authority(asked.hosts[0]) if len(asked.hosts) == 1 else None
    return found or ("", None)


def _origin(text: str) -> tuple[str, int | None]:
    scheme, found, rest = text.partition("://")
    place = authority(rest) if found and scheme.lower() in PORTS else None
    return _without_default(place or ("", None))


def _without_default(place: tuple[str, int | None]) -> tuple[str, int | None]:
    """Behind a proxy that ends TLS our scheme is not the page's, so a default port counts as none."""
    return (place[0], None) if place[1] in PORTS.values() else place
