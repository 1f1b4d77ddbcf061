"""How requests to an embedding server are signed: the one place where client and server have it from.

`X-Signature` is the hex HMAC-SHA256 (RFC 2104), under the shared secret, of
`METHOD \\n PATH \\n TIMESTAMP \\n NONCE \\n hex(SHA256(body))`; PATH is as it is sent, without a query.
"""

import hashlib
import hmac
import secrets
import time

TIMESTAMP, NONCE, SIGNATURE = "X-Timestamp", "X-Nonce", "X-Signature"
"""The headers: Unix seconds, 32 hexadecimal digits that come once, and the signature."""


def signature(secret: str, method: str, path: str, stamp: tuple[str, str], body: bytes) -> str:
    """The signature of a request; `stamp` is its timestamp and its nonce, as the headers have them."""
    message = "\n".join((method.upper(), path, *stamp, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode("utf-8"), message.encode("utf-8"), hashlib.sha256).hexdigest()


def signature_headers(secret: str, method: str, path: str, body: bytes) -> dict[str, str]:
    """The three headers of a signed request, with the time now and a nonce of its own."""
    stamp = str(int(time.time())), secrets.token_hex(16)
    made = signature(secret, method, path, stamp, body)
    return {TIMESTAMP: stamp[0], NONCE: stamp[1], SIGNATURE: made}
