"""A URL that somebody gave, taken apart once: what was checked is what is asked."""

import re
import ssl
from dataclasses import dataclass

import httpx

from scenedex.errors import UsageError

MAX_URL = 4096
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to ask."""

    scheme: str
    host: str  #: ASCII, lower case, without a dot at its end
    path: bytes  #: with its query
    port: int | None = None  #: where it is not the usual one

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL and in a Host header: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The URL without its path, which can be a secret."""
        return f"{self.scheme}://{self.authority}"


def parse(url: str, *, any_port: bool = False) -> Target:
    """A URL of http or https, without user and password, at the usual port unless `any_port`. Raises UsageError."""
    if len(url) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise UsageError("This is no URL: it has blanks, control characters or backslashes, or is too long.")
    try:
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii").lower().removesuffix(".")
        port = parts.port
    except (httpx.InvalidURL, UnicodeError, ValueError) as exc:
        raise UsageError("This is no URL that can be read.") from exc
    if parts.scheme not in PORTS or not host:
        raise UsageError("Only URLs that begin with http:// or https:// are asked.")
    if "@" in url.partition("://")[2].partition("/")[0] or parts.userinfo:
        raise UsageError("A URL with a user or a password in it is not asked.")
    usual = port in (None, PORTS[parts.scheme])
    if not (usual or any_port):
        raise UsageError("Only the usual ports are asked: 80 for http, 443 for https.")
    return Target(scheme=parts.scheme, host=host, path=parts.raw_path, port=None if usual else port)


def allowed(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether this list names the host, or by `*.` a part of it."""
    return any(
        host == entry or (entry.startswith("*.") and host.endswith(entry[1:]) and host != entry[2:])
        for entry in hosts
    )


def certificates() -> ssl.SSLContext:
    """Whom the other side's certificate must be signed by: what httpx brings, whatever the environment says."""
    return httpx.create_ssl_context(trust_env=False)
