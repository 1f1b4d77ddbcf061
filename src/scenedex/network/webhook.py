"""Sending something to a URL that somebody gave, signed, so that the other side knows whom it is from.

As Standard Webhooks have it (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature`, which is `v1,` and the base64 of the HMAC-SHA256 of `ID.TIMESTAMP.BODY`, under a secret that is
written `whsec_` and base64.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpcore

from scenedex.errors import UsageError
from scenedex.network.addresses import Resolve, resolve
from scenedex.network.pinned import Connect, PublicNetwork, TookTooLongError
from scenedex.network.target import Target, allowed, certificates, parse

PREFIX = "whsec_"
SECRET_BYTES = 32

READ_BYTES = 65_536
"""Of an answer, which says nothing that matters but its status."""


class NotSentError(Exception):
    """It did not arrive. The text says why; `final`: nor will it."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def new_secret() -> str:
    """A secret to sign with."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`. Raises UsageError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise UsageError("This is no secret of a webhook.") from exc
    signed = hmac.new(key, b".".join((message_id.encode(), str(timestamp).encode(), body)), hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What may be sent where. `look_up`, `connect` and `trust` are for tests."""

    inner: tuple[str, ...] = ()  #: hosts that may be inner ones, at any port; `*.NAME`: all names below
    timeout_s: float = 10.0  #: for all of one sending
    look_up: Resolve = resolve
    connect: Connect | None = None
    trust: Callable[[], ssl.SSLContext] = field(default=certificates)

    def target(self, url: str) -> Target:
        """The URL, taken apart. Raises UsageError for one to which nothing is sent."""
        target = parse(url, any_port=True)
        if target.port is not None and not allowed(target.host, self.inner):
            raise UsageError(
                "Only the usual ports are asked, 80 for http and 443 for https, unless SCENEDEX_WEBHOOK_HOSTS "
                "names the host."
            )
        return target

    def send(self, url: str, secret: str, message_id: str, body: bytes, *, now: float | None = None) -> None:
        """POST this JSON. Redirects are not followed, and proxies of the environment not asked. Raises NotSentError."""
        stamp = int(time.time() if now is None else now)
        try:
            target = self.target(url)
            signed = signature(secret, message_id, stamp, body)
        except UsageError as exc:
            raise NotSentError(str(exc), final=True) from exc
        headers = [
            ("Host", target.authority),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("User-Agent", "scenedex"),
            ("Connection", "close"),
            ("webhook-id", message_id),
            ("webhook-timestamp", str(stamp)),
            ("webhook-signature", signed),
        ]
        self._check(self._post(target, headers, body))

    def _post(self, target: Target, headers: list[tuple[str, str]], body: bytes) -> int:
        network = PublicNetwork(
            self.timeout_s,
            look_up=self.look_up,
            connect=self.connect,
            inner=allowed(target.host, self.inner),
        )
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path
        )
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout_s)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self.trust(), max_connections=1, retries=0, network_backend=network
                ) as pool,
                pool.stream(
                    "POST", url, headers=headers, content=body, extensions={"timeout": timeouts}
                ) as answer,
            ):
                read = 0
                for block in answer.iter_stream():
                    read += len(block)
                    if read > READ_BYTES:
                        break
                return answer.status
        except UsageError as exc:
            raise NotSentError(str(exc)) from exc
        except TookTooLongError as exc:
            raise NotSentError(f"The host did not answer within {self.timeout_s:g} s.") from exc
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as exc:
            raise NotSentError(f"The host cannot be reached: {str(exc) or type(exc).__name__}.") from exc

    def _check(self, status: int) -> None:
        if 200 <= status < 300:
            return
        if status == 410:
            raise NotSentError("The host answered with 410 Gone: it wants nothing more.", final=True)
        led = " Redirects are not followed." if 300 <= status < 400 else ""
        raise NotSentError(f"The host answered with status {status}.{led}")
