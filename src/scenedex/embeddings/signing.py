"""Signatures of requests to an embedding server: what is signed, and the headers that carry it.

`X-Signature` is the hex HMAC-SHA256 (RFC 2104) of `METHOD \\n PATH \\n TIMESTAMP \\n NONCE \\n hex(SHA256(body))`.
"""

import hashlib
import hmac
import secrets
import time

TIMESTAMP, NONCE, SIGNATURE = "X-Timestamp", "X-Nonce", "X-Signature"
"""The headers: Unix seconds, letters and digits that are used once, and the signature."""


def signature_headers(secret: str, method: str, path: str, body: bytes) -> dict[str, str]:
    """The three headers of a signed request, with the time now and a nonce of its own."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    return {
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: signature(secret, signed_message(method, path, timestamp, nonce, body)),
    }


def signed_message(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed of a request. `path`: without the query."""
    parts = (method.upper(), path, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return "\n".join(parts).encode("utf-8", "surrogateescape")


def signature(secret: str, message: bytes) -> str:
    """The hex HMAC-SHA256 of a message."""
    return hmac.new(secret.encode("utf-8"), message, hashlib.sha256).hexdigest()
