"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read with suspicion."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from email.utils import formatdate
from typing import Protocol

from scenedex.http.errors import ApiError

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
MAX_METADATA = 4096
MISMATCH = 460
"""tus: the checksum is not that of the bytes. A status of its own."""


class Digest(Protocol):
    """What hashlib gives."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


def check_version(given: str | None) -> None:
    """Raises ApiError (412) for another version than ours, and for none."""
    if given != VERSION:
        raise ApiError(
            412,
            "tus_version",
            f"This server speaks tus {VERSION}: send `Tus-Resumable: {VERSION}`.",
            headers={"Tus-Version": VERSION},
        )


def number(name: str, given: str | None) -> int:
    """A count of bytes in a header. Raises ApiError (400)."""
    if given is None or not re.fullmatch(r"[0-9]{1,18}", given):
        raise ApiError(400, "bad_request", f"{name} must be a number of bytes, 0 or more.")
    return int(given)


def stated(headers: Mapping[str, str]) -> int:
    """The size that a body says it has; 0 where it does not say."""
    given = headers.get("content-length", "")
    return int(given[:20]) if given.isdecimal() else 0


def metadata(given: str) -> dict[str, str]:
    """`Upload-Metadata`: keys with values in base64. Bytes that are no UTF-8 become U+FFFD. Raises ApiError (400)."""
    if len(given) > MAX_METADATA:
        raise _bad_metadata(f"it is longer than {MAX_METADATA} characters")
    found: dict[str, str] = {}
    for pair in given.split(",") if given.strip() else []:
        key, _, value = pair.strip(" ").partition(" ")
        if not re.fullmatch(r"[\x21-\x7e]+", key) or key in found:
            raise _bad_metadata("each key must be there, once, in ASCII")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as exc:
            raise _bad_metadata(f"the value of {key} is no base64") from exc
    return found


def checksum(given: str | None) -> tuple[Digest, bytes] | None:
    """`Upload-Checksum`: what to feed with the bytes, and what it must come to. Raises ApiError (400)."""
    if given is None:
        return None
    name, _, value = given.strip().partition(" ")
    if name not in ALGORITHMS:
        raise ApiError(400, "bad_request", f"Upload-Checksum: {', '.join(ALGORITHMS)} are known here.")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ApiError(400, "bad_request", "Upload-Checksum: the checksum is no base64.") from exc
    return ALGORITHMS[name](usedforsecurity=False), expected


def until(unix_s: float) -> str:
    """A moment as headers have it (RFC 9110, 5.6.7)."""
    return formatdate(unix_s, usegmt=True)


def _bad_metadata(why: str) -> ApiError:
    return ApiError(400, "bad_request", f"Upload-Metadata cannot be read: {why}.")
